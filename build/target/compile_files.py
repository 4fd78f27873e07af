"""Compiles Python files to unchecked-hash bytecode (PEP 552). Runs under the target's interpreter, 3.7 and later.

    python compile_files.py FOLDER PREFIX < chunks of paths: one path a line, an empty line between two chunks

PREFIX is where Lambda will see FOLDER; tracebacks show it, and no path of this machine gets into the bytecode.
Lambda's disk is read-only and a zip's times are fixed, so a .pyc that is checked against its source's time is stale
there for ever, and every cold start compiles anew. Prints the paths that are not valid Python: those have no .pyc.

Each chunk is compiled by a process of its own, since what a process compiled before shows in the reference flags of
what it writes next. Several are forked, which takes less than starting an interpreter for each.
"""

import gc
import importlib.util
import marshal
import os
import sys
import warnings

UNCHECKED_HASH = b"\1\0\0\0"


def main(folder, prefix):
    chunks = sys.stdin.read().split("\n\n")
    if len(chunks) == 1:
        return compile_chunk(folder, prefix, chunks[0].splitlines())
    for number, chunk in enumerate(chunks):
        if number >= os.cpu_count():
            wait()
        if os.fork() == 0:
            compile_chunk(folder, prefix, chunk.splitlines())
            return
    for _ in range(min(len(chunks), os.cpu_count())):
        wait()


def wait():
    _, status = os.wait()
    if status:
        sys.exit("a process that compiled ended with status " + str(status))


def compile_chunk(folder, prefix, names):
    warnings.simplefilter("ignore")  # a SyntaxWarning in somebody else's library
    gc.disable()  # there is next to nothing to collect, and the process ends soon
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
