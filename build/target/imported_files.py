"""Says which modules importing packages executes. Runs under the target's interpreter.

    python import_closure.py FOLDER [PACKAGE] < names, one a line

Imports each name, and of each PACKAGE its public modules and sub-packages too, with FOLDER first on the path. Prints
the files below FOLDER that were executed, relative to it.
"""

import contextlib
import importlib
import os
import pkgutil
import sys

NOT_PUBLIC = ("tests", "conftest")  # beside names that begin with an underscore


def main(folder, *parents):
    folder = os.path.realpath(folder)
    sys.path.insert(0, folder)
    with contextlib.redirect_stdout(sys.stderr):
        for name in sys.stdin.read().splitlines():
            attempt(name)
            if name in parents and name in sys.modules:
                for each in pkgutil.iter_modules(sys.modules[name].__path__):
                    if not each.name.startswith("_") and each.name not in NOT_PUBLIC:
                        attempt(name + "." + each.name)
    files = {os.path.realpath(getattr(module, "__file__", None) or "/") for module in list(sys.modules.values())}
    print("\n".join(sorted(os.path.relpath(file, folder) for file in files if file.startswith(folder + os.sep))))


def attempt(name):
    # whatever a package raises when something that it can do without is missing: what it imported until then counts
    with contextlib.suppress(Exception, SystemExit):
        importlib.import_module(name)


if __name__ == "__main__":
    del sys.path[0]
    main(*sys.argv[1:])
