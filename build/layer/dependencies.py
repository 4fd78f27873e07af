"""Which of the installed distributions require which, and what nothing else requires."""

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

    needs: dict[str, set[str]]  # distribution -> those that it requires
    files: dict[str, set[str]]  # distribution -> its files, as its RECORD lists them
    extras: dict[str, set[str]] = field(default_factory=dict)  # distribution -> those that it requires for extras

    def only_for(self, gone: Collection[str], stay: Collection[str] = ()) -> set[str]:
        """The distributions that are required by those that go, in however many steps, and by no other.

        Nor for an extra of another: nothing installed says which extras were asked for.
        """
        found: set[str] = set()
        while True:
            left = self.needs.keys() - found - set(gone)
            required = {
                name for each in left for name in self.needs[each] | self.extras.get(each, set()) if name != each
            }
            wanted_before = {name for each in {*gone, *found} for name in self.needs.get(each, ())}
            new = (left & wanted_before) - required - set(stay)
            if not new:
                return found
            found |= new

    def required_by(self, roots: Collection[str]) -> set[str]:
        """The roots that are installed and what they require, in however many steps."""
        found, waiting = set(), [name for name in roots if name in self.needs]
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                waiting += self.needs.get(name, ())
        return found & self.needs.keys()


def read(site_packages: Path, runtime: Runtime, architecture: Architecture) -> Installed:
    """Read what the distributions in a folder say of themselves.

    An extra counts where all that it requires is installed; else nobody has asked for it.
    """
    environment = {
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
    for each in metadata.distributions(path=[str(site_packages)]):
        name = distributions.normalized(each.metadata["Name"])
        said = [_requirement(line) for line in each.requires or ()]
        needs[name] = _applying(said, environment)
        files[name] = {path.as_posix() for path in each.files or ()}
        extras = each.metadata.get_all("Provides-Extra") or ()
        optional[name] = [_applying(said, {**environment, "extra": extra}) - needs[name] for extra in extras]
    given = {name: set().union(*(one for one in sets if one <= needs.keys())) for name, sets in optional.items()}
    return Installed(needs, files, given)


def _applying(said: Collection[Requirement], environment: Mapping[str, str]) -> set[str]:
    applies = [one for one in said if one.marker is None or one.marker.evaluate(dict(environment))]
    return {distributions.normalized(one.name) for one in applies}


def _requirement(line: str) -> Requirement:
    """What one line of metadata requires; its name alone where old metadata say the versions in their own way."""
    try:
        return Requirement(line)
    except InvalidRequirement:
        return Requirement(re.split(r"[^\w.-]", line.strip(), maxsplit=1)[0])
