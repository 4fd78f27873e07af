"""Imports modules and says what came of it. Runs under the target's interpreter.

    python import_modules.py RESULT < names, one a line

RESULT gets JSON, in the order of the names: name -> null, or the type of the exception. It is written after each, so
that of a module which ends the process the others before it are known.
"""

import contextlib
import importlib
import json
import os
import sys
import warnings


def main(result):
    names = sys.stdin.read().splitlines()
    warnings.simplefilter("ignore")
    sys.argv = ["module"]
    with open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere), contextlib.redirect_stderr(nowhere):
        found = {}
        for name in names:
            found[name] = attempt(name)
            with open(result, "w", encoding="utf-8") as stream:
                json.dump(found, stream)


def attempt(name):
    try:
        importlib.import_module(name)
    except BaseException as error:  # whatever a module raises is the answer: pytest's skips are no Exception
        return type(error).__name__
    return None


if __name__ == "__main__":
    del sys.path[0]
    main(*sys.argv[1:])
