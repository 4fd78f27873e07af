"""Finds which installed distributions require which others, and which of them nothing else requires."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement

from build.host import distributions
from build.runtimes import Architecture, Runtime


@dataclass(frozen=True)
class Installed:
    """What is installed in a site-packages folder."""

    needs: dict[str, set[str]]  # by distribution, the distributions that it requires
    files: dict[str, set[str]]  # by distribution, its files as its RECORD lists them
    extras: dict[str, set[str]] = field(default_factory=dict)  # by distribution, those that it requires for extras

    def only_for(self, gone: Collection[str], stay: Collection[str] = ()) -> set[str]:
        """Return the distributions that only the removed ones require, directly or through others.

        What another distribution requires for an extra stays: no metadata says which extras were requested.

        Args:
            gone: the distributions that are removed.
            stay: distributions that are never returned.
        """
        unneeded: set[str] = set()
        while True:
            left = self.needs.keys() - unneeded - set(gone)
            still_required = {
                name
                for dependent in left
                for name in self.needs[dependent] | self.extras.get(dependent, set())
                if name != dependent
            }
            required_before = {name for dependent in {*gone, *unneeded} for name in self.needs.get(dependent, ())}
            more = (left & required_before) - still_required - set(stay)
            if not more:
                return unneeded
            unneeded |= more

    def required_by(self, roots: Collection[str]) -> set[str]:
        """Return those of the roots that are installed, and what they require, directly or through others."""
        required, waiting = set(), [name for name in roots if name in self.needs]
        while waiting:
            name = waiting.pop()
            if name not in required:
                required.add(name)
                waiting += self.needs.get(name, ())
        return required & self.needs.keys()


def read(site_packages: Path, runtime: Runtime, architecture: Architecture) -> Installed:
    """Read the metadata of the distributions in a folder.

    An extra counts if everything that it requires is installed. Otherwise it was not requested.
    """
    marker_values = {
        "python_version": runtime.python,
        "python_full_version": f"{runtime.python}.0",
        "implementation_name": "cpython",
        "platform_python_implementation": "CPython",
        "os_name": "posix",
        "sys_platform": "linux",
        "platform_system": "Linux",
        "platform_machine": architecture.wheels,
        "extra": "",
    }
    needs, files, optional = {}, {}, {}
    for distribution in metadata.distributions(path=[str(site_packages)]):
        name = distributions.normalized(distribution.metadata["Name"])
        requirements = [_requirement(line) for line in distribution.requires or ()]
        needs[name] = _applying(requirements, marker_values)
        files[name] = {path.as_posix() for path in distribution.files or ()}
        extras = distribution.metadata.get_all("Provides-Extra") or ()
        optional[name] = [_applying(requirements, {**marker_values, "extra": extra}) - needs[name] for extra in extras]
    installed_extras = {
        name: set().union(*(extra for extra in extras if extra <= needs.keys())) for name, extras in optional.items()
    }
    return Installed(needs, files, installed_extras)


def _applying(requirements: Collection[Requirement], marker_values: Mapping[str, str]) -> set[str]:
    """Return the names of the requirements whose markers hold."""
    applying = [
        requirement
        for requirement in requirements
        if requirement.marker is None or requirement.marker.evaluate(dict(marker_values))
    ]
    return {distributions.normalized(requirement.name) for requirement in applying}


def _requirement(line: str) -> Requirement:
    """Parse one line of metadata. If the version in old metadata has a form of its own, only the name is used."""
    try:
        return Requirement(line)
    except InvalidRequirement:
        return Requirement(re.split(r"[^\w.-]", line.strip(), maxsplit=1)[0])
