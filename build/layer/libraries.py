"""Checks that every shared library finds the libraries that it needs, in the layer or in Lambda's own image.

A library that is in neither is supplied below /opt/lib, which is on Lambda's library path. It is a copy that another
package of the layer contains, or one that the builder has. If there is none, the layer is refused.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from elftools.common.exceptions import ELFError
from elftools.elf.elffile import ELFFile
from elftools.elf.gnuversions import GNUVerNeedSection

from build.dist import archive
from build.errors import UserError
from build.host import distributions
from build.host.distributions import Distributions
from build.layer import elf
from build.layer.runtime_libraries import OPTIONAL, REMEDIES, SYSTEM
from build.runtimes import Architecture, Runtime

FOLDER = "lib"  # below /opt
GRAFTED = re.compile(
    r"^(?P<stem>lib.+?)-[0-9a-f]{8,}(?P<rest>\.so(\.\d+)*)$"
)  # the names that auditwheel gives to its copies


@dataclass(frozen=True)
class Origin:
    """Where a library was copied from."""

    kind: str  # "wheel" or "image"
    name: str
    version: str  # for an image, its ID
    path: str  # in the wheel or the image


@dataclass(frozen=True)
class Supplied:
    """A library that the layer's packages lack, and that the layer has below /opt/lib."""

    owner: str  # the package that its bytes are attributed to
    origin: Origin
    sha256: str


# Puts a library (name) into a folder, and returns where it comes from, or None if the builder does not have it
Fetch = Callable[[str, Path], Origin | None]


class LibraryMissing(UserError):
    template = (
        "{path}, of the package {package}, needs {name}, which neither the layer nor {runtime} has: it would not load."
        "\n{remedy}"
    )


class LibraryTooOld(UserError):
    template = (
        "{path}, of the package {package}, needs {name} with {version}, and {runtime} has an older one: it would not "
        "load.\nRequire an older version of {package}, or use a newer runtime: --python 3.12 or later."
    )


@dataclass(frozen=True)
class Needs:
    """What the loader looks for when it loads one library."""

    names: tuple[str, ...]
    rpath: tuple[str, ...]  # the folders in which it looks first, with $ORIGIN in them
    versions: dict[str, tuple[str, ...]]  # by name, the versions of symbols that are needed


def folder_of(site_packages: Path, runtime: Runtime) -> Path:
    """Return the folder of the libraries that a layer supplies."""
    return site_packages.parents[len(Path(runtime.site_packages).parts) - 1] / FOLDER


def in_layer(name: str) -> str:
    """Return the path of a supplied library in Lambda."""
    return f"/opt/{FOLDER}/{name}"


def complete(
    site_packages: Path, installed: Distributions, runtime: Runtime, architecture: Architecture, fetch: Fetch
) -> dict[str, Supplied]:
    """Supply the libraries that the layer's packages need and do not find, and return them by name.

    Raises:
        LibraryMissing, LibraryTooOld: names the first library that would not load, and its package.
    """
    folder = folder_of(site_packages, runtime)
    waiting = [(path, site_packages / path) for path in _libraries(site_packages)]
    there = {path.rpartition("/")[2]: path for path, _ in waiting}
    provided = SYSTEM[runtime.python]
    supplied: dict[str, Supplied] = {}
    while waiting:
        path, file = waiting.pop(0)
        owner = supplied[path].owner if path in supplied else installed.owner(path)
        try:
            wanted = needs(file)
        except ELFError as error:
            raise elf.Damaged(path=path, package=owner) from error
        for name in wanted.names:
            facts = {"path": path, "package": owner, "name": name, "runtime": runtime.name}
            if name in supplied or _is_beside(file, name, wanted.rpath, site_packages):
                continue
            if name in provided or name == f"libpython{runtime.python}.so.1.0":
                _check_versions(wanted.versions.get(name, ()), provided.get(name, {}), facts)
                continue
            source = there.get(name) or _grafted(name, there)
            origin = _copy(source, site_packages, folder / name, installed) if source else fetch(name, folder)
            if origin is None:
                if (path.rpartition("/")[2].partition(".")[0], name) in OPTIONAL:
                    continue
                raise LibraryMissing(remedy=REMEDIES.get(name, REMEDIES[""]).format(**facts), **facts)
            sha256 = archive.file_sha256(folder / name)
            supplied[name] = Supplied(installed.owner(source) if source else owner, origin, sha256)
            waiting.append((name, folder / name))
    owners = {name: library.owner for name, library in supplied.items()}
    elf.check(folder, owners, Distributions([], owners), runtime, architecture)
    return supplied


def needs(path: Path) -> Needs:
    """Return what a library asks the loader for. A static library asks for nothing."""
    names: list[str] = []
    rpath: list[str] = []
    runpath: list[str] = []
    with path.open("rb") as stream:
        file = ELFFile(stream)
        for tag in elf.dynamic_tags(file):
            if tag.entry.d_tag == "DT_NEEDED":
                names.append(tag.needed)
            elif tag.entry.d_tag == "DT_RPATH":
                rpath += tag.rpath.split(":")
            elif tag.entry.d_tag == "DT_RUNPATH":
                runpath += tag.runpath.split(":")
        versions = {
            need.name or "": tuple(version.name for version in symbols)
            for section in file.iter_sections("SHT_GNU_verneed")
            if isinstance(section, GNUVerNeedSection)
            for need, symbols in section.iter_versions()
        }
    return Needs(tuple(names), tuple(runpath or rpath), versions)


def _libraries(site_packages: Path) -> Iterator[str]:
    """Return the paths of all shared libraries below a folder."""
    for path in distributions.sizes(site_packages):
        if elf.is_elf(site_packages / path):
            yield path


def _is_beside(file: Path, name: str, rpath: tuple[str, ...], site_packages: Path) -> bool:
    """Return whether the loader finds a library inside the layer, by the search path of the one that needs it."""
    for entry in rpath:
        where = re.sub(r"\$ORIGIN|\$\{ORIGIN\}", str(file.parent), entry)
        path = Path(os.path.normpath(os.path.join(where, name)))
        if os.path.isabs(where) and path.is_relative_to(site_packages) and path.is_file():
            return True
    return False


def _grafted(name: str, there: dict[str, str]) -> str | None:
    """Return the path of a copy that a wheel has under another name: libgomp-1a2b3c4d.so.1.0.0 for libgomp.so.1."""
    for file, path in sorted(there.items()):
        match = GRAFTED.match(file)
        original = match and match["stem"] + match["rest"]
        if original and (original == name or original.startswith(f"{name}.")):
            return path
    return None


def _copy(source: str, site_packages: Path, target: Path, installed: Distributions) -> Origin:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(site_packages / source, target)
    owner = installed.owner(source)
    return Origin("wheel", owner, installed.versions.get(owner, ""), source)


def _check_versions(wanted: tuple[str, ...], newest: dict[str, tuple[int, ...]], facts: dict[str, str]) -> None:
    """Check that a library of Lambda's image is new enough. glibc itself is checked in `elf`."""
    for version in wanted:
        family, _, number = version.rpartition("_")
        if family in newest and re.fullmatch(r"[\d.]+", number) and _numbers(number) > newest[family]:
            raise LibraryTooOld(version=version, **facts)


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(map(int, text.split(".")))
