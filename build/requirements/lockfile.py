"""Reads and writes pylock.toml (PEP 751): exactly what a layer was built from, so that it can be built again."""

from __future__ import annotations

import copy
import sys
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit, urlunsplit

import tomli_w
from packaging.pylock import Pylock, PylockUnsupportedVersionError, PylockValidationError, is_valid_pylock_path

from build.dist import archive
from build.errors import UserError
from build.host import distributions

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

NAME = "pylock.toml"
# Where a package comes from. Besides these, it may have a list of wheels.
SOURCES = ("archive", "directory", "sdist", "vcs")
PYPI, PYPI_FILES = "https://pypi.org/simple", "https://files.pythonhosted.org/"
UNREADABLE = (ValueError, TypeError, PylockValidationError, PylockUnsupportedVersionError)
HEADER = """\
# The layer beside this file was built from these packages. To build the same layer again, use the same --python,
# --architecture, --builder and --without:
#   invoke build-layer --requirements pylock.toml
"""


class LockBroken(UserError):
    template = (
        "{path} is not a lock file from which packages can be installed ({why}).\n"
        "Give the lock file that invoke build-layer wrote beside its layer, or the requirements that it was made from."
    )


@dataclass(frozen=True)
class Lock:
    """The content of a lock file. Its paths are absolute."""

    facts: dict[str, Any]

    @property
    def names(self) -> set[str]:
        """Return the normalized names of the packages."""
        return {package["name"] for package in self.facts["packages"]}

    def identity(self) -> str | None:
        """Return a text that identifies the locked files by their content, or None if not all of them have a digest."""
        packages = []
        for package in self.facts["packages"]:
            marks = [_mark(kind, source) for kind, source in _sources(package)]
            if None in marks or not marks:
                return None
            facts = (package["name"], package.get("version"), package.get("marker"), sorted(map(str, marks)))
            packages.append(facts)
        return str(sorted(packages, key=str))

    def keeps_to(self, hashes: Mapping[str, Collection[str]]) -> bool:
        """Return whether all locked files have one of the hashes that the requirements give for their package.

        Args:
            hashes: the hashes in the requirements, by package. If there are none, every file is allowed.
        """
        for package in self.facts["packages"] if hashes else ():
            allowed = hashes.get(package["name"], ())
            for _, source in _sources(package):
                if not {":".join(pair) for pair in source.get("hashes", {}).items()} & set(allowed):
                    return False
        return True

    def write(self, folder: Path) -> Path:
        """Write the lock file into a folder, and return its path."""
        path = folder / NAME
        path.write_text(HEADER + tomli_w.dumps(self.facts), encoding="utf-8")
        return path

    def as_requirements(self) -> str | None:
        """Return the lock as requirements for a pip that cannot read lock files, or None if a file has no digest."""
        lines = []
        for package in self.facts["packages"]:
            sources = list(_sources(package))
            digests = sorted({":".join(pair) for _, source in sources for pair in source.get("hashes", {}).items()})
            if not digests or not all(source.get("hashes") for _, source in sources):
                return None
            kind, source = sources[0]
            path, url = source.get("path"), source.get("url")
            name = f"{package['name']}=={package.get('version')}"
            if path or kind == "archive":  # it is not from an index
                name = Path(path).as_uri() if path else f"{package['name']} @ {url}"
            marker = f" ; {package['marker']}" if "marker" in package else ""
            lines.append(" ".join([name + marker, *(f"--hash={digest}" for digest in digests)]) + "\n")
        return "".join(lines)

    def for_any_interpreter(self) -> Lock:
        """Return the lock without the version of Python that it requires, because uv runs under another one.

        The result also names PyPI as the index of PyPI's files. uv's cache finds files by their index, and would
        otherwise request each file again.
        """
        facts = {key: value for key, value in self.facts.items() if key != "requires-python"}
        return Lock(facts | {"packages": [_with_index(package) for package in facts["packages"]]})


def _with_index(package: dict[str, Any]) -> dict[str, Any]:
    """Add the address of PyPI to a package, if all of its files are from there."""
    urls = [source.get("url", "") for _, source in _sources(package)]
    of_pypi = bool(urls) and all(url.startswith(PYPI_FILES) for url in urls)
    return {**package, "index": PYPI} if of_pypi and "index" not in package else package


def is_lock(path: Path) -> bool:
    """Return whether a file's name is that of a lock file."""
    return is_valid_pylock_path(path)


def read(path: Path) -> Lock:
    """Read a lock file.

    Raises:
        LockBroken
    """
    try:
        return parse(path.read_text(encoding="utf-8"), path.parent)
    except UNREADABLE as error:
        raise LockBroken(path=path, why=error) from error


def parse(text: str, base: Path) -> Lock:
    """Return the lock in a text.

    Args:
        base: the folder at which its relative paths start.

    Raises:
        One of UNREADABLE: the text is not a lock file.
    """
    facts = copy.deepcopy(tomllib.loads(text))
    Pylock.from_dict(facts)  # raises if it is not a lock
    for package in facts["packages"]:
        for _, source in _sources(package):
            if "path" in source:
                source["path"] = str(base.resolve() / source["path"])
            if "url" in source:
                source["url"] = _without_password(source["url"])
    return Lock(facts)


def of_pip(report: Mapping[str, Any]) -> Lock | None:
    """Return what pip installed, from its report, or None if the report lacks the digest or the source of a file."""
    facts = {
        "lock-version": "1.0",
        "created-by": "pip",
        "packages": [_of_pip(item) for item in sorted(report["install"], key=lambda item: item["metadata"]["name"])],
    }
    try:
        return parse(tomli_w.dumps(facts), Path.cwd())
    except UNREADABLE:
        return None


def _of_pip(installed: Mapping[str, Any]) -> dict[str, Any]:
    """Translate one package of pip's report to the form in a lock file."""
    fields, info = installed["metadata"], installed["download_info"]
    package = {"name": distributions.normalized(fields["name"]), "version": fields["version"]}
    url = urlsplit(info["url"])
    path = unquote(url.path)
    place = {"path": path} if url.scheme == "file" else {"url": info["url"]}
    if "vcs_info" in info:
        vcs = info["vcs_info"]
        return package | {"vcs": place | {"type": vcs["vcs"], "commit-id": vcs["commit_id"]}}
    if "dir_info" in info:
        return package | {"directory": place}
    hashes = info["archive_info"].get("hashes", {})
    if not hashes and url.scheme == "file":
        hashes = {"sha256": archive.file_sha256(Path(path))}
    source = place | {"hashes": hashes}
    if installed["is_direct"]:
        return package | {"archive": source}
    return package | ({"wheels": [source]} if path.endswith(".whl") else {"sdist": source})


def _sources(package: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Return all sources of a package, with their kinds."""
    yield from ((kind, package[kind]) for kind in SOURCES if kind in package)
    yield from (("wheel", wheel) for wheel in package.get("wheels", ()))


def _mark(kind: str, source: dict[str, Any]) -> object:
    """Return what identifies the content of a source, or None if nothing does."""
    if kind == "vcs":
        return source.get("commit-id")
    if kind == "directory":
        folder = Path(source["path"])
        return [(path, archive.file_sha256(folder / path)) for path in distributions.sizes(folder)]
    return sorted(source.get("hashes", {}).items()) or None


def _without_password(url: str) -> str:
    """Remove user and password from an address, because other people read the file."""
    split = urlsplit(url)
    return urlunsplit(split._replace(netloc=split.netloc.rpartition("@")[2]))
