"""Leaves packages out of a layer that its requirements name, and with each what nothing else requires.

Whether a model does without them is for packaging to prove. Of what the handler runs on, nothing can go.
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
        "There is no package {name} to build the layer without. Its requirements give: {known}.\n"
        "Take one of these: --without PACKAGE"
    )


class HandlerNeeds(UserError):
    template = (
        "The layer cannot be built without {name}, which the handler needs{through}.\n"
        "It does without the others, if your model does: {others}"
    )


@dataclass(frozen=True)
class LeftOut:
    """What was left out of a tree."""

    versions: dict[str, str]  # by package: those that were asked for first, then what nothing else requires
    removed: dict[str, int]  # bytes by path


def remove(
    tree: Path,
    found: Distributions,
    names: Collection[str],
    target: tuple[Runtime, Architecture],
    stay: Collection[str],
) -> LeftOut:
    """Remove packages from an installed tree, and what nothing but them requires.

    Args:
        found: what is installed in it.
        stay: packages that the requirements ask for themselves.

    Raises:
        NotInLayer, HandlerNeeds
    """
    asked = sorted(map(distributions.normalized, names))
    if not asked:
        return LeftOut({}, {})
    installed, versions = dependencies.read(tree, *target), found.versions
    own = installed.required_by(HANDLER)
    others = ", ".join(sorted(versions.keys() - own)) or "there are none"
    for name in asked:
        if name not in versions:
            raise NotInLayer(name=name, known=", ".join(versions))
        if name in own:
            through = "" if name in HANDLER else ", as scikit-learn requires it"
            raise HandlerNeeds(name=name, through=through, others=others)
    gone = [*asked, *sorted(installed.only_for(asked, stay={*map(distributions.normalized, stay), *own}))]
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
