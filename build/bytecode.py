"""Bytecode that Lambda can use: compiled by the runtime's own minor version, never checked against the source."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from build import interpreters
from build.interpreters import RunPython
from build.runtimes import Runtime

SCRIPT = Path(__file__).with_name("target") / "compile_files.py"
CHUNK = 128  # files a process; fixed, so that the result does not depend on the number of cores


@dataclass(frozen=True)
class Compiled:
    """What became of a folder's Python files."""

    count: int
    failed: tuple[str, ...] = ()  # not valid Python: templates, or code for another version
    missing: str | None = None  # why there is no bytecode at all


def compile_tree(folder: Path, prefix: str, runtime: Runtime, fallback: RunPython | None = None) -> Compiled:
    """Compile every .py below a folder.

    The same files give the same bytes: a fixed hash seed, a fixed order, and fresh processes for fixed chunks, since
    what a process compiled before shows in the reference flags of what it writes next.

    Args:
        prefix: where Lambda sees the folder, such as ``/var/task``.
        fallback: runs a script where this machine has no such interpreter, such as in a build container.
    """
    if not runtime.has_hash_pycs:
        return Compiled(0, missing=f"{runtime.name} knows no bytecode that a read-only disk can keep (PEP 552)")
    files = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.py"))
    if not files:
        return Compiled(0)
    chunks = ["\n".join(files[start : start + CHUNK]) for start in range(0, len(files), CHUNK)]

    def run(chunk: str) -> str | None:
        return interpreters.run_script(runtime.python, SCRIPT, folder, [prefix], chunk, fallback)

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        outputs = list(pool.map(run, chunks))
    if None in outputs:
        return Compiled(0, missing=f"this machine has no CPython {runtime.python}")
    failed = tuple(line for output in outputs for line in (output or "").splitlines())
    return Compiled(len(files) - len(failed), failed)
