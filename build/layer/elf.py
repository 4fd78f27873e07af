"""Checks that shared libraries will load on Lambda: their architecture, and the glibc that they need."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Any

from elftools.common.exceptions import ELFError
from elftools.elf.dynamic import DynamicSegment
from elftools.elf.elffile import ELFFile
from elftools.elf.gnuversions import GNUVerNeedSection

from build.errors import UserError
from build.host.distributions import Distributions
from build.runtimes import ARCHITECTURES, Architecture, Runtime

GLIBC = re.compile(r"^GLIBC_(\d+)\.(\d+)")
ABI = {"GLIBC_ABI_DT_RELR": (2, 36)}  # a feature of the loader, with the release of glibc that introduced it


class WrongArchitecture(UserError):
    template = (
        "{path}, of the package {package}, is for {found}, and the layer is for {wanted}.\n"
        "It was built for this machine and not for Lambda. Install a wheel instead: --builder uv"
    )


class Damaged(UserError):
    template = "{path}, of the package {package}, is a damaged library. Install {package} from another source."


class GlibcTooNew(UserError):
    template = (
        "{path}, of the package {package}, needs glibc {found}, and {runtime} has {wanted}: it would not load.\n"
        "Require an older version of {package} (the newest one with manylinux2014 wheels), or use a newer runtime: "
        "--python 3.12 and later have glibc 2.34."
    )


def check(
    site_packages: Path,
    paths: Iterable[str],
    distributions: Distributions,
    runtime: Runtime,
    architecture: Architecture,
) -> int:
    """Check those of the files that are ELF files, and return how many there are.

    Raises:
        WrongArchitecture, GlibcTooNew, Damaged: names the first file that would not load, and its package.
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
            needed_version, wanted = (".".join(map(str, version)) for version in (glibc, runtime.glibc))
            raise GlibcTooNew(found=needed_version, wanted=wanted, runtime=runtime.name, **facts)
    return count


def needs(path: Path) -> tuple[str, tuple[int, int]]:
    """Return the machine of an ELF file (``EM_X86_64``) and the newest glibc that it needs, (0, 0) if it needs none."""
    newest = (0, 0)
    with path.open("rb") as stream:
        elf = ELFFile(stream)
        for section in elf.iter_sections("SHT_GNU_verneed"):
            assert isinstance(section, GNUVerNeedSection)
            for _, versions in section.iter_versions():
                for version in versions:
                    match = GLIBC.match(version.name)
                    release = (int(match[1]), int(match[2])) if match else ABI.get(version.name, (0, 0))
                    newest = max(newest, release)
        return elf["e_machine"], newest


def libraries_needed(site_packages: Path, files: Collection[str]) -> set[str]:
    """Return the grafted libraries that files need, directly or through others, by their relative paths."""
    there = {path.name: path.relative_to(site_packages).as_posix() for path in site_packages.glob("*.libs/*")}
    libraries: set[str] = set()
    waiting = [path for path in files if ".so" in path]
    while waiting:
        path = site_packages / waiting.pop()
        if not is_elf(path):
            continue
        new = {there[name] for name in needed(path) if name in there} - libraries
        libraries |= new
        waiting += new
    return libraries


def needed(path: Path) -> list[str]:
    """Return the names of the libraries that an ELF file needs."""
    with path.open("rb") as stream:
        return [tag.needed for tag in dynamic_tags(ELFFile(stream)) if tag.entry.d_tag == "DT_NEEDED"]


def dynamic_tags(file: ELFFile) -> list[Any]:
    """Return the entries that the loader reads. Their attributes depend on their kind: pyelftools gives them no types.

    They are read from the segment, as the loader does, because a stripped library has no sections.
    """
    segments = [segment for segment in file.iter_segments("PT_DYNAMIC") if isinstance(segment, DynamicSegment)]
    return [tag for segment in segments for tag in segment.iter_tags()]


def is_elf(path: Path) -> bool:
    """Tell by its first bytes whether a file is an executable or a library."""
    with path.open("rb") as stream:
        return stream.read(4) == b"\x7fELF"


def _architecture_name(machine: str) -> str:
    return next((architecture.name for architecture in ARCHITECTURES if architecture.elf == machine), machine)
