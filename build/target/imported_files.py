"""Lists the files that are executed when packages are imported. Runs under the target's interpreter.

    python imported_files.py FOLDER [PACKAGE...] < names, one a line

The script imports each name, and also the public modules and sub-packages of each PACKAGE. FOLDER comes first on the
path. The script prints the paths of files below FOLDER that were executed, relative to it.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import pkgutil
import sys

NOT_PUBLIC = ("tests", "conftest")  # and names that begin with an underscore


def main(folder: str, *parents: str) -> None:
    folder = os.path.realpath(folder)
    sys.path.insert(0, folder)
    with contextlib.redirect_stdout(sys.stderr):
        for name in sys.stdin.read().splitlines():
            attempt(name)
            if name in parents and name in sys.modules:
                for module in pkgutil.iter_modules(sys.modules[name].__path__):
                    if not module.name.startswith("_") and module.name not in NOT_PUBLIC:
                        attempt(name + "." + module.name)
    files = {os.path.realpath(getattr(module, "__file__", None) or "/") for module in list(sys.modules.values())}
    print("\n".join(sorted(os.path.relpath(file, folder) for file in files if file.startswith(folder + os.sep))))


def attempt(name: str) -> None:
    """Import a module. What it imports before it fails counts as well.

    A package may raise anything if something is missing that it does not strictly need.
    """
    with contextlib.suppress(Exception, SystemExit):
        importlib.import_module(name)


if __name__ == "__main__":
    del sys.path[0]
    main(*sys.argv[1:])
