"""Commands for this machine and for those who work on the project."""

from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path

from invoke.context import Context
from invoke.exceptions import Exit

from build import docs as documentation
from build.requirements import defaults
from cli.command import command
from cli.terminal import MODULE, made, say, show, terminal


@command()
def doctor(c: Context) -> None:
    """Check what this machine and your AWS account have for the commands; the exit code is 1 if they lack something."""
    from cli.printing.checks import show_checks
    from local.doctor import examine

    checks = examine(say)
    show_checks(checks)
    missing = [check.name for check in checks if check.is_needed and not check.is_there]
    if missing:
        show(f"Missing to build, package and deploy: {', '.join(missing)}.", style="red")
        raise Exit(code=1)
    show("Everything that is needed to build, package and deploy is there.")
    terminal.next("invoke train-example", "invoke build-layer")


@command(
    help={
        "fast": "only what needs no network, Terraform or layer",
        "rare": "only the tests that are left out otherwise, because they take minutes and try again what others try",
        "options": "more words for pytest",
    },
    spinner=False,
)
def test(c: Context, fast: bool = False, rare: bool = False, options: str = "") -> None:
    """Run all checks: ruff, mypy, terraform fmt, validate and test, the unit tests and the real parts end to end."""
    from local import terraform

    terraform.binary()
    # Three at once on any machine, because most tests wait for Terraform and for servers
    # In the order of their names, so that the end-to-end tests, which take longest, begin first
    workers = ["--numprocesses=3", "--dist=loadfile", "--no-loadscope-reorder", "--durations=30"]
    which = ["tests/unit"] if fast else [*workers, "-m", "rare" if rare else "not rare"]
    words = [sys.executable, "-m", "pytest", *which, *shlex.split(options)]
    raise Exit(code=subprocess.run(words, cwd=MODULE, check=False).returncode)


@command()
def lock(c: Context) -> None:
    """Pin lambda/requirements.in, with hashes, for every runtime and both architectures."""
    say("Resolving lambda/requirements.in")
    show(made(defaults.lock()))
    terminal.next("invoke build-layer")


@command()
def docs(c: Context) -> None:
    """Write the tables in docs/ and in each module's README: inputs, outputs, and the options of each command."""
    from cli.manual import write

    changed: list[Path] = [*documentation.write(), *write()]
    for document in changed:
        show(made(document))
    if not changed:
        show("All are up to date.")


@command(data=True)
def provider_mirror(c: Context) -> None:
    """Print this machine's local mirror of the AWS provider: terraform init -plugin-dir="$(invoke provider-mirror)"."""
    from local import terraform

    mirror = terraform.provider_mirror(terraform.binary().name)
    if mirror is None:
        raise terraform.NoProvider(tail="", roots=", ".join(terraform.ROOTS))
    show(str(mirror))
