"""Chooses which bytecode a layer keeps if not all of it fits: that of the modules that imports execute."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from build.host import commands, distributions, importable, interpreters
from build.host.distributions import Distributions
from build.host.interpreters import RunPython
from build.runtimes import Architecture, Runtime

SCRIPT = Path(__file__).parents[1] / "target" / "imported_files.py"

# The bytes that bytecode leaves to the function and its model: enough for a handler, some code and a forest of some
# hundred trees. Without bytecode a layer is slower, but a model that does not fit cannot be served at all.
ROOM = 10_000_000

# The public modules of these packages are imported, too: one imports an estimator from sklearn.ensemble, not from
# sklearn.
PARENTS = ("sklearn", "scipy", "pandas")

ALL = "all modules"


def fit(
    tree: Path,
    sizes: dict[str, int],
    installed: Distributions,
    target: tuple[Runtime, Architecture],
    fallback: RunPython,
    limit: int,
) -> tuple[str, dict[str, int]]:
    """Leave out as little bytecode as possible, so that `ROOM` of the limit is left.

    Args:
        sizes: the bytes of the tree's files.
        installed: what is installed in the tree.
        fallback: runs a script if this machine does not have the interpreter, for example in a build container.

    Returns:
        A text that says which modules have bytecode, and the bytes of the files that stay.
    """
    if _has_room(sizes, limit):
        return ALL, sizes
    compiled = {path for path in sizes if distributions.source(path) != path}
    executed = _executed(tree, installed, *target, fallback)
    kept = {path for path in compiled if distributions.source(path) in executed}
    budget = {path: size for path, size in sizes.items() if path not in compiled or path in kept}
    if kept and _has_room(budget, limit):
        return f"only modules that imports execute: {len(kept):,} of {len(compiled):,} modules", budget
    if executed:
        why = f"even bytecode for the imported modules alone would leave the function less than {ROOM / 1e6:.0f} MB"
    else:
        why = "not all of it fits, and which modules are executed by imports cannot be found out on this machine"
    return f"none: {why}", {path: size for path, size in sizes.items() if path not in compiled}


def _has_room(sizes: dict[str, int], limit: int) -> bool:
    return sum(sizes.values()) <= limit - ROOM


def _executed(
    tree: Path, installed: Distributions, runtime: Runtime, architecture: Architecture, fallback: RunPython
) -> set[str]:
    """Return the tree's files that are executed when its packages are imported.

    The set is empty if that cannot be found out on this machine.
    """
    names = "\n".join(sorted(_top_levels(installed)))
    try:
        with TemporaryDirectory(dir=tree.parent, prefix=".host-") as folder:
            if interpreters.find(runtime.python) and not importable.runs_here(architecture):
                tree = importable.of_versions(Path(folder), installed.versions, runtime)
            output = interpreters.run_script(runtime.python, SCRIPT, tree, PARENTS, names, fallback)
    except commands.CommandFailed:
        return set()  # there are no such versions for this machine, or a package crashes when it is imported
    return set((output or "").splitlines())


def _top_levels(installed: Distributions) -> set[str]:
    """Return the names of all public top-level modules and packages."""
    tops = {path.partition("/")[0].partition(".")[0] for path in installed.owners if path.endswith((".py", ".so"))}
    return {name for name in tops if name.isidentifier() and not name.startswith("_")}
