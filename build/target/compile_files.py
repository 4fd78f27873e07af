"""Compiles Python files to unchecked hash-based bytecode (PEP 552). Runs under the target's interpreter, 3.7 or later.

    python compile_files.py FOLDER PREFIX < chunks of paths: one path a line, an empty line between two chunks

PREFIX is the path under which Lambda sees FOLDER. Tracebacks show it, and no path of this machine gets into the
bytecode. Lambda's disk is read-only and the times in a zip file are fixed. So a .pyc file that is checked against the
time of its source would always be stale there, and every cold start would compile again. The script prints the paths of
files that are not valid Python, for which there is no .pyc file.

Each chunk is compiled by a process of its own, because the reference flags in the bytecode depend on what a process has
compiled before. Several processes are forked, which is faster than to start an interpreter for each.
"""

from __future__ import annotations

import gc
import importlib.util
import marshal
import os
import sys
import warnings

UNCHECKED_HASH = b"\1\0\0\0"


def main(folder: str, prefix: str) -> None:
    chunks = sys.stdin.read().split("\n\n")
    if len(chunks) == 1:
        compile_chunk(folder, prefix, chunks[0].splitlines())
        return
    processes = os.cpu_count() or 1
    for number, chunk in enumerate(chunks):
        if number >= processes:
            wait()
        if os.fork() == 0:
            compile_chunk(folder, prefix, chunk.splitlines())
            return
    for _ in range(min(len(chunks), processes)):
        wait()


def wait() -> None:
    """Wait until one of the processes has ended."""
    _, status = os.wait()
    if status:
        sys.exit("a process that compiled ended with status " + str(status))


def compile_chunk(folder: str, prefix: str, names: list[str]) -> None:
    """Compile files, and print the names of those that are not valid Python."""
    warnings.simplefilter("ignore")  # a SyntaxWarning in a library is not ours to fix
    gc.disable()  # there is almost nothing to collect, and the process ends soon
    for name in names:
        path = os.path.join(folder, name)
        with open(path, "rb") as stream:
            source = stream.read()
        try:
            code = compile(source, prefix + "/" + name, "exec", dont_inherit=True)
        except Exception:  # a template, or code for another version
            print(name)
            continue
        cached = importlib.util.cache_from_source(path)
        os.makedirs(os.path.dirname(cached), exist_ok=True)
        with open(cached, "wb") as stream:
            stream.write(importlib.util.MAGIC_NUMBER + UNCHECKED_HASH + importlib.util.source_hash(source))
            stream.write(marshal.dumps(code))


if __name__ == "__main__":
    main(*sys.argv[1:])
