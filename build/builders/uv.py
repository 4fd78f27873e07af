"""Installs with uv, without a container: wheels only, for the runtime's platform, on any machine."""

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

# --python only reads metadata here, so any version will do. The target's version is one of the options.
ALWAYS = ("--no-config", "--no-progress", "--no-python-downloads", "--python", sys.executable)
LINKS = ("--link-mode=hardlink", "--no-compile-bytecode")
NEWEST = "manylinux_2_40"  # the newest wheel tag that uv knows; no runtime has this glibc yet
AS_LOCK = ("--format", "pylock.toml", "--generate-hashes", "--no-header", "--quiet")
LOCKS = ("--preview-features", "pylock")


@dataclass(frozen=True)
class UvBuilder:
    """Installs with uv."""

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
            lock: what the requirements were resolved to. If it is given, exactly this is installed.

        Raises:
            NoWheels: uv found no set of wheels for the target.
            OldMetadata: uv cannot read a package's metadata, and this machine has no pip that can.
            IndexRefused, NoSuchPackage, UvFailed: there was another error, such as a hash that does not match.
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
        """Return exactly what `install` would install now.

        Returns:
            None if no lock can describe it, if uv cannot read the metadata of a package, or if the lock does not match
            the hashes in the requirements. Then the requirements themselves are installed, and `install` raises the
            error if there is one.

        Raises:
            The same errors as `install`, and LockBroken, Unbound, UnreadableRequirements.
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
            return None  # one of the packages cannot be described in a lock file, but can be installed
        bound = requirement_files.hashes(requirements)
        unbound = sorted(lock.names - bound.keys()) if bound else []
        if unbound:  # as for pip: if one package is not checked, it is of little use to check the others
            raise refusals.Unbound(requirements=requirements, names=", ".join(unbound))
        return lock if lock.keeps_to(bound) else None

    def identity(self) -> str:
        return f"uv {self.tag}"

    def library(self, name: str, folder: Path) -> Origin | None:
        return carried.library(name, folder, self.architecture, install)

    def build_wheel(self, project: Path, folder: Path) -> None:
        python = interpreters.find(self.runtime.python) or sys.executable
        argv = [str(interpreters.uv()), "build", "--wheel", "--no-config", "--python", str(python)]
        commands.run([*argv, "--out-dir", folder, project], env=indexes.uv_variables())

    compiles_for_lambda = False

    def python(self, script: Path, arguments: list[str], folder: Path, stdin: str) -> str | None:
        return None

    def _compile(self, requirements: Path, **env: str) -> Lock:
        with TemporaryDirectory(prefix="requirements-") as name:
            path = requirement_files.for_uv(requirements, Path(name))
            argv = [str(interpreters.uv()), "pip", "compile", str(path), *AS_LOCK, *self._options, *ALWAYS]
            return lockfile.parse(commands.run(argv, env=indexes.uv_variables() | env), Path.cwd())

    def _refusal(self, error: commands.CommandFailed, requirements: Path) -> Exception:
        """Return the error to raise for a failure of uv."""

        def others() -> Sequence[Runtime]:
            """Return the other runtimes for which all packages have wheels, newest first."""
            tried = [candidate for candidate in runtimes.supported(date.today()) if candidate != self.runtime]
            with ThreadPoolExecutor(len(tried)) as pool:
                fits = list(pool.map(lambda candidate: replace(self, runtime=candidate)._fits(requirements), tried))
            return [candidate for candidate, fit in zip(tried, fits, strict=True) if fit]

        if refusals.UNKNOWN.search(error.output) and not lockfile.is_lock(requirements):
            # If uv searches all indexes, it does not tell which of them denied access.
            try:
                self._compile(requirements, UV_INDEX_STRATEGY="first-index")
            except commands.CommandFailed as other:
                error = other if refusals.REFUSED.search(other.output) else error

        def of_glibc() -> bool:
            return replace(self, runtime=replace(self.runtime, wheels=NEWEST))._fits(requirements)

        return refusals.refusal(error, requirements, self.runtime, self.architecture, self.tag, others, of_glibc)

    def has_wheels(self, requirements: Path) -> bool | None:
        """Return whether all packages have wheels for the target. Return None if no index answers within seconds."""
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
    """Run ``uv pip install --target``, with the package indexes that pip is configured with.

    The files may be links into uv's cache. Replace them, and never write into them.
    """
    if lockfile.is_lock(requirements):
        _install_lock(lockfile.read(requirements), site_packages, options)
        return
    with TemporaryDirectory(prefix="requirements-") as name:
        path = requirement_files.for_uv(requirements, Path(name))
        _install(path, site_packages, options, indexes.uv_variables())


def _install_lock(lock: Lock, site_packages: Path, options: list[str]) -> None:
    env = indexes.uv_variables(
        without=("constraint",)
    )  # the lock obeys the constraints already, and uv does not accept them beside a lock
    env.pop("UV_CONSTRAINT", None)
    with TemporaryDirectory(prefix="requirements-") as name:
        path = lock.for_any_interpreter().write(Path(name))
        _install(path, site_packages, [*options, *LOCKS], env)


def _install(path: Path, site_packages: Path, options: list[str], env: dict[str, str]) -> None:
    where = ["--target", str(site_packages), "--requirements", str(path)]
    commands.run([interpreters.uv(), "pip", "install", *where, *options, *ALWAYS, *LINKS], env=env)
