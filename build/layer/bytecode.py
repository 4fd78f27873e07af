"""Compiles bytecode that Lambda can use: by the runtime's own minor version, and never checked against its source."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path, PurePosixPath
from typing import Any

from build.host import distributions, interpreters
from build.host.interpreters import RunPython
from build.runtimes import Runtime

SCRIPT = Path(__file__).parents[1] / "target" / "compile_files.py"
CHUNK = 256  # files that one process compiles; the number is fixed, so the result does not depend on the machine

Chunk = list[str]  # sorted paths below the folder


@dataclass(frozen=True)
class Compiled:
    """The result of compiling the Python files in a folder."""

    count: int
    failed: tuple[str, ...] = ()  # files that are not valid Python: templates, or code for another version
    missing: str | None = None  # the reason why there is no bytecode at all

    @classmethod
    def read(cls, facts: dict[str, Any]) -> Compiled:
        """Create it from the JSON of `dataclasses.asdict`."""
        return cls(**facts | {"failed": tuple(facts["failed"])})


def compile_tree(folder: Path, prefix: str, runtime: Runtime) -> Compiled:
    """Compile every .py file below a folder.

    Args:
        prefix: where Lambda sees the folder, such as ``/var/task``.
    """
    files = [path for path in distributions.sizes(folder) if path.endswith(".py")]
    by_package = groupby(files, key=lambda path: path.partition("/")[0])
    return compile_files(folder, [chunk for _, package in by_package for chunk in chunks(package)], prefix, runtime)


def compile_files(
    folder: Path, todo: Sequence[Chunk], prefix: str, runtime: Runtime, fallback: RunPython | None = None
) -> Compiled:
    """Compile some of the .py files below a folder.

    The same chunks give the same bytes, because the hash seed and the order are fixed and each chunk is compiled in a
    new process.

    Args:
        prefix: where Lambda sees the folder, such as ``/var/task``.
        fallback: runs a script if this machine does not have the interpreter, for example in a build container.
    """
    if not runtime.has_hash_pycs:
        return Compiled(
            0, missing=f"{runtime.name} has no hash-based bytecode (PEP 552), and Lambda cannot use any other"
        )
    if not todo:
        return Compiled(0)
    stdin = "\n\n".join("\n".join(chunk) for chunk in todo)
    output = interpreters.run_script(runtime.python, SCRIPT, folder, [prefix], stdin, fallback)
    if output is None:
        return Compiled(0, missing=f"this machine has no CPython {runtime.python}")
    failed = sorted(output.splitlines())
    return Compiled(sum(map(len, todo)) - len(failed), tuple(failed))


def chunks(files: Iterable[str]) -> list[Chunk]:
    """Split files into chunks of at most CHUNK files, in their order."""
    paths = list(files)
    return [paths[start : start + CHUNK] for start in range(0, len(paths), CHUNK)]


def pyc(path: str, runtime: Runtime) -> str:
    """Return the path of the bytecode of a .py file."""
    pure = PurePosixPath(path)
    return (pure.parent / "__pycache__" / f"{pure.stem}.cpython-{runtime.python.replace('.', '')}.pyc").as_posix()
