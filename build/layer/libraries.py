"""Sees that every shared library finds the libraries that it needs: in the layer, or in Lambda's own image.

What is in neither is supplied below /opt/lib, which is on Lambda's library path, under the name that is needed: from a
package of the layer that carries a copy of it, or from where the builder has one. What nobody has is refused.
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

from build.dist import archive
from build.errors import UserError
from build.host import distributions
from build.host.distributions import Distributions
from build.layer import elf
from build.layer.runtime_libraries import OPTIONAL, REMEDIES, SYSTEM
from build.runtimes import Architecture, Runtime

FOLDER = "lib"  # below /opt
GRAFTED = re.compile(r"^(?P<stem>lib.+?)-[0-9a-f]{8,}(?P<rest>\.so(\.\d+)*)$")  # as auditwheel names its copies


@dataclass(frozen=True)
class Origin:
    """Where a library was copied from."""

    kind: str  # wheel or image
    name: str
    version: str  # of an image its ID
    path: str  # in it


@dataclass(frozen=True)
class Supplied:
    """A library that the layer's packages lack, and has below /opt/lib."""

    owner: str  # the package that it counts for
    origin: Origin
    sha256: str


# (name, folder) -> where the file is from that was put there, or None where the builder has no such library
Fetch = Callable[[str, Path], Origin | None]


class LibraryMissing(UserError):
    template = (
        "{path}, of the package {package}, needs {name}, which neither the layer nor {runtime} has: it would not load."
        "\n{remedy}"
    )


class LibraryTooOld(UserError):
    template = (
        "{path}, of the package {package}, needs {name} with {version}, and {runtime} has an older one: it would not "
        "load.\nAsk for an older version of {package}, or take a newer runtime: --python 3.12 and later."
    )


@dataclass(frozen=True)
class Needs:
    """What the loader looks for, for one library."""

    names: tuple[str, ...]
    rpath: tuple[str, ...]  # where it looks first, with $ORIGIN in it
    versions: dict[str, tuple[str, ...]]  # by name, the versions of its symbols that are needed


def folder_of(site_packages: Path, runtime: Runtime) -> Path:
    """Where the libraries of a layer are that supply what its packages lack."""
    return site_packages.parents[len(Path(runtime.site_packages).parts) - 1] / FOLDER


def complete(
    site_packages: Path, found: Distributions, runtime: Runtime, architecture: Architecture, fetch: Fetch
) -> dict[str, Supplied]:
    """Supply what libraries of a layer's packages need and do not find, by name.

    Raises:
        LibraryMissing, LibraryTooOld: the first that would not load, and the package that brought it.
    """
    folder = folder_of(site_packages, runtime)
    waiting = [(path, site_packages / path) for path in _libraries(site_packages)]
    there = {path.rpartition("/")[2]: path for path, _ in waiting}
    provided = SYSTEM[runtime.python]
    supplied: dict[str, Supplied] = {}
    while waiting:
        path, file = waiting.pop(0)
        owner = supplied[path].owner if path in supplied else found.owner(path)
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
            origin = _copy(source, site_packages, folder / name, found) if source else fetch(name, folder)
            if origin is None:
                if (path.rpartition("/")[2].partition(".")[0], name) in OPTIONAL:
                    continue
                raise LibraryMissing(remedy=REMEDIES.get(name, REMEDIES[""]).format(**facts), **facts)
            sha256 = archive.file_sha256(folder / name)
            supplied[name] = Supplied(found.owner(source) if source else owner, origin, sha256)
            waiting.append((name, folder / name))
    owners = {name: each.owner for name, each in supplied.items()}
    elf.check(folder, owners, Distributions([], owners), runtime, architecture)
    return supplied


def needs(path: Path) -> Needs:
    """What a library asks the loader for; nothing if it is static."""
    names: list[str] = []
    rpath: list[str] = []
    runpath: list[str] = []
    with path.open("rb") as stream:
        file = ELFFile(stream)
        # by its segment, as the loader does: a library that was stripped has no sections any more
        for segment in file.iter_segments("PT_DYNAMIC"):
            for tag in segment.iter_tags():
                if tag.entry.d_tag == "DT_NEEDED":
                    names.append(tag.needed)
                elif tag.entry.d_tag == "DT_RPATH":
                    rpath += tag.rpath.split(":")
                elif tag.entry.d_tag == "DT_RUNPATH":
                    runpath += tag.runpath.split(":")
        versions = {
            need.name: tuple(version.name for version in symbols)
            for section in file.iter_sections("SHT_GNU_verneed")
            for need, symbols in section.iter_versions()
        }
    return Needs(tuple(names), tuple(runpath or rpath), versions)


def _libraries(site_packages: Path) -> Iterator[str]:
    for path in distributions.sizes(site_packages):
        if elf.is_elf(site_packages / path):
            yield path


def _is_beside(file: Path, name: str, rpath: tuple[str, ...], site_packages: Path) -> bool:
    """Whether the loader finds a library by the paths that the one which needs it names, within the layer."""
    for entry in rpath:
        where = re.sub(r"\$ORIGIN|\$\{ORIGIN\}", str(file.parent), entry)
        path = Path(os.path.normpath(os.path.join(where, name)))
        if os.path.isabs(where) and path.is_relative_to(site_packages) and path.is_file():
            return True
    return False


def _grafted(name: str, there: dict[str, str]) -> str | None:
    """The path of a copy that a wheel carries under a name of its own: libgomp-1a2b3c4d.so.1.0.0 for libgomp.so.1."""
    for file, path in sorted(there.items()):
        match = GRAFTED.match(file)
        whole = match and match["stem"] + match["rest"]
        if whole and (whole == name or whole.startswith(f"{name}.")):
            return path
    return None


def _copy(source: str, site_packages: Path, target: Path, found: Distributions) -> Origin:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(site_packages / source, target)
    owner = found.owner(source)
    return Origin("wheel", owner, found.versions.get(owner, ""), source)


def _check_versions(wanted: tuple[str, ...], newest: dict[str, tuple[int, ...]], facts: dict[str, str]) -> None:
    """See that a library of Lambda's image is new enough; glibc itself is the affair of `elf`."""
    for version in wanted:
        family, _, number = version.rpartition("_")
        if family in newest and re.fullmatch(r"[\d.]+", number) and _numbers(number) > newest[family]:
            raise LibraryTooOld(version=version, **facts)


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(map(int, text.split(".")))
