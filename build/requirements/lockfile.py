"""pylock.toml (PEP 751): exactly what was resolved for a layer, with digests, so that it can be built once more."""

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
SOURCES = ("archive", "directory", "sdist", "vcs")  # where a package comes from, but for wheels, of which it has a list
PYPI, PYPI_FILES = "https://pypi.org/simple", "https://files.pythonhosted.org/"
UNREADABLE = (ValueError, TypeError, PylockValidationError, PylockUnsupportedVersionError)
HEADER = """\
# What the layer beside this file was built from. The same once more, for the same --python, --architecture, --builder
# and --without:
#   invoke build-layer --requirements pylock.toml
"""


class LockBroken(UserError):
    template = (
        "{path} is not a lock file that can be installed from ({why}).\n"
        "Give the one that invoke build-layer left beside its layer, or the requirements that it was made of."
    )


@dataclass(frozen=True)
class Lock:
    """A lock file; its paths are absolute."""

    facts: dict[str, Any]

    @property
    def names(self) -> set[str]:
        """Of the packages, normalized."""
        return {package["name"] for package in self.facts["packages"]}

    def identity(self) -> str | None:
        """What tells it apart from a lock of other files, wherever these lie; None where not all have a digest."""
        said = []
        for package in self.facts["packages"]:
            marks = [_mark(kind, source) for kind, source in _sources(package)]
            if None in marks or not marks:
                return None
            said.append((package["name"], package.get("version"), package.get("marker"), sorted(map(str, marks))))
        return str(sorted(said, key=str))

    def keeps_to(self, hashes: Mapping[str, Collection[str]]) -> bool:
        """Whether it has only files of the digests that requirements are bound to, by package; or they are to none."""
        for package in self.facts["packages"] if hashes else ():
            allowed = hashes.get(package["name"], ())
            for _, source in _sources(package):
                if not {":".join(each) for each in source.get("hashes", {}).items()} & set(allowed):
                    return False
        return True

    def write(self, folder: Path) -> Path:
        """Write it into a folder."""
        path = folder / NAME
        path.write_text(HEADER + tomli_w.dumps(self.facts), encoding="utf-8")
        return path

    def as_requirements(self) -> str | None:
        """The same for a pip that reads no lock files; None where something has no digest."""
        lines = []
        for package in self.facts["packages"]:
            sources = list(_sources(package))
            digests = sorted({":".join(each) for _, source in sources for each in source.get("hashes", {}).items()})
            if not digests or not all(source.get("hashes") for _, source in sources):
                return None
            kind, source = sources[0]
            path, url = source.get("path"), source.get("url")
            name = f"{package['name']}=={package.get('version')}"
            if path or kind == "archive":  # no index has it
                name = Path(path).as_uri() if path else f"{package['name']} @ {url}"
            marker = f" ; {package['marker']}" if "marker" in package else ""
            lines.append(" ".join([name + marker, *(f"--hash={digest}" for digest in digests)]) + "\n")
        return "".join(lines)

    def for_any_interpreter(self) -> Lock:
        """The same without the version that it asks of the interpreter that runs uv, which is not the target's.

        It names PyPI as the index of PyPI's files, too: uv's cache knows them by index, and would ask for each again.
        """
        facts = {key: value for key, value in self.facts.items() if key != "requires-python"}
        return Lock(facts | {"packages": [_with_index(package) for package in facts["packages"]]})


def _with_index(package: dict[str, Any]) -> dict[str, Any]:
    """A package of a lock with the address of its index, if all of its files are PyPI's."""
    urls = [source.get("url", "") for _, source in _sources(package)]
    of_pypi = bool(urls) and all(url.startswith(PYPI_FILES) for url in urls)
    return {**package, "index": PYPI} if of_pypi and "index" not in package else package


def is_lock(path: Path) -> bool:
    """Whether a file's name is that of a lock file."""
    return is_valid_pylock_path(path)


def read(path: Path) -> Lock:
    """The lock in a file.

    Raises:
        LockBroken
    """
    try:
        return parse(path.read_text(encoding="utf-8"), path.parent)
    except UNREADABLE as error:
        raise LockBroken(path=path, why=error) from error


def parse(text: str, base: Path) -> Lock:
    """The lock in a text.

    Args:
        base: the folder that its relative paths start from.

    Raises:
        One of UNREADABLE: it is no lock file.
    """
    facts = copy.deepcopy(tomllib.loads(text))
    Pylock.from_dict(facts)  # raises if it is none
    for package in facts["packages"]:
        for _, source in _sources(package):
            if "path" in source:
                source["path"] = str(base.resolve() / source["path"])
            if "url" in source:
                source["url"] = _without_password(source["url"])
    return Lock(facts)


def of_pip(report: Mapping[str, Any]) -> Lock | None:
    """What pip installed, by its installation report; None where that has no digest or source of something."""
    facts = {
        "lock-version": "1.0",
        "created-by": "pip",
        "packages": [_of_pip(each) for each in sorted(report["install"], key=lambda each: each["metadata"]["name"])],
    }
    try:
        return parse(tomli_w.dumps(facts), Path.cwd())
    except UNREADABLE:
        return None


def _of_pip(installed: Mapping[str, Any]) -> dict[str, Any]:
    """One package of pip's report, as a lock file has it."""
    said, info = installed["metadata"], installed["download_info"]
    package = {"name": distributions.normalized(said["name"]), "version": said["version"]}
    parts = urlsplit(info["url"])
    path = unquote(parts.path)
    place = {"path": path} if parts.scheme == "file" else {"url": info["url"]}
    if "vcs_info" in info:
        vcs = info["vcs_info"]
        return package | {"vcs": place | {"type": vcs["vcs"], "commit-id": vcs["commit_id"]}}
    if "dir_info" in info:
        return package | {"directory": place}
    hashes = info["archive_info"].get("hashes", {})
    if not hashes and parts.scheme == "file":
        hashes = {"sha256": archive.file_sha256(Path(path))}
    source = place | {"hashes": hashes}
    if installed["is_direct"]:
        return package | {"archive": source}
    return package | ({"wheels": [source]} if path.endswith(".whl") else {"sdist": source})


def _sources(package: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    yield from ((kind, package[kind]) for kind in SOURCES if kind in package)
    yield from (("wheel", wheel) for wheel in package.get("wheels", ()))


def _mark(kind: str, source: dict[str, Any]) -> object:
    """What the content of a source is known by; None where it is not."""
    if kind == "vcs":
        return source.get("commit-id")
    if kind == "directory":
        folder = Path(source["path"])
        return [(path, archive.file_sha256(folder / path)) for path in distributions.sizes(folder)]
    return sorted(source.get("hashes", {}).items()) or None


def _without_password(url: str) -> str:
    """An address without its user and password: the file is for others to read."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
