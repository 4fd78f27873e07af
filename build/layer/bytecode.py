"""Bytecode that Lambda can use: compiled by the runtime's own minor version, never checked against the source."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path, PurePosixPath

from build.host import distributions, interpreters
from build.host.interpreters import RunPython
from build.runtimes import Runtime

SCRIPT = Path(__file__).parents[1] / "target" / "compile_files.py"
CHUNK = 256  # files a process; fixed, so that the result does not depend on the number of cores

Chunk = list[str]  # paths below the folder, sorted


@dataclass(frozen=True)
class Compiled:
    """What became of a folder's Python files."""

    count: int
    failed: tuple[str, ...] = ()  # not valid Python: templates, or code for another version
    missing: str | None = None  # why there is no bytecode at all

    @classmethod
    def read(cls, facts: dict) -> Compiled:
        """From what JSON made of `dataclasses.asdict`."""
        return cls(**facts | {"failed": tuple(facts["failed"])})


def compile_tree(folder: Path, prefix: str, runtime: Runtime) -> Compiled:
    """Compile every .py below a folder.

    Args:
        prefix: where Lambda sees the folder, such as ``/var/task``.
    """
    files = [path for path in distributions.sizes(folder) if path.endswith(".py")]
    by_package = groupby(files, key=lambda path: path.partition("/")[0])
    return compile_files(folder, [chunk for _, package in by_package for chunk in chunks(package)], prefix, runtime)


def compile_files(
    folder: Path, todo: Sequence[Chunk], prefix: str, runtime: Runtime, fallback: RunPython | None = None
) -> Compiled:
    """Compile some of the .py below a folder.

    The same chunks give the same bytes: a fixed hash seed, a fixed order, and a fresh process for each.

    Args:
        prefix: where Lambda sees the folder, such as ``/var/task``.
        fallback: runs a script where this machine has no such interpreter, such as in a build container.
    """
    if not runtime.has_hash_pycs:
        return Compiled(0, missing=f"{runtime.name} knows no bytecode that a read-only disk can keep (PEP 552)")
    if not todo:
        return Compiled(0)
    stdin = "\n\n".join("\n".join(chunk) for chunk in todo)
    output = interpreters.run_script(runtime.python, SCRIPT, folder, [prefix], stdin, fallback)
    if output is None:
        return Compiled(0, missing=f"this machine has no CPython {runtime.python}")
    failed = sorted(output.splitlines())
    return Compiled(sum(map(len, todo)) - len(failed), tuple(failed))


def chunks(files: Iterable[str]) -> list[Chunk]:
    """At most CHUNK files each, in their order."""
    whole = list(files)
    return [whole[start : start + CHUNK] for start in range(0, len(whole), CHUNK)]


def pyc(path: str, runtime: Runtime) -> str:
    """Where the bytecode of a .py is."""
    pure = PurePosixPath(path)
    return (pure.parent / "__pycache__" / f"{pure.stem}.cpython-{runtime.python.replace('.', '')}.pyc").as_posix()
