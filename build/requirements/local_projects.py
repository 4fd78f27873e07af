"""Builds wheels of the local projects that requirements name, so that the layer holds them whole.

Installed as they are they would be a path of this machine (`-e ./pkg`), or be refused as sources (`./pkg`).
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
# A line of a requirements file that names a folder: editable or not, a path or a URL, with extras and a marker
PROJECT = re.compile(
    r"^\s*(?:(?:-e|--editable)[\s=]+)?(?:[\w.-]+(?:\[[^\]]*\])?\s*@\s*)?(?P<place>(?:file:|\.|/|~)?[^\s;\[#@=<>!]*)"
    r"(?P<extras>\[[^\]]*\])?\s*(?:#egg=\S*)?\s*(?P<marker>;[^#]*)?(?:\s#.*)?$"
)
OTHER_FILE = re.compile(r"^\s*(?P<option>-r|--requirement|-c|--constraint)[\s=]*(?P<path>[^\s#]+)")
LINKS = re.compile(r"^\s*(?:-f|--find-links)[\s=]+(?P<path>\"[^\"]*\"|'[^']*'|\S+)")
MARKS = ("pyproject.toml", "setup.py")
# What building and version control leave in a project: a `build` folder would bring back modules that were deleted
NOT_SOURCES = ("__pycache__", "*.egg-info", "build", "dist", ".venv", "venv", ".tox", ".mypy_cache", ".ruff_cache")

BuildWheel = Callable[[Path, Path], None]  # of a project, into a folder


class NotAProject(UserError):
    template = "{path}, which {requirements} names, is no Python project: it has neither pyproject.toml nor setup.py."


class BuildFailed(UserError):
    template = "No wheel can be built of the local project {path}:\n{tail}"


class HasCompiledCode(UserError):
    template = (
        "The local project {path} compiles code, and this machine's compiler does not compile for Lambda (it made "
        "{wheel}).\nBuild it in Lambda's own image: --builder container"
    )


class Editable(UserError):
    template = (
        "{name} was installed as an editable: the layer would hold a path of this machine and not the package.\n"
        "Name it without -e."
    )


@dataclass(frozen=True)
class Rewriting:
    kept: Path  # folder of the cache
    identity: str  # of the builder
    build_wheel: BuildWheel
    compiles: bool  # whether what it compiles runs on the target


def as_wheels(requirements: Path, folder: Path, rewriting: Rewriting) -> Path:
    """The requirements with wheels in place of local projects: the same file if it names none.

    Args:
        folder: where to write what replaces the file and those that it includes.

    Raises:
        NotAProject, BuildFailed, HasCompiledCode
    """
    if lockfile.is_lock(requirements):
        return requirements
    text = requirements.read_text(encoding="utf-8", errors="replace")
    lines = re.sub(r"\\\n", "", text).splitlines()
    new = [_line(line, requirements, folder, rewriting) for line in lines]
    if all(old == mine for old, mine in zip(lines, new, strict=True)):
        return requirements
    path = folder / f"{len(list(folder.iterdir()))}-{requirements.name}"
    absolute = [_absolute(line, requirements.parent) for line in new]
    path.write_text("\n".join(absolute) + "\n", encoding="utf-8")
    return path


def refuse_editable(site_packages: Path) -> None:
    """See that nothing was installed as a path of this machine.

    Raises:
        Editable
    """
    for path in sorted(site_packages.glob("*.dist-info/direct_url.json")):
        if json.loads(path.read_text(encoding="utf-8")).get("dir_info", {}).get("editable"):
            raise Editable(name=path.parent.name.partition("-")[0])


def copy(project: Path, target: Path) -> Path:
    """A copy of a project to build in: building writes into the folder."""
    return Path(shutil.copytree(project, target, ignore=shutil.ignore_patterns(*NOT_SOURCES), symlinks=True))


def _line(line: str, requirements: Path, folder: Path, rewriting: Rewriting) -> str:
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
    """The folder that a requirement names, as pip takes it: from the current one, whichever file says so."""
    if not place or ("/" not in place and not place.startswith((".", "file:"))):
        return None
    path = Path(unquote(urlsplit(place).path) if place.startswith("file:") else place).expanduser()
    return path.resolve() if path.is_dir() else None


def _absolute(line: str, beside: Path) -> str:
    """A line that says the same in another folder."""
    other, links = OTHER_FILE.match(line), LINKS.match(line)
    if other and (beside / other["path"]).exists():
        return f"{other['option']} {(beside / other['path']).resolve()}"
    place = requirement_files.find_links(links["path"].strip("\"'"), beside.resolve()) if links else None
    return f"--find-links {place.resolve().as_uri()}" if place else line


def _wheel(project: Path, rewriting: Rewriting) -> Path:
    """The wheel of a project, built once for the same files."""
    with TemporaryDirectory(prefix="project-") as name:
        sources = copy(project, Path(name, "sources"))
        files = sorted(path for path in sources.rglob("*") if path.is_file())
        said = [(path.relative_to(sources).as_posix(), archive.file_sha256(path).encode()) for path in files]
        key = cache.digest([("builder", rewriting.identity.encode()), *said])

        def fill(folder: Path) -> None:
            try:
                rewriting.build_wheel(sources, folder)
            except commands.CommandFailed as error:
                raise BuildFailed(path=project, tail=error) from error
            wheel = next(folder.glob("*.whl"))
            if "-linux_" in wheel.name and not rewriting.compiles:
                raise HasCompiledCode(path=project, wheel=wheel.name)

        return next(cache.make(rewriting.kept, key, fill, KEPT).resolve().glob("*.whl"))
