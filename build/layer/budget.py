"""Which bytecode a layer keeps when not all of it fits: that of the modules which importing its packages executes."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from build.host import commands, distributions, importable, interpreters
from build.host.distributions import Distributions
from build.host.interpreters import RunPython
from build.runtimes import Architecture, Runtime

SCRIPT = Path(__file__).parents[1] / "target" / "import_closure.py"

# Bytes that bytecode leaves to the function and its model: a handler with its code and a forest of some hundred trees.
# Bytecode only saves time; a model that does not fit cannot be served.
ROOM = 10_000_000

# Their public modules count as well: an estimator is imported from sklearn.ensemble, not from sklearn.
PARENTS = ("sklearn", "scipy", "pandas")

ALL = "all modules"


def fit(
    tree: Path,
    sizes: dict[str, int],
    found: Distributions,
    target: tuple[Runtime, Architecture],
    fallback: RunPython,
    limit: int,
) -> tuple[str, dict[str, int]]:
    """Leave out as little bytecode as leaves ROOM of the limit; returns what stays, in words, and the files that do.

    Args:
        sizes: the bytes of the tree's files.
        found: what is installed in the tree.
        fallback: runs a script where this machine has no such interpreter, such as in a build container.
    """
    if _has_room(sizes, limit):
        return ALL, sizes
    compiled = {path for path in sizes if distributions.source(path) != path}
    executed = _executed(tree, found, *target, fallback)
    kept = {path for path in compiled if distributions.source(path) in executed}
    closure = {path: size for path, size in sizes.items() if path not in compiled or path in kept}
    if kept and _has_room(closure, limit):
        return f"import closure only: {len(kept):,} of {len(compiled):,} modules", closure
    if executed:
        why = f"even the import closure's would leave less than {ROOM / 1e6:.0f} MB of the limit to the function"
    else:
        why = "all of it is too much, and what importing the packages executes cannot be seen on this machine"
    return f"none: {why}", {path: size for path, size in sizes.items() if path not in compiled}


def _has_room(sizes: dict[str, int], limit: int) -> bool:
    return sum(sizes.values()) <= limit - ROOM


def _executed(
    tree: Path, found: Distributions, runtime: Runtime, architecture: Architecture, fallback: RunPython
) -> set[str]:
    """The files of the tree that importing its packages executes; none where that cannot be seen."""
    names = "\n".join(sorted(_top_levels(found)))
    try:
        with TemporaryDirectory(dir=tree.parent, prefix=".host-") as name:
            if interpreters.find(runtime.python) and not importable.runs_here(architecture):
                tree = importable.of_versions(Path(name), found.versions, runtime)
            said = interpreters.run_script(runtime.python, SCRIPT, tree, PARENTS, names, fallback)
    except commands.CommandFailed:
        return set()  # no such versions for this machine, or one that crashes when it is imported
    return set((said or "").splitlines())


def _top_levels(found: Distributions) -> set[str]:
    """The names that can be imported, private ones left out."""
    tops = {path.partition("/")[0].partition(".")[0] for path in found.owners if path.endswith((".py", ".so"))}
    return {name for name in tops if name.isidentifier() and not name.startswith("_")}
