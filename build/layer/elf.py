"""Checks that shared libraries will load on Lambda: their architecture, and the glibc that they ask for."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from pathlib import Path

from elftools.common.exceptions import ELFError
from elftools.elf.elffile import ELFFile
from elftools.elf.gnuversions import GNUVerNeedSection

from build.errors import UserError
from build.host.distributions import Distributions
from build.runtimes import ARCHITECTURES, Architecture, Runtime

GLIBC = re.compile(r"^GLIBC_(\d+)\.(\d+)")
ABI = {"GLIBC_ABI_DT_RELR": (2, 36)}  # a feature of the loader, by the release that brought it


class WrongArchitecture(UserError):
    template = (
        "{path}, of the package {package}, is for {found}; the layer is for {wanted}.\n"
        "Something was built on this machine rather than for Lambda. Take the wheel: --builder uv"
    )


class Damaged(UserError):
    template = "{path}, of the package {package}, is a damaged library. Install {package} from elsewhere."


class GlibcTooNew(UserError):
    template = (
        "{path}, of the package {package}, asks for glibc {found}; {runtime} has {wanted}: it would not load.\n"
        "Ask for an older version of {package} (the newest with manylinux2014 wheels), or take a newer runtime: "
        "--python 3.12 and later have glibc 2.34."
    )


def check(
    site_packages: Path,
    paths: Iterable[str],
    distributions: Distributions,
    runtime: Runtime,
    architecture: Architecture,
) -> int:
    """Look at those of the files below a folder that are ELF files; returns how many there were.

    Raises:
        WrongArchitecture, GlibcTooNew: the first that would not load, and the package that brought it.
    """
    count = 0
    for path in paths:
        if not is_elf(site_packages / path):
            continue
        count += 1
        facts = {"path": path, "package": distributions.owner(path)}
        try:
            machine, glibc = needs(site_packages / path)
        except ELFError as error:
            raise Damaged(**facts) from error
        if machine != architecture.elf:
            raise WrongArchitecture(found=_architecture_name(machine), wanted=architecture.name, **facts)
        if glibc > runtime.glibc:
            found, wanted = (".".join(map(str, version)) for version in (glibc, runtime.glibc))
            raise GlibcTooNew(found=found, wanted=wanted, runtime=runtime.name, **facts)
    return count


def needs(path: Path) -> tuple[str, tuple[int, int]]:
    """The machine of an ELF file (``EM_X86_64``) and the newest glibc that it asks for, (0, 0) if none."""
    newest = (0, 0)
    with path.open("rb") as stream:
        elf = ELFFile(stream)
        for section in elf.iter_sections("SHT_GNU_verneed"):
            assert isinstance(section, GNUVerNeedSection)
            for _, versions in section.iter_versions():
                for version in versions:
                    match = GLIBC.match(version.name)
                    found = (int(match[1]), int(match[2])) if match else ABI.get(version.name, (0, 0))
                    newest = max(newest, found)
        return elf["e_machine"], newest


def libraries_needed(site_packages: Path, files: Collection[str]) -> set[str]:
    """The grafted libraries that files below a folder need, and those that these need in turn, by relative path."""
    there = {path.name: path.relative_to(site_packages).as_posix() for path in site_packages.glob("*.libs/*")}
    found, waiting = set(), [path for path in files if ".so" in path]
    while waiting:
        path = site_packages / waiting.pop()
        if not is_elf(path):
            continue
        new = {there[name] for name in needed(path) if name in there} - found
        found |= new
        waiting += new
    return found


def needed(path: Path) -> list[str]:
    """The libraries that an ELF file asks for."""
    with path.open("rb") as stream:
        # by its segment, as the loader does: a library that was stripped has no sections any more
        dynamic = ELFFile(stream).iter_segments("PT_DYNAMIC")
        return [tag.needed for segment in dynamic for tag in segment.iter_tags("DT_NEEDED")]


def is_elf(path: Path) -> bool:
    """Whether a file is an executable or a library, by its first bytes."""
    with path.open("rb") as stream:
        return stream.read(4) == b"\x7fELF"


def _architecture_name(machine: str) -> str:
    return next((each.name for each in ARCHITECTURES if each.elf == machine), machine)
