"""Leaves packages out of a layer, together with those that nothing else requires.

Packaging proves whether a model works without them. The packages that the handler needs cannot be left out.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from build.errors import UserError
from build.host import distributions
from build.host.distributions import Distributions
from build.layer import dependencies, slimming
from build.runtimes import Architecture, Runtime

HANDLER = ("numpy", "scikit-learn")


class NotInLayer(UserError):
    template = (
        "There is no package {name} to build the layer without. Its packages are: {known}.\n"
        "Name one of them: --without PACKAGE"
    )


class HandlerNeeds(UserError):
    template = (
        "The layer cannot be built without {name}, which the handler needs{through}.\n"
        "It works without these packages, if your model does: {others}"
    )


@dataclass(frozen=True)
class LeftOut:
    """The packages that were left out of a tree."""

    versions: dict[str, str]  # by package: first those that were named, then those that nothing else requires
    removed: dict[str, int]  # bytes by path


def remove(
    tree: Path,
    everything: Distributions,
    names: Collection[str],
    target: tuple[Runtime, Architecture],
    stay: Collection[str],
) -> LeftOut:
    """Remove packages from an installed tree, together with those that only they require.

    Args:
        everything: what is installed in the tree.
        names: the packages to leave out.
        stay: packages that the requirements name themselves.

    Raises:
        NotInLayer, HandlerNeeds
    """
    packages = sorted(map(distributions.normalized, names))
    if not packages:
        return LeftOut({}, {})
    installed, versions = dependencies.read(tree, *target), everything.versions
    own = installed.required_by(HANDLER)
    others = ", ".join(sorted(versions.keys() - own)) or "there are none"
    for name in packages:
        if name not in versions:
            raise NotInLayer(name=name, known=", ".join(versions))
        if name in own:
            through = "" if name in HANDLER else ", as scikit-learn requires it"
            raise HandlerNeeds(name=name, through=through, others=others)
    gone = [*packages, *sorted(installed.only_for(packages, stay={*map(distributions.normalized, stay), *own}))]
    own_files = {path for name in gone for path in installed.files[name]}
    own_files -= {path for name, files in installed.files.items() if name not in gone for path in files}
    infos = {top for top in map(_top, own_files) if top.endswith(".dist-info")}
    removed = {
        path: size for path, size in distributions.sizes(tree).items() if path in own_files or _top(path) in infos
    }
    for path in removed:
        (tree / path).unlink()
    slimming.drop_empty_folders(tree)
    return LeftOut({name: versions[name] for name in gone}, removed)


def _top(path: str) -> str:
    return path.partition("/")[0]
