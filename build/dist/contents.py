"""Counts the bytes of a layer by package and by kind, and what was removed, and keeps this beside the zip file."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath

from build.host.distributions import Distributions

KINDS = ("extension modules", "grafted libraries", "Python", "bytecode", "data")


@dataclass(frozen=True)
class Contents:
    """The bytes of a layer."""

    packages: dict[str, dict[str, int]]  # by package, the biggest first, and by kind
    removed: dict[str, dict[str, int]]  # by slimming rule and by package
    bytecode: str  # a text that says which modules have bytecode

    @property
    def unzipped_bytes(self) -> int:
        return sum(map(self.package_bytes, self.packages))

    def package_bytes(self, package: str) -> int:
        return sum(self.packages[package].values())

    def removed_bytes(self, package: str) -> int:
        return sum(packages.get(package, 0) for packages in self.removed.values())


def count(
    sizes: dict[str, int], removed: dict[str, dict[str, int]], installed: Distributions, bytecode: str
) -> Contents:
    """Sum up the sizes of files by package and kind.

    Args:
        sizes: the bytes of the files in the layer, by path.
        removed: the bytes of the files that were removed, by path, by slimming rule.
    """
    packages: dict[str, Counter[str]] = {}
    for path, size in sizes.items():
        packages.setdefault(installed.owner(path), Counter())[kind(path)] += size
    biggest = sorted(packages, key=lambda name: (-packages[name].total(), name))
    return Contents(
        {name: {kind: packages[name][kind] for kind in KINDS} for name in biggest},
        {rule: dict(installed.bytes_by_owner(files).most_common()) for rule, files in removed.items()},
        bytecode,
    )


def kind(path: str) -> str:
    """Return the kind of a file, by its path in the layer."""
    pure = PurePosixPath(path)
    if pure.parts[0].endswith(".libs") or pure.is_absolute():
        return "grafted libraries"
    if pure.suffix == ".so" or ".so." in pure.name:
        return "extension modules"
    return {".py": "Python", ".pyc": "bytecode"}.get(pure.suffix, "data")


def path_of(layer_zip: Path) -> Path:
    """Return the path of the file with the contents of a layer's zip file."""
    return layer_zip.with_suffix(".contents.json")


def write(path: Path, contents: Contents) -> None:
    path.write_text(json.dumps(asdict(contents), indent=1) + "\n", encoding="utf-8")


def read(path: Path) -> Contents:
    return Contents(**json.loads(path.read_text(encoding="utf-8")))
