"""Runs Terraform or OpenTofu. All calls are here, except the one that uses the caller's terminal."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from build.errors import UserError
from build.host import commands

MODULE = Path(__file__).parents[1]  # the root module
OLDEST = (1, 9)
REGISTRIES = {"terraform": "registry.terraform.io", "tofu": "registry.opentofu.org"}  # where each looks for providers

# The caller's settings that must not apply to these runs, which have folders and variables of their own.
CALLERS = ("TF_VAR_", "TF_CLI_ARGS", "TF_WORKSPACE", "TF_DATA_DIR")

# Folders for optional software. They are searched for a mirror of the registry, to this depth.
ROOTS = ("/opt", "/usr/local", "/usr/share", "/usr/lib", "/srv")
DEPTH = 3


class TerraformMissing(UserError):
    template = (
        "Neither terraform nor tofu is on PATH. Install Terraform 1.9 or later "
        "(https://developer.hashicorp.com/terraform/install) or OpenTofu (https://opentofu.org/docs/intro/install)."
    )


class TerraformTooOld(UserError):
    template = "{path} is version {version}, and 1.9 or later is needed. Install a newer one."


class NoProvider(UserError):
    template = (
        "The provider hashicorp/aws cannot be installed: init failed, and there is no mirror below {roots}.\n{tail}\n"
        "Without a route to the registry, make a mirror on a machine that has one (`terraform providers mirror DIR`) "
        "and copy it below one of these folders, or name it in the file that TF_CLI_CONFIG_FILE names."
    )


class Terraform:
    """Terraform in one folder."""

    def __init__(self, folder: Path, env: Mapping[str, str] = os.environ) -> None:
        self.folder = folder
        self.binary = binary()
        own = {name: value for name, value in env.items() if not name.startswith(CALLERS)}
        # With GOGC, the provider collects garbage less often, which saves a quarter of the processor time of short runs
        self.env: dict[str, str] = {"GOGC": "400", **own, "TF_IN_AUTOMATION": "1", "CHECKPOINT_DISABLE": "1"}
        if not Path(env.get("TF_CLI_CONFIG_FILE", "/")).exists():
            del self.env["TF_CLI_CONFIG_FILE"]  # Terraform would warn of it at every call

    def init(self) -> None:
        """Install the provider as the CLI is configured, by default from the registry, and else from a local mirror.

        Raises:
            NoProvider: the provider is in neither of them.
        """
        try:
            self.run("init", "-input=false")
        except commands.CommandFailed as error:
            mirror = provider_mirror(self.binary.name)
            if mirror is None:
                raise NoProvider(tail=error, roots=", ".join(ROOTS)) from error
            self.run("init", "-input=false", f"-plugin-dir={mirror}")

    def apply(self, variables: Mapping[str, object]) -> None:
        self.run("apply", "-input=false", "-auto-approve", *_options(variables))

    def destroy(self, variables: Mapping[str, object]) -> None:
        self.run("destroy", "-input=false", "-auto-approve", *_options(variables))

    def has_changes(self, variables: Mapping[str, object]) -> bool:
        """Return whether a plan would change anything, by the exit code of ``-detailed-exitcode``, which is 2 then."""
        try:
            self.run("plan", "-input=false", "-detailed-exitcode", *_options(variables))
        except commands.CommandFailed as error:
            if error.code == 2:
                return True
            raise
        return False

    def outputs(self) -> dict[str, Any]:
        """Return the values of the outputs by name."""
        answer = json.loads(self.run("output", "-json"))
        return {name: output["value"] for name, output in answer.items()}

    def provider_version(self) -> tuple[int, ...]:
        """Return the version of hashicorp/aws that init selected."""
        selected = json.loads(self.run("version", "-json"))["provider_selections"]
        return _numbers(next(version for name, version in selected.items() if name.endswith("/hashicorp/aws")))

    def run(self, subcommand: str, *options: str) -> str:
        """Run a subcommand in the folder and return what it printed.

        Raises:
            CommandFailed: the subcommand failed; the message has its last lines.
        """
        color = () if "-json" in options else ("-no-color",)
        return commands.run([self.binary, subcommand, *color, *options], cwd=self.folder, env=self.env)


@cache
def binary() -> Path:
    """Return the path of the program: terraform, or else tofu.

    Raises:
        TerraformMissing, TerraformTooOld
    """
    old = None
    for name in REGISTRIES:
        path = commands.find(name)
        if path:
            version = json.loads(commands.run([path, "version", "-json"]))["terraform_version"]
            if _numbers(version) >= OLDEST:
                return path
            old = old or TerraformTooOld(path=path, version=version)
    raise old or TerraformMissing


def copy_module(target: Path) -> Path:
    """Copy the module's Terraform files, so that a run leaves no state, lock file or .terraform beside them."""
    target.mkdir(parents=True)
    for path in MODULE.glob("*.tf"):
        shutil.copyfile(path, target / path.name)
    shutil.copytree(MODULE / "modules", target / "modules", ignore=shutil.ignore_patterns(".terraform*"))
    return target


def provider_mirror(program: str = "terraform") -> Path | None:
    """Return a folder that is a mirror of the registry and has hashicorp/aws, or None if this machine has none."""
    wanted = Path(REGISTRIES[program]) / "hashicorp" / "aws"
    for root in ROOTS:
        for folder in _folders(Path(root), DEPTH):
            if (folder / wanted).is_dir():
                return folder
    return None


def _folders(root: Path, depth: int) -> Iterator[Path]:
    yield root
    if depth == 0:
        return
    try:
        below = sorted(path for path in root.iterdir() if path.is_dir() and not path.is_symlink())
    except OSError:
        return
    for path in below:
        yield from _folders(path, depth - 1)


def _options(variables: Mapping[str, object]) -> list[str]:
    return [
        f"-var={name}={value if isinstance(value, str) else json.dumps(value)}" for name, value in variables.items()
    ]


def _numbers(version: str) -> tuple[int, ...]:
    digits = re.match(r"[\d.]*\d", version)  # "1.9.0+ent", "1.10.0-rc1"
    return tuple(map(int, digits[0].split("."))) if digits else ()
