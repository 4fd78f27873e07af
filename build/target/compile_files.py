"""Compiles Python files to unchecked-hash bytecode (PEP 552). Runs under the target's interpreter, 3.7 and later.

    python compile_files.py FOLDER PREFIX < chunks of paths: one path a line, an empty line between two chunks

PREFIX is where Lambda will see FOLDER; tracebacks show it, and no path of this machine gets into the bytecode.
Lambda's disk is read-only and a zip's times are fixed, so a .pyc that is checked against its source's time is stale
there for ever, and every cold start compiles anew. Prints the paths that are not valid Python: those have no .pyc.

Each chunk is compiled by a process of its own, since what a process compiled before shows in the reference flags of
what it writes next. The processes are forked: starting an interpreter for each would take longer.
"""

import os
import py_compile
import sys
import warnings


def main(folder, prefix):
    chunks = sys.stdin.read().split("\n\n")
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
    for name in names:
        try:
            py_compile.compile(
                os.path.join(folder, name),
                dfile=prefix + "/" + name,
                doraise=True,
                invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
            )
        except (py_compile.PyCompileError, SyntaxError, ValueError):
            print(name)


if __name__ == "__main__":
    main(*sys.argv[1:])
