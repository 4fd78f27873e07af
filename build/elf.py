"""Checks that shared libraries will load on Lambda: their architecture, and the glibc that they ask for."""

from __future__ import annotations

import re
from pathlib import Path

from elftools.elf.elffile import ELFFile
from elftools.elf.gnuversions import GNUVerNeedSection

from build.distributions import Distributions
from build.errors import UserError
from build.runtimes import ARCHITECTURES, Architecture, Runtime

GLIBC = re.compile(r"^GLIBC_(\d+)\.(\d+)")


class WrongArchitecture(UserError):
    template = (
        "{path}, of the package {package}, is for {found}; the layer is for {wanted}.\n"
        "Something was built on this machine rather than for Lambda. Take the wheel: --builder uv"
    )


class GlibcTooNew(UserError):
    template = (
        "{path}, of the package {package}, asks for glibc {found}; {runtime} has {wanted}: it would not load.\n"
        "Ask for an older version of {package} (the newest with manylinux2014 wheels), or take a newer runtime: "
        "--python 3.12 and later have glibc 2.34."
    )


def check(site_packages: Path, distributions: Distributions, runtime: Runtime, architecture: Architecture) -> int:
    """Look at every ELF file below a folder, in the order of their paths; returns how many there were.

    Raises:
        WrongArchitecture, GlibcTooNew: the first that would not load, and the package that brought it.
    """
    count = 0
    for path in sorted(site_packages.rglob("*")):
        if not path.is_file() or not _is_elf(path):
            continue
        count += 1
        machine, glibc = needs(path)
        facts = {"path": path.relative_to(site_packages).as_posix()}
        facts["package"] = distributions.owner(facts["path"])
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
                    if match:
                        newest = max(newest, (int(match[1]), int(match[2])))
        return elf["e_machine"], newest


def _is_elf(path: Path) -> bool:
    with path.open("rb") as stream:
        return stream.read(4) == b"\x7fELF"


def _architecture_name(machine: str) -> str:
    return next((each.name for each in ARCHITECTURES if each.elf == machine), machine)
