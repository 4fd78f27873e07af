"""Finds a CPython of a given minor version on this machine: bytecode and pickles are bound to it."""

from __future__ import annotations

import os
import platform
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path

from build.errors import UserError
from build.host import commands
from build.runtimes import Runtime

# (script, arguments, folder, stdin) -> stdout, or None if it has no Python
RunPython = Callable[[Path, list[str], Path, str], "str | None"]

QUESTION = "import platform; print(platform.python_implementation(), *platform.python_version_tuple()[:2])"


class InterpreterMissing(UserError):
    template = (
        "{purpose} needs a CPython {python} on this machine, and there is none on PATH, in pyenv or in uv.\n"
        "Install one (`uv python install {python}` or `pyenv install {python}`), or build for a version that is here: "
        "--python {here}."
    )


@cache
def find(python: str) -> Path | None:
    """A CPython of the minor version ``python``, or None."""
    for candidate in _candidates(python):
        try:
            answer = commands.run([candidate, "-I", "-S", "-c", QUESTION])
        except (commands.CommandFailed, commands.CommandMissing, OSError):
            continue  # such as a pyenv shim of a version that is not active
        if answer.split() == ["CPython", *python.split(".")]:
            return candidate
    return None


def require(runtime: Runtime, purpose: str) -> Path:
    """A CPython for that runtime.

    Raises:
        InterpreterMissing: none is here; ``purpose`` says what it was for.
    """
    found = find(runtime.python)
    if found is None:
        raise InterpreterMissing(purpose=purpose, python=runtime.python, here=running())
    return found


def run_script(
    python: str, script: Path, folder: Path, arguments: Sequence[str], stdin: str, fallback: RunPython | None
) -> str | None:
    """What a script of ``target/`` writes for a folder and more arguments; None where there is no such interpreter.

    Hashes have a fixed seed, and nothing of this environment gets there: the same input gives the same output.

    Args:
        fallback: runs it where this machine has no CPython of that minor version, such as in a build container.
    """
    interpreter = find(python)
    if interpreter:
        argv = [interpreter, "-S", "-s", "-B", script, folder, *arguments]
        env = {"PYTHONHASHSEED": "0", "LD_LIBRARY_PATH": ":".join(map(str, library_folders(folder)))}
        return commands.run(argv, stdin=stdin, env=env)
    return fallback(script, [".", *arguments], folder, stdin) if fallback else None


def library_folders(site_packages: Path) -> list[Path]:
    """Where Lambda finds libraries of a layer beside its packages: /opt/lib, if the layer has one."""
    if site_packages.parts[-4:-2] != ("python", "lib"):
        return []
    folder = site_packages.parents[3] / "lib"
    return [folder.resolve()] if folder.is_dir() else []


@cache
def version(interpreter: Path) -> str:
    """The full version of an interpreter: ``3.13.0``."""
    return commands.run([interpreter, "-I", "-S", "-c", "import platform; print(platform.python_version())"]).strip()


def running() -> str:
    """The minor version of the interpreter that runs this: ``3.11``."""
    return ".".join(platform.python_version_tuple()[:2])


def _candidates(python: str) -> Iterator[Path]:
    if python == running():
        yield Path(sys.executable)
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    yield from sorted(pyenv.glob(f"versions/{python}.*/bin/python{python}"), key=_patch, reverse=True)
    on_path = shutil.which(f"python{python}")
    if on_path:
        yield Path(on_path)
    try:
        yield Path(commands.run([uv(), "python", "find", "--no-python-downloads", "--no-project", python]).strip())
    except (commands.CommandFailed, commands.CommandMissing):
        return


def _patch(executable: Path) -> int:
    digits = executable.parent.parent.name.rpartition(".")[2]
    return int(digits) if digits.isdigit() else -1


def uv() -> Path:
    """The uv of this environment, which the lock names."""
    beside = Path(sys.executable).with_name("uv")
    return beside if beside.exists() else Path("uv")
