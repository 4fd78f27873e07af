"""Which installed distributions a folder holds, and which of them a file came with."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path, PurePosixPath


@dataclass(frozen=True)
class Distributions:
    """What is installed in a site-packages folder."""

    versions: dict[str, str]  # by normalized name, sorted
    owners: dict[str, str]  # path of a file -> name

    def owner(self, path: str) -> str:
        """The distribution that brought a file (or its bytecode); its top folder's name where none says so."""
        return self.owners.get(_source(path)) or path.partition("/")[0]

    def bytes_by_owner(self, sizes: dict[str, int]) -> Counter[str]:
        """Sums the sizes of files by distribution."""
        total: Counter[str] = Counter()
        for path, size in sizes.items():
            total[self.owner(path)] += size
        return total


def read(site_packages: Path) -> Distributions:
    """Read the metadata of all that is installed in a folder; before slimming, which takes the lists of files away."""
    versions, owners = {}, {}
    for found in metadata.distributions(path=[str(site_packages)]):
        name = normalized(found.metadata["Name"])
        versions[name] = found.version
        owners.update({file.as_posix(): name for file in found.files or ()})
    return Distributions(dict(sorted(versions.items())), owners)


def normalized(name: str) -> str:
    """A distribution's name as indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def sizes(folder: Path) -> dict[str, int]:
    """The bytes of every file below a folder, by relative path, sorted."""
    found = {path.relative_to(folder).as_posix(): path.stat().st_size for path in folder.rglob("*") if path.is_file()}
    return dict(sorted(found.items()))


def _source(path: str) -> str:
    """The path of the .py that a .pyc was compiled from; any other path unchanged."""
    pure = PurePosixPath(path)
    if pure.suffix != ".pyc" or pure.parent.name != "__pycache__":
        return path
    return (pure.parent.parent / f"{pure.name.partition('.')[0]}.py").as_posix()
