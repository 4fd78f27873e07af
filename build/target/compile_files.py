"""Compiles Python files to unchecked-hash bytecode (PEP 552). Runs under the target's interpreter, 3.7 and later.

    python compile_files.py FOLDER PREFIX < paths, one a line

PREFIX is where Lambda will see FOLDER; tracebacks show it, and no path of this machine gets into the bytecode.
Lambda's disk is read-only and a zip's times are fixed, so a .pyc that is checked against its source's time is stale
there for ever, and every cold start compiles anew. Prints the paths that are not valid Python: those have no .pyc.
"""

import os
import py_compile
import sys
import warnings


def main(folder, prefix):
    warnings.simplefilter("ignore")  # a SyntaxWarning in somebody else's library
    for name in sys.stdin.read().splitlines():
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
