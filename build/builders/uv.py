"""Installs with uv: no container, wheels only, resolved for the runtime's platform whatever this machine is."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from build import runtimes
from build.builders import carried, own_pip, refusals
from build.builders.refusals import NoWheels, OldMetadata, UvFailed
from build.host import commands, indexes, interpreters
from build.layer.libraries import Origin
from build.requirements import lockfile, requirement_files
from build.requirements.lockfile import Lock
from build.runtimes import Architecture, Runtime

__all__ = ["NoWheels", "OldMetadata", "UvBuilder", "UvFailed", "install"]

# any --python will do to read metadata; the target's version is among the options
ALWAYS = ("--no-config", "--no-progress", "--no-python-downloads", "--python", sys.executable)
LINKS = ("--link-mode=hardlink", "--no-compile-bytecode")
NEWEST = "manylinux_2_40"  # the newest wheel tag that uv knows: no runtime has such a glibc yet
AS_LOCK = ("--format", "pylock.toml", "--generate-hashes", "--no-header", "--quiet")
LOCKS = ("--preview-features", "pylock")


@dataclass(frozen=True)
class UvBuilder:
    runtime: Runtime
    architecture: Architecture

    @property
    def tag(self) -> str:
        return f"{self.architecture.wheels}-{self.runtime.wheels}"

    @property
    def _options(self) -> list[str]:
        return ["--python-version", self.runtime.python, "--python-platform", self.tag, "--only-binary", ":all:"]

    def install(self, requirements: Path, site_packages: Path, lock: Lock | None = None) -> Lock | None:
        """Install a requirements file or a lock file into a folder.

        Args:
            lock: what they were resolved to: that is installed, and nothing else.

        Raises:
            NoWheels: uv found no set of wheels for the target.
            OldMetadata: uv cannot read what a package says of itself, and no pip that can is here.
            IndexRefused, NoSuchPackage, UvFailed: something else, such as a hash that does not match.
        """
        try:
            if lock:
                _install_lock(lock, site_packages, self._options)
            else:
                install(requirements, site_packages, self._options)
        except commands.CommandFailed as error:
            if not own_pip.UNREADABLE.search(error.output) or lockfile.is_lock(requirements):
                raise self._refusal(error, requirements) from error
            old = own_pip.find(self.runtime, self.architecture)
            if old is None:
                raise OldMetadata(requirements=requirements, python=self.runtime.python, tail=error) from error
            own_pip.install(old, requirements, site_packages)
            return None
        return lock

    def resolve(self, requirements: Path) -> Lock | None:
        """Exactly what `install` would take now; None where no lock can say it, or not by the requirements' hashes.

        (Then the requirements themselves are what to install: it is for uv to say which hash is wrong, and for
        `install` to find who can read metadata that uv cannot.)

        Raises:
            The same, and LockBroken, Unbound, UnreadableRequirements.
        """
        if lockfile.is_lock(requirements):
            return lockfile.read(requirements)
        try:
            lock = self._compile(requirements)
        except commands.CommandFailed as error:
            if own_pip.UNREADABLE.search(error.output):
                return None
            raise self._refusal(error, requirements) from error
        except lockfile.UNREADABLE:
            return None  # of packages that the format has no form for: they are installed all the same
        bound = requirement_files.hashes(requirements)
        unbound = sorted(lock.names - bound.keys()) if bound else []
        if unbound:  # as pip does: a package that is left out makes the digests of the others worth little
            raise refusals.Unbound(requirements=requirements, names=", ".join(unbound))
        return lock if lock.keeps_to(bound) else None

    def identity(self) -> str:
        return f"uv {self.tag}"

    def library(self, name: str, folder: Path) -> Origin | None:
        return carried.library(name, folder, self.architecture, install)

    def build_wheel(self, project: Path, folder: Path) -> None:
        python = interpreters.find(self.runtime.python) or sys.executable
        argv = [interpreters.uv(), "build", "--wheel", "--no-config", "--python", python, "--out-dir", folder, project]
        commands.run(argv, env=indexes.uv_environment())

    compiles_for_lambda = False

    def python(self, script: Path, arguments: list[str], folder: Path, stdin: str) -> str | None:
        return None

    def _compile(self, requirements: Path, **env: str) -> Lock:
        with TemporaryDirectory(prefix="requirements-") as name:
            path = requirement_files.for_uv(requirements, Path(name))
            argv = [str(interpreters.uv()), "pip", "compile", str(path), *AS_LOCK, *self._options, *ALWAYS]
            return lockfile.parse(commands.run(argv, env=indexes.uv_environment() | env), Path.cwd())

    def _refusal(self, error: commands.CommandFailed, requirements: Path) -> Exception:
        def others() -> Sequence[Runtime]:
            """The other runtimes that all wheels are there for, newest first."""
            tried = [each for each in runtimes.supported(date.today()) if each != self.runtime]
            with ThreadPoolExecutor(len(tried)) as pool:
                fits = list(pool.map(lambda each: replace(self, runtime=each)._fits(requirements), tried))
            return [each for each, fit in zip(tried, fits, strict=True) if fit]

        if refusals.UNKNOWN.search(error.output) and not lockfile.is_lock(requirements):
            # Where uv looks through all indexes, it keeps to itself which of them did not let it in.
            try:
                self._compile(requirements, UV_INDEX_STRATEGY="first-index")
            except commands.CommandFailed as said:
                error = said if refusals.REFUSED.search(said.output) else error

        def of_glibc() -> bool:
            return replace(self, runtime=replace(self.runtime, wheels=NEWEST))._fits(requirements)

        return refusals.refusal(error, requirements, self.runtime, self.architecture, self.tag, others, of_glibc)

    def has_wheels(self, requirements: Path) -> bool | None:
        """Whether there are wheels of all packages for the target; None if no index answers soon."""
        try:
            self._compile(requirements, UV_HTTP_TIMEOUT="5", UV_HTTP_RETRIES="0")
        except commands.CommandFailed as error:
            return False if refusals.WHEELS_MISSING.search(error.output) else None
        except lockfile.UNREADABLE:
            pass
        return True

    def _fits(self, requirements: Path) -> bool:
        if lockfile.is_lock(requirements):
            return False
        try:
            self._compile(requirements)
        except commands.CommandFailed:
            return False
        except lockfile.UNREADABLE:
            pass
        return True


def install(requirements: Path, site_packages: Path, options: list[str]) -> None:
    """``uv pip install --target``, from where pip would take packages.

    Files may be links into uv's cache: replace them, never write into them.
    """
    if lockfile.is_lock(requirements):
        _install_lock(lockfile.read(requirements), site_packages, options)
        return
    with TemporaryDirectory(prefix="requirements-") as name:
        path = requirement_files.for_uv(requirements, Path(name))
        _install(path, site_packages, options, indexes.uv_environment())


def _install_lock(lock: Lock, site_packages: Path, options: list[str]) -> None:
    env = indexes.uv_environment(without=("constraint",))  # it has them in it, and uv takes no others
    env.pop("UV_CONSTRAINT", None)
    with TemporaryDirectory(prefix="requirements-") as name:
        path = lock.for_any_interpreter().write(Path(name))
        _install(path, site_packages, [*options, *LOCKS], env)


def _install(path: Path, site_packages: Path, options: list[str], env: dict[str, str]) -> None:
    where = ["--target", str(site_packages), "--requirements", str(path)]
    commands.run([interpreters.uv(), "pip", "install", *where, *options, *ALWAYS, *LINKS], env=env)
