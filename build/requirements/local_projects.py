"""Builds wheels of the local projects that requirements name, so that the layer contains their files.

Without a wheel, an editable project (`-e ./pkg`) would be installed as a path of this machine, and any other project
(`./pkg`) would be refused, because only wheels are accepted.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import unquote, urlsplit

from build.dist import archive
from build.errors import UserError
from build.host import cache, commands
from build.requirements import lockfile, requirement_files

KEPT = 16  # wheels in the cache
# A line of a requirements file that names a folder: editable or not, as a path or a URL, with extras and a marker
PROJECT = re.compile(
    r"^\s*(?:(?:-e|--editable)[\s=]+)?(?:[\w.-]+(?:\[[^\]]*\])?\s*@\s*)?(?P<place>(?:file:|\.|/|~)?[^\s;\[#@=<>!]*)"
    r"(?P<extras>\[[^\]]*\])?\s*(?:#egg=\S*)?\s*(?P<marker>;[^#]*)?(?:\s#.*)?$"
)
OTHER_FILE = re.compile(r"^\s*(?P<option>-r|--requirement|-c|--constraint)[\s=]*(?P<path>[^\s#]+)")
LINKS = re.compile(r"^\s*(?:-f|--find-links)[\s=]+(?P<path>\"[^\"]*\"|'[^']*'|\S+)")
MARKS = ("pyproject.toml", "setup.py")
# Folders that are not sources. An old `build` folder would bring back modules that were deleted since.
NOT_SOURCES = ("__pycache__", "*.egg-info", "build", "dist", ".venv", "venv", ".tox", ".mypy_cache", ".ruff_cache")

BuildWheel = Callable[[Path, Path], None]  # builds a wheel of a project in a folder


class NotAProject(UserError):
    template = (
        "{path}, which {requirements} names, is not a Python project: it has neither pyproject.toml nor setup.py."
    )


class BuildFailed(UserError):
    template = "The build of a wheel failed for the local project {path}:\n{tail}"


class HasCompiledCode(UserError):
    template = (
        "The local project {path} compiles code, and this machine's compiler does not compile for Lambda (it made "
        "{wheel}).\nBuild it in Lambda's own image: --builder container"
    )


class Editable(UserError):
    template = (
        "{name} was installed as an editable project: the layer would contain a path of this machine instead of the "
        "package.\nName it without -e in the requirements."
    )


@dataclass(frozen=True)
class Rewriting:
    """The way in which wheels of local projects are built and kept."""

    kept: Path  # the folder of the cache
    identity: str  # identifies the builder
    build_wheel: BuildWheel
    compiles: bool  # whether code that the builder compiles runs on the target


def as_wheels(requirements: Path, folder: Path, rewriting: Rewriting) -> Path:
    """Return the requirements with wheels in the place of local projects. If they name none, it is the same file.

    Args:
        folder: the folder for new files, which replace the file and those that it includes.

    Raises:
        NotAProject, BuildFailed, HasCompiledCode
    """
    if lockfile.is_lock(requirements):
        return requirements
    text = requirements.read_text(encoding="utf-8", errors="replace")
    lines = re.sub(r"\\\n", "", text).splitlines()
    new = [_line(line, requirements, folder, rewriting) for line in lines]
    if new == lines:
        return requirements
    path = folder / f"{len(list(folder.iterdir()))}-{requirements.name}"
    absolute = [_absolute(line, requirements.parent) for line in new]
    path.write_text("\n".join(absolute) + "\n", encoding="utf-8")
    return path


def refuse_editable(site_packages: Path) -> None:
    """Check that nothing was installed as a path of this machine.

    Raises:
        Editable
    """
    for path in sorted(site_packages.glob("*.dist-info/direct_url.json")):
        if json.loads(path.read_text(encoding="utf-8")).get("dir_info", {}).get("editable"):
            raise Editable(name=path.parent.name.partition("-")[0])


def copy(project: Path, target: Path) -> Path:
    """Copy a project to build it: a build writes into the project's folder."""
    return Path(shutil.copytree(project, target, ignore=shutil.ignore_patterns(*NOT_SOURCES), symlinks=True))


def _line(line: str, requirements: Path, folder: Path, rewriting: Rewriting) -> str:
    """Return a line of requirements with a wheel in the place of a local project."""
    other = OTHER_FILE.match(line)
    if other:
        path = requirements.parent / other["path"]
        new = as_wheels(path, folder, rewriting) if path.is_file() else path
        return line if new == path else f"{other['option']} {new}"
    match = PROJECT.match(line)
    project = _folder(match["place"]) if match else None
    if not match or project is None:
        return line
    if not any((project / mark).is_file() for mark in MARKS):
        raise NotAProject(path=project, requirements=requirements)
    wheel = _wheel(project, rewriting)
    extras = re.search(r"\[[^\]]*\]", line.partition(";")[0])
    name = wheel.name.partition("-")[0] + (extras[0] if extras else "")
    return f"{name} @ {wheel.as_uri()} {match['marker'] or ''}".rstrip()


def _folder(place: str) -> Path | None:
    """Return the folder that a requirement names. For pip, relative paths start at the current folder."""
    if not place or ("/" not in place and not place.startswith((".", "file:"))):
        return None
    path = Path(unquote(urlsplit(place).path) if place.startswith("file:") else place).expanduser()
    return path.resolve() if path.is_dir() else None


def _absolute(line: str, beside: Path) -> str:
    """Return a line of requirements that means the same in a file in another folder."""
    other, links = OTHER_FILE.match(line), LINKS.match(line)
    if other and (beside / other["path"]).exists():
        return f"{other['option']} {(beside / other['path']).resolve()}"
    place = requirement_files.find_links(links["path"].strip("\"'"), beside.resolve()) if links else None
    return f"--find-links {place.resolve().as_uri()}" if place else line


def _wheel(project: Path, rewriting: Rewriting) -> Path:
    """Return the wheel of a project. It is only built again if the project's files have changed."""
    with TemporaryDirectory(prefix="project-") as name:
        sources = copy(project, Path(name, "sources"))
        files = sorted(path for path in sources.rglob("*") if path.is_file())
        digests = [(path.relative_to(sources).as_posix(), archive.file_sha256(path).encode()) for path in files]
        key = cache.digest([("builder", rewriting.identity.encode()), *digests])

        def fill(folder: Path) -> None:
            try:
                rewriting.build_wheel(sources, folder)
            except commands.CommandFailed as error:
                raise BuildFailed(path=project, tail=error) from error
            wheel = next(folder.glob("*.whl"))
            if "-linux_" in wheel.name and not rewriting.compiles:
                raise HasCompiledCode(path=project, wheel=wheel.name)

        return next(cache.make(rewriting.kept, key, fill, KEPT).resolve().glob("*.whl"))
