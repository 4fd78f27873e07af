"""Lists AWS Lambda's Python runtimes and architectures. All other code reads these facts here."""

from __future__ import annotations

import platform
from dataclasses import dataclass
from datetime import date

from build.errors import UserError

UNZIPPED_LIMIT = 262_144_000  # bytes, of the function and all its layers together


class UnknownRuntime(UserError):
    template = "Lambda has no runtime python{python}. Use one of: {known}."


class UnknownArchitecture(UserError):
    template = "Lambda has no architecture {name!r}. Use one of: {known}."


@dataclass(frozen=True)
class Runtime:
    """One Python runtime of AWS Lambda."""

    python: str  # the minor version: "3.13"
    glibc: tuple[int, int]  # the version in its Amazon Linux; a library that needs a newer one does not load
    wheels: str  # the newest wheel tag that uv knows and this glibc allows
    image: str  # a container image to build in
    end_of_support: date
    provider: str = "5.76"  # the first release of hashicorp/aws that accepts it

    @property
    def name(self) -> str:
        return f"python{self.python}"

    @property
    def site_packages(self) -> str:
        """Return the folder of a layer's packages, relative to /opt."""
        return f"python/lib/{self.name}/site-packages"

    @property
    def has_hash_pycs(self) -> bool:
        """Return whether this Python has hash-based .pyc files (PEP 552)."""
        return self.python != "3.6"


# The glibc is that of Amazon Linux 1 up to Python 3.7, of Amazon Linux 2 up to 3.11, and then of Amazon Linux 2023.
# The lambci images stopped at 3.8, and the same family of images continues in AWS's own registry. The dates are from
# AWS's page about Lambda runtimes, as of November 2026.
RUNTIMES = (
    Runtime("3.6", (2, 17), "manylinux2014", "lambci/lambda:build-python3.6", date(2022, 7, 18)),
    Runtime("3.7", (2, 17), "manylinux2014", "lambci/lambda:build-python3.7", date(2023, 12, 4)),
    Runtime("3.8", (2, 26), "manylinux2014", "lambci/lambda:build-python3.8", date(2024, 10, 14)),
    Runtime("3.9", (2, 26), "manylinux2014", "public.ecr.aws/sam/build-python3.9", date(2025, 12, 15)),
    Runtime("3.10", (2, 26), "manylinux2014", "public.ecr.aws/sam/build-python3.10", date(2026, 10, 31)),
    Runtime("3.11", (2, 26), "manylinux2014", "public.ecr.aws/sam/build-python3.11", date(2027, 6, 30)),
    Runtime("3.12", (2, 34), "manylinux_2_34", "public.ecr.aws/sam/build-python3.12", date(2028, 10, 31)),
    Runtime("3.13", (2, 34), "manylinux_2_34", "public.ecr.aws/sam/build-python3.13", date(2029, 6, 30)),
    Runtime("3.14", (2, 34), "manylinux_2_34", "public.ecr.aws/sam/build-python3.14", date(2029, 6, 30), "6.20"),
)
OLDEST_WITH_DEFAULTS = "3.10"  # lambda/requirements.txt is locked for this version and later ones

DEFAULT_PYTHON = "3.13"


@dataclass(frozen=True)
class Architecture:
    """One instruction set of AWS Lambda."""

    name: str  # the name that AWS uses
    wheels: str  # the name in wheel tags and for uv
    elf: str  # the name in ELF headers
    image: str  # the name for container engines
    machines: tuple[str, ...]  # the names that uname prints


ARCHITECTURES = (
    Architecture("x86_64", "x86_64", "EM_X86_64", "linux/amd64", ("x86_64", "amd64")),
    Architecture("arm64", "aarch64", "EM_AARCH64", "linux/arm64", ("arm64", "aarch64")),
)


def runtime(python: str) -> Runtime:
    """Return the runtime of a minor version, written ``3.13`` or ``python3.13``.

    Raises:
        UnknownRuntime
    """
    minor = python.removeprefix("python")
    for candidate in RUNTIMES:
        if candidate.python == minor:
            return candidate
    raise UnknownRuntime(python=minor, known=", ".join(candidate.python for candidate in RUNTIMES))


def architecture(name: str) -> Architecture:
    """Return the architecture with the name that AWS uses.

    Raises:
        UnknownArchitecture
    """
    for candidate in ARCHITECTURES:
        if candidate.name == name:
            return candidate
    raise UnknownArchitecture(name=name, known=", ".join(candidate.name for candidate in ARCHITECTURES))


def host_architecture() -> Architecture | None:
    """Return the architecture of this machine, or None if Lambda does not have it."""
    machine = platform.machine().lower()
    return next((candidate for candidate in ARCHITECTURES if machine in candidate.machines), None)


def supported(today: date) -> list[Runtime]:
    """Return the runtimes that AWS still supports, newest first."""
    return [candidate for candidate in reversed(RUNTIMES) if candidate.end_of_support >= today]
