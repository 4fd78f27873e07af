"""Reads requirements files, and finds the files and folders that they name as pip would find them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

from pip_requirements_parser import OptionLine, PipError, RequirementsFile

from build.errors import UserError
from build.host import distributions


class UnreadableRequirements(UserError):
    template = "The requirements file {path} cannot be read: {why}"


def parse(path: Path) -> RequirementsFile:
    """Read a requirements file and all files that it includes.

    Raises:
        UnreadableRequirements: one of the files does not exist, or is not text.
    """
    try:
        return RequirementsFile.from_file(str(path), include_nested=True)
    except RecursionError as error:
        raise UnreadableRequirements(path=path, why="it includes itself") from error
    except (OSError, ValueError, PipError) as error:
        raise UnreadableRequirements(path=path, why=str(error).replace("|n", "\n")) from error


def places(path: Path) -> list[Path]:
    """Return what an installation needs to read: requirements files, wheels, projects and folders of links."""
    parsed = parse(path)
    named = [path]
    for option in parsed.options:
        beside = Path(option.filename).resolve().parent
        for kind in ("requirements", "constraints"):
            named += [beside / name for name in option.options.get(kind, ())]
        named += [where for link in option.options.get("find_links", ()) if (where := find_links(link, beside))]
    local = (_local(requirement.link.url) for requirement in parsed.requirements if requirement.link)
    named += [where for where in local if where]
    return sorted({place.resolve() for place in named if place.exists()})


def all_have_hashes(path: Path) -> bool:
    """Return whether every requirement has hashes. If so, pip and uv accept only packages that are listed."""
    parsed = parse(path)
    wanted = [requirement for requirement in parsed.requirements if not requirement.is_constraint]
    return bool(wanted) and not parsed.invalid_lines and all(requirement.hash_options for requirement in wanted)


def hashes(path: Path) -> dict[str, set[str]]:
    """Return the hashes in the requirements, as ``sha256:...``, by normalized name of the package."""
    by_package: dict[str, set[str]] = {}
    for requirement in parse(path).requirements:
        if requirement.hash_options and requirement.name:
            by_package.setdefault(distributions.normalized(requirement.name), set()).update(requirement.hash_options)
    return by_package


def find_links(link: str, beside: Path) -> Path | None:
    """Return a folder or page of links. It is beside the file that names it, or else relative to the current folder."""
    if urlsplit(link).scheme not in ("", "file"):
        return None
    local = Path(unquote(urlsplit(link).path)) if link.startswith("file:") else Path(link)
    return next((candidate for candidate in (beside / local, Path.cwd() / local) if candidate.exists()), None)


def for_uv(path: Path, folder: Path) -> Path:
    """Return an equivalent file for uv, which looks for relative links only beside the file that names them.

    Args:
        folder: the folder for a new file, in which the links are absolute, if one is needed.
    """
    parsed = parse(path)
    if not any(_moves(option) for option in parsed.options):
        return path
    constraints = [requirement for requirement in parsed.requirements if requirement.is_constraint]
    lines = [requirement.requirement_line.line for requirement in parsed.requirements if not requirement.is_constraint]
    lines += [invalid.requirement_line.line for invalid in parsed.invalid_lines]
    lines += [line for option in parsed.options for line in _written_out(option)]
    if constraints:
        (folder / "constraints.txt").write_text(
            "\n".join(constraint.requirement_line.line for constraint in constraints) + "\n"
        )
        lines.append("-c constraints.txt")
    (folder / "requirements.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder / "requirements.txt"


def _moves(option: OptionLine) -> bool:
    """Return whether an option names a link that pip would find and uv would not."""
    beside = Path(option.filename).resolve().parent
    links = option.options.get("find_links", ())
    return any(not (beside / link).exists() and find_links(link, beside) for link in links)


def _written_out(option: OptionLine) -> Iterator[str]:
    """Return the lines of an option, with absolute links."""
    beside = Path(option.filename).resolve().parent
    links = option.options.get("find_links", ())
    if links:
        yield from (f"--find-links {find_links(link, beside) or link}" for link in links)
    elif not {"requirements", "constraints"} & set(option.options):  # the lines of included files are there already
        yield option.requirement_line.line


def _local(url: str) -> Path | None:
    """Return the path that a requirement names. For pip, relative paths start at the current folder."""
    split = urlsplit(url)
    if split.scheme not in ("", "file"):
        return None
    return Path(os.path.abspath(unquote(split.path) if split.scheme else url))
