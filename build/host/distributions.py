"""Finds which distributions are installed in a folder, and which of them a file belongs to."""

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
    """The metadata of one installed distribution."""

    name: str  # normalized
    version: str
    summary: str | None = None
    license: str | None = None  # an SPDX expression, or the text in older metadata


@dataclass(frozen=True)
class Distributions:
    """What is installed in a site-packages folder."""

    installed: list[Distribution]  # sorted by name
    owners: dict[str, str]  # by path of a file, the name of its distribution

    @property
    def versions(self) -> dict[str, str]:
        return {distribution.name: distribution.version for distribution in self.installed}

    def without(self, names: Collection[str]) -> Distributions:
        """Return the same object without some distributions. The owners of their files are still known."""
        return Distributions(
            [distribution for distribution in self.installed if distribution.name not in names], self.owners
        )

    def owner(self, path: str) -> str:
        """Return the distribution that a file or bytecode belongs to, or its top folder if no distribution lists it."""
        return self.owners.get(source(path)) or path.partition("/")[0]

    def bytes_by_owner(self, sizes: dict[str, int]) -> Counter[str]:
        """Sum up the sizes of files by distribution."""
        total: Counter[str] = Counter()
        for path, size in sizes.items():
            total[self.owner(path)] += size
        return total


def read(site_packages: Path) -> Distributions:
    """Read the metadata of all distributions in a folder. Do this before slimming, which shortens RECORD."""
    installed, owners = {}, {}
    for distribution in metadata.distributions(path=[str(site_packages)]):
        fields = distribution.metadata
        name = normalized(fields["Name"])
        license_ = _get(fields, "License-Expression") or _licence_of_classifiers(fields) or _get(fields, "License")
        installed[name] = Distribution(name, distribution.version, _get(fields, "Summary"), _first_line(license_))
        owners.update({file.as_posix(): name for file in distribution.files or ()})
    return Distributions([installed[name] for name in sorted(installed)], owners)


def _get(fields: metadata.PackageMetadata, name: str) -> str | None:
    values = fields.get_all(name)
    return values[0] if values else None


def _licence_of_classifiers(fields: metadata.PackageMetadata) -> str | None:
    names = [
        classifier.rpartition(" :: ")[2]
        for classifier in fields.get_all("Classifier", ())
        if classifier.startswith("License :: ")
    ]
    return " AND ".join(names) or None


def _first_line(text: str | None) -> str | None:
    """Return the first line, because some packages have the whole text of their licence in this field."""
    return text.strip().splitlines()[0] if text and text.strip() else None


def normalized(name: str) -> str:
    """Return a distribution's name in the form in which indexes compare names."""
    return re.sub(r"[-_.]+", "-", name).lower()


def sizes(folder: Path) -> dict[str, int]:
    """Return the bytes of every file below a folder, sorted by relative path."""
    sizes_by_path = {}
    for root, _, names in os.walk(folder):  # several times as fast as Path.rglob
        inside = "" if root == os.fspath(folder) else os.path.relpath(root, folder) + "/"
        for name in names:
            path = os.path.join(root, name)
            if os.path.isfile(path):
                sizes_by_path[inside + name] = os.stat(path).st_size
    return dict(sorted(sizes_by_path.items()))


def source(path: str) -> str:
    """Return the path of the .py file that a .pyc file was compiled from. Other paths are returned unchanged."""
    pure = PurePosixPath(path)
    if pure.suffix != ".pyc" or pure.parent.name != "__pycache__":
        return path
    return (pure.parent.parent / f"{pure.name.partition('.')[0]}.py").as_posix()
