"""Which installed distributions a folder holds, and which of them a file came with."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path, PurePosixPath


@dataclass(frozen=True)
class Distribution:
    """One installed distribution, by its metadata."""

    name: str  # normalized
    version: str
    summary: str | None = None
    license: str | None = None  # an SPDX expression, or what older metadata say


@dataclass(frozen=True)
class Distributions:
    """What is installed in a site-packages folder."""

    installed: list[Distribution]  # by name
    owners: dict[str, str]  # path of a file -> name

    @property
    def versions(self) -> dict[str, str]:
        return {each.name: each.version for each in self.installed}

    def without(self, names: Collection[str]) -> Distributions:
        """These but for some, whose files are still known."""
        return Distributions([each for each in self.installed if each.name not in names], self.owners)

    def owner(self, path: str) -> str:
        """The distribution that brought a file (or its bytecode); its top folder's name where none says so."""
        return self.owners.get(source(path)) or path.partition("/")[0]

    def bytes_by_owner(self, sizes: dict[str, int]) -> Counter[str]:
        """Sums the sizes of files by distribution."""
        total: Counter[str] = Counter()
        for path, size in sizes.items():
            total[self.owner(path)] += size
        return total


def read(site_packages: Path) -> Distributions:
    """Read the metadata of all that is installed in a folder; before slimming, which takes the lists of files away."""
    installed, owners = {}, {}
    for found in metadata.distributions(path=[str(site_packages)]):
        name, said = normalized(found.metadata["Name"]), found.metadata
        license_ = said.get("License-Expression") or _licence_of_classifiers(said) or said.get("License")
        installed[name] = Distribution(name, found.version, said.get("Summary"), _first_line(license_))
        owners.update({file.as_posix(): name for file in found.files or ()})
    return Distributions([installed[name] for name in sorted(installed)], owners)


def _licence_of_classifiers(said: metadata.PackageMetadata) -> str | None:
    names = [each.rpartition(" :: ")[2] for each in said.get_all("Classifier", ()) if each.startswith("License :: ")]
    return " AND ".join(names) or None


def _first_line(text: str | None) -> str | None:
    """Of a licence: some give all its words."""
    return text.strip().splitlines()[0] if text and text.strip() else None


def normalized(name: str) -> str:
    """A distribution's name as indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def sizes(folder: Path) -> dict[str, int]:
    """The bytes of every file below a folder, by relative path, sorted."""
    found = {}
    for root, _, names in os.walk(folder):  # several times as fast as Path.rglob
        inside = "" if root == os.fspath(folder) else os.path.relpath(root, folder) + "/"
        for name in names:
            path = os.path.join(root, name)
            if os.path.isfile(path):
                found[inside + name] = os.stat(path).st_size
    return dict(sorted(found.items()))


def source(path: str) -> str:
    """The path of the .py that a .pyc was compiled from; any other path unchanged."""
    pure = PurePosixPath(path)
    if pure.suffix != ".pyc" or pure.parent.name != "__pycache__":
        return path
    return (pure.parent.parent / f"{pure.name.partition('.')[0]}.py").as_posix()
