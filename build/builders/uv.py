"""Installs with uv: no container, wheels only, resolved for the runtime's platform whatever this machine is."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from pathlib import Path

from build import commands, indexes, interpreters
from build.builders import carried, own_pip
from build.errors import UserError
from build.runtimes import Architecture, Runtime


class UvFailed(UserError):
    template = "uv cannot install {requirements}:\n{tail}"


class OldMetadata(UserError):
    template = (
        "uv cannot read what a package of {requirements} says of itself, which was written before such rules:\n{tail}\n"
        "pip of a CPython {python} can: install one here, with pip (`pyenv install {python}`), or build in "
        "Lambda's own image: --builder container. Newer versions of the package need neither."
    )


class NoWheels(UserError):
    template = (
        "uv cannot install {requirements} for {runtime} on {architecture} (wheels of {tag} and older):\n{tail}\n"
        "{runtime} has glibc {glibc}: a newer wheel does not load there. Ask for versions that have such wheels, or, "
        "for a package without wheels, compile it in Lambda's own image: --builder container"
    )


# What uv says when there is no version with a wheel for the target
WHEELS_MISSING = re.compile(r"no (usable )?wheels|no wheel|building from source is disabled|unsatisfiable")


ALWAYS = ("--no-config", "--link-mode=hardlink", "--no-progress", "--no-compile-bytecode", "--no-python-downloads")


@dataclass(frozen=True)
class UvBuilder:
    runtime: Runtime
    architecture: Architecture

    @property
    def tag(self) -> str:
        return f"{self.architecture.wheels}-{self.runtime.wheels}"

    def install(self, requirements: Path, site_packages: Path) -> None:
        """Install a requirements file into a folder.

        Raises:
            NoWheels: uv found no set of wheels for the target.
            UvFailed: something else, such as a hash that does not match, or an index that does not answer.
        """
        options = ["--python-version", self.runtime.python, "--python-platform", self.tag, "--only-binary", ":all:"]
        try:
            install(requirements, site_packages, options)
        except commands.CommandFailed as error:
            old = own_pip.find(self.runtime, self.architecture) if own_pip.UNREADABLE.search(error.output) else None
            if old:
                own_pip.install(old, requirements, site_packages)
                return
            if own_pip.UNREADABLE.search(error.output):
                raise OldMetadata(requirements=requirements, python=self.runtime.python, tail=error) from error
            if not WHEELS_MISSING.search(error.output):
                raise UvFailed(requirements=requirements, tail=error) from error
            raise NoWheels(
                requirements=requirements,
                runtime=self.runtime.name,
                architecture=self.architecture.name,
                tag=self.tag,
                tail=error,
                glibc=".".join(map(str, self.runtime.glibc)),
            ) from error

    def identity(self) -> str:
        return f"uv {self.tag}"

    def library(self, name: str, folder: Path) -> Path | None:
        return carried.library(name, folder, self.architecture, install)

    def build_wheel(self, project: Path, folder: Path) -> None:
        python = interpreters.find(self.runtime.python) or sys.executable
        argv = [interpreters.uv(), "build", "--wheel", "--no-config", "--python", python, "--out-dir", folder, project]
        commands.run(argv, env=indexes.uv_environment())

    compiles_for_lambda = False

    def python(self, script: Path, arguments: list[str], folder: Path, stdin: str) -> str | None:
        return None


def install(requirements: Path, site_packages: Path, options: list[str]) -> None:
    """``uv pip install --target``, from where pip would take packages.

    Files may be links into uv's cache: replace them, never write into them.
    """
    # any --python will do to read metadata; the target's version is among the options
    where = ["--python", sys.executable, "--target", site_packages, "--requirements", requirements]
    commands.run([interpreters.uv(), "pip", "install", *where, *options, *ALWAYS], env=indexes.uv_environment())
