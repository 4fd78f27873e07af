"""Finds a CPython of a minor version on this machine. Bytecode and pickles depend on that version."""

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

# Takes a script, its arguments, a folder and stdin. Returns stdout, or None if there is no such Python.
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
    """Return a CPython of the minor version ``python``, or None if there is none."""
    for candidate in _candidates(python):
        try:
            answer = commands.run([candidate, "-I", "-S", "-c", QUESTION])
        except (commands.CommandFailed, commands.CommandMissing, OSError):
            continue  # for example, a pyenv shim of a version that is not active
        if answer.split() == ["CPython", *python.split(".")]:
            return candidate
    return None


def require(runtime: Runtime, purpose: str) -> Path:
    """Return a CPython for a runtime.

    Args:
        purpose: the beginning of the error message, which says what needs it.

    Raises:
        InterpreterMissing
    """
    interpreter = find(runtime.python)
    if interpreter is None:
        raise InterpreterMissing(purpose=purpose, python=runtime.python, here=running())
    return interpreter


def run_script(
    python: str, script: Path, folder: Path, arguments: Sequence[str], stdin: str, fallback: RunPython | None
) -> str | None:
    """Run a script of build/target on a folder, and return what it writes to stdout.

    The seed of hashes is fixed, and no environment variables are passed on. So the same input gives the same output.

    Args:
        fallback: runs the script if this machine does not have the interpreter, for example in a build container.

    Returns:
        None if there is no such interpreter.
    """
    interpreter = find(python)
    if interpreter:
        argv: list[str | Path] = [interpreter, "-S", "-s", "-B", script, folder, *arguments]
        env = {"PYTHONHASHSEED": "0", "LD_LIBRARY_PATH": ":".join(map(str, library_folders(folder)))}
        return commands.run(argv, stdin=stdin, env=env)
    return fallback(script, [".", *arguments], folder, stdin) if fallback else None


def library_folders(site_packages: Path) -> list[Path]:
    """Return the folder in which Lambda looks for a layer's libraries, /opt/lib, if the layer has one."""
    if site_packages.parts[-4:-2] != ("python", "lib"):
        return []
    folder = site_packages.parents[3] / "lib"
    return [folder.resolve()] if folder.is_dir() else []


@cache
def version(interpreter: Path) -> str:
    """Return the full version of an interpreter: ``3.13.0``."""
    return commands.run([interpreter, "-I", "-S", "-c", "import platform; print(platform.python_version())"]).strip()


def running() -> str:
    """Return the minor version of the interpreter that runs this code: ``3.11``."""
    return ".".join(platform.python_version_tuple()[:2])


def _candidates(python: str) -> Iterator[Path]:
    """Return the interpreters that may be of that minor version, the best one first."""
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
    """Return the uv of this virtual environment, whose version is locked."""
    beside = Path(sys.executable).with_name("uv")
    return beside if beside.exists() else Path("uv")
