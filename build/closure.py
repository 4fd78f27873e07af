"""Which bytecode a layer keeps when not all of it fits: that of the modules which importing its packages executes."""

from __future__ import annotations

from collections.abc import Set
from pathlib import Path
from tempfile import TemporaryDirectory

from build import commands, distributions, environments, interpreters
from build.distributions import Distributions
from build.interpreters import RunPython
from build.runtimes import Architecture, Runtime

SCRIPT = Path(__file__).with_name("target") / "import_closure.py"

# Bytes that bytecode leaves to the function and its model: a handler with its code and a forest of some hundred trees.
# Bytecode only saves time; a model that does not fit cannot be served.
ROOM = 10_000_000

# Their public modules count as well: an estimator is imported from sklearn.ensemble, not from sklearn.
PARENTS = ("sklearn", "scipy", "pandas")

ALL = "all modules"


def fit(
    tree: Path,
    found: Distributions,
    runtime: Runtime,
    architecture: Architecture,
    fallback: RunPython,
    limit: int,
) -> str:
    """Delete as little bytecode of a tree as leaves ROOM of the limit; returns what is left, in words.

    Args:
        found: what is installed in the tree.
        fallback: runs a script where this machine has no such interpreter, such as in a build container.
    """
    compiled = {path for path in distributions.sizes(tree) if path.endswith(".pyc")}
    if _has_room(tree, limit):
        return ALL
    executed = _executed(tree, found, runtime, architecture, fallback)
    kept = {path for path in compiled if distributions.source(path) in executed}
    _delete(tree, compiled - kept)
    if kept and _has_room(tree, limit):
        return f"import closure only: {len(kept):,} of {len(compiled):,} modules"
    _delete(tree, kept)
    if not executed:
        return "none: all of it is too much, and what importing the packages executes cannot be seen on this machine"
    return f"none: even the import closure's would leave less than {ROOM / 1e6:.0f} MB of the limit to the function"


def _has_room(tree: Path, limit: int) -> bool:
    return sum(distributions.sizes(tree).values()) <= limit - ROOM


def _delete(tree: Path, paths: Set[str]) -> None:
    for path in paths:
        (tree / path).unlink()


def _executed(
    tree: Path, found: Distributions, runtime: Runtime, architecture: Architecture, fallback: RunPython
) -> set[str]:
    """The files of the tree that importing its packages executes; none where that cannot be seen."""
    names = "\n".join(sorted(_top_levels(found)))
    try:
        with TemporaryDirectory(dir=tree.parent, prefix=".host-") as name:
            if interpreters.find(runtime.python) and not environments.runs_here(architecture):
                tree = environments.of_versions(Path(name), found.versions, runtime)
            said = interpreters.run_script(runtime.python, SCRIPT, tree, PARENTS, names, fallback)
    except commands.CommandFailed:
        return set()  # no such versions for this machine, or one that crashes when it is imported
    return set((said or "").splitlines())


def _top_levels(found: Distributions) -> set[str]:
    """The names that can be imported, private ones left out."""
    tops = {path.partition("/")[0].partition(".")[0] for path in found.owners if path.endswith((".py", ".so"))}
    return {name for name in tops if name.isidentifier() and not name.startswith("_")}
