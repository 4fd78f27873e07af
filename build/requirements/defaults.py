"""Knows the project's own requirements: lambda/requirements.in, locked with hashes in lambda/requirements.txt."""

from __future__ import annotations

import re
from pathlib import Path

from packaging.requirements import Requirement

from build.errors import UserError
from build.host import commands, indexes, interpreters
from build.requirements import lockfile, requirement_files
from build.runtimes import OLDEST_WITH_DEFAULTS, Runtime

FOLDER = Path(__file__).parents[2] / "lambda"
SOURCE = FOLDER / "requirements.in"
LOCKED = FOLDER / "requirements.txt"


class NoRequirements(UserError):
    template = "There is no requirements file {path}. Give one that exists: --requirements FILE"


class NoDefaults(UserError):
    template = (
        "The project has no requirements for {runtime}, only for python{oldest} and later.\n"
        "Give your own: --requirements FILE"
    )


def select(requirements: Path | None, runtime: Runtime) -> Path:
    """Return the file to install from: the user's, or else the project's own.

    Raises:
        NoRequirements: the user's file does not exist.
        NoDefaults: the project's own requirements are not locked for so old a runtime.
    """
    if requirements is None:
        if _minor(runtime.python) < _minor(OLDEST_WITH_DEFAULTS):
            raise NoDefaults(runtime=runtime.name, oldest=OLDEST_WITH_DEFAULTS)
        return LOCKED
    if not requirements.is_file():
        raise NoRequirements(path=requirements)
    return requirements


def has_hashes(path: Path) -> bool:
    """Return whether pip and uv accept only the files whose hashes are given."""
    return lockfile.is_lock(path) or requirement_files.all_have_hashes(path)


def named(path: Path) -> set[str]:
    """Return the packages that requirements name themselves. A lock lists all packages, so it names none in this sense.

    Raises:
        UnreadableRequirements
    """
    if path == LOCKED:
        path = SOURCE
    elif has_hashes(path):
        return set()
    return {
        requirement.name
        for requirement in requirement_files.parse(path).requirements
        if requirement.name and not requirement.is_constraint
    }


def identity(path: Path) -> str | None:
    """Return a text that identifies what requirements install, or None if that depends on an index or other files.

    Raises:
        LockBroken, UnreadableRequirements
    """
    if lockfile.is_lock(path):
        return lockfile.read(path).identity()
    if not requirement_files.all_have_hashes(path):
        return None
    parsed = requirement_files.parse(path)
    return "\n".join(sorted(entry.requirement_line.line for entry in (*parsed.requirements, *parsed.options)))


def pinned(package: str, python: str) -> str:
    """Return the lines of the lock for one package on one Python, with its hashes."""
    blocks = re.split(r"(?m)^(?=[a-z])", LOCKED.read_text(encoding="utf-8"))
    mine = [block for block in blocks if block.startswith(f"{package}==")]
    versions = [Requirement(block.split("\\")[0].strip()) for block in mine]
    marker_values = {"python_version": python, "python_full_version": f"{python}.0"}
    here = [block for block, requirement in zip(mine, versions, strict=True) if _applies(requirement, marker_values)]
    return here[0]


def _applies(requirement: Requirement, marker_values: dict[str, str]) -> bool:
    return requirement.marker is None or requirement.marker.evaluate(marker_values)


def lock() -> Path:
    """Resolve requirements.in for all supported runtimes, and write the versions with their hashes."""
    argv: list[str | Path] = [
        interpreters.uv(),
        "pip",
        "compile",
        "--universal",
        "--python-version",
        OLDEST_WITH_DEFAULTS,
    ]
    argv += ["--generate-hashes", "--no-config", "--upgrade", "--custom-compile-command", "invoke lock"]
    argv += [SOURCE.name, "--output-file", LOCKED.name]
    # The lock is for every machine, so wheels that only this machine has must not be used.
    commands.run(argv, cwd=FOLDER, env=indexes.uv_variables(without=("extra-index-url", "find-links")))
    return LOCKED


def _minor(python: str) -> int:
    return int(python.partition(".")[2])
