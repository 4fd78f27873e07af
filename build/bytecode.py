"""Bytecode that Lambda can use: compiled by the runtime's own minor version, never checked against the source."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path, PurePosixPath

from build import cache, distributions, interpreters
from build.interpreters import RunPython
from build.runtimes import Runtime

SCRIPT = Path(__file__).with_name("target") / "compile_files.py"
CHUNK = 128  # files a process; fixed, so that the result does not depend on the number of cores
KEPT = 128  # chunks in the cache; the default layer has some 20, of 2 MB each

Chunk = list[str]  # paths below the folder, sorted


@dataclass(frozen=True)
class Compiled:
    """What became of a folder's Python files."""

    count: int
    failed: tuple[str, ...] = ()  # not valid Python: templates, or code for another version
    missing: str | None = None  # why there is no bytecode at all


def compile_tree(
    folder: Path, prefix: str, runtime: Runtime, fallback: RunPython | None = None, kept: Path | None = None
) -> Compiled:
    """Compile every .py below a folder.

    The same files give the same bytes: a fixed hash seed, a fixed order, and fresh processes for fixed chunks.

    Args:
        prefix: where Lambda sees the folder, such as ``/var/task``.
        fallback: runs a script where this machine has no such interpreter, such as in a build container.
        kept: folder of a cache, where chunks of the same files need not be compiled again.
    """
    if not runtime.has_hash_pycs:
        return Compiled(0, missing=f"{runtime.name} knows no bytecode that a read-only disk can keep (PEP 552)")
    files = {path: size for path, size in distributions.sizes(folder).items() if path.endswith(".py")}
    if not files:
        return Compiled(0)
    todo, keys = _chunks(list(files)), {}
    interpreter = interpreters.find(runtime.python)
    if kept and interpreter:
        facts = f"{interpreters.version(interpreter)} {prefix}"
        keys = {chunk[0]: _key(folder, facts, chunk) for chunk in todo}
        todo = [chunk for chunk in todo if cache.fetch(kept, keys[chunk[0]], folder, _link) is None]
    todo.sort(key=lambda chunk: -sum(files[path] for path in chunk))  # what takes longest goes first
    stdin = "\n\n".join("\n".join(chunk) for chunk in todo)
    output = interpreters.run_script(runtime.python, SCRIPT, folder, [prefix], stdin, fallback) if todo else ""
    if output is None:
        return Compiled(0, missing=f"this machine has no CPython {runtime.python}")
    failed = sorted(output.splitlines())
    for chunk in todo:
        if kept and keys and not set(chunk) & set(failed):
            cache.keep(kept, keys[chunk[0]], {pyc: folder / pyc for pyc in _pycs(chunk, runtime)}, KEPT)
    return Compiled(len(files) - len(failed), tuple(failed))


def _link(kept: Path, to: Path) -> None:
    """A hard link is enough for what is never written into, and where there is none, a copy is."""
    try:
        os.link(kept, to)
    except OSError:
        shutil.copyfile(kept, to)


def _chunks(files: list[str]) -> list[Chunk]:
    """At most CHUNK files of the same package each: those of a package stay the same whatever is beside it."""
    chunks = []
    for _, group in groupby(files, key=lambda path: path.partition("/")[0]):
        package = list(group)
        chunks += [package[start : start + CHUNK] for start in range(0, len(package), CHUNK)]
    return chunks


def _key(folder: Path, facts: str, chunk: Chunk) -> str:
    parts = [("facts", facts.encode()), ("script", SCRIPT.read_bytes())]
    return cache.digest([*parts, *((path, (folder / path).read_bytes()) for path in chunk)])


def _pycs(chunk: Chunk, runtime: Runtime) -> list[str]:
    tag = f"cpython-{runtime.python.replace('.', '')}"
    paths = map(PurePosixPath, chunk)
    return [(path.parent / "__pycache__" / f"{path.stem}.{tag}.pyc").as_posix() for path in paths]
