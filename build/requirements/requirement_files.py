"""What requirements files name on this machine's disk, and where pip would look for it."""

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
    """A requirements file with all that it includes.

    Raises:
        UnreadableRequirements: one of them is not there, or not text.
    """
    try:
        return RequirementsFile.from_file(str(path), include_nested=True)
    except RecursionError as error:
        raise UnreadableRequirements(path=path, why="it includes itself") from error
    except (OSError, ValueError, PipError) as error:
        raise UnreadableRequirements(path=path, why=str(error).replace("|n", "\n")) from error


def places(path: Path) -> list[Path]:
    """The files and folders that installing from a file has to see: requirements files, wheels, projects and links."""
    parsed = parse(path)
    found = [path]
    for option in parsed.options:
        beside = Path(option.filename).resolve().parent
        for kind in ("requirements", "constraints"):
            found += [beside / name for name in option.options.get(kind, ())]
        found += [where for link in option.options.get("find_links", ()) if (where := find_links(link, beside))]
    local = (_local(each.link.url) for each in parsed.requirements if each.link)
    found += [where for where in local if where]
    return sorted({each.resolve() for each in found if each.exists()})


def all_have_hashes(path: Path) -> bool:
    """Whether every requirement is bound to digests, which binds the whole set: pip and uv then take nothing else."""
    parsed = parse(path)
    wanted = [each for each in parsed.requirements if not each.is_constraint]
    return bool(wanted) and not parsed.invalid_lines and all(each.hash_options for each in wanted)


def hashes(path: Path) -> dict[str, set[str]]:
    """The digests that requirements are bound to, as ``sha256:...``, by normalized name of the package."""
    found: dict[str, set[str]] = {}
    for each in parse(path).requirements:
        if each.hash_options and each.name:
            found.setdefault(distributions.normalized(each.name), set()).update(each.hash_options)
    return found


def find_links(link: str, beside: Path) -> Path | None:
    """Where pip finds a folder or page of links: beside the file that names it if it is there, else from here."""
    if urlsplit(link).scheme not in ("", "file"):
        return None
    local = Path(unquote(urlsplit(link).path)) if link.startswith("file:") else Path(link)
    return next((each for each in (beside / local, Path.cwd() / local) if each.exists()), None)


def for_uv(path: Path, folder: Path) -> Path:
    """The file for uv, which looks for relative links beside the file alone: with their places written out, if need be.

    Args:
        folder: where a file that replaces it can be written.
    """
    parsed = parse(path)
    if not any(_moves(option) for option in parsed.options):
        return path
    constraints = [each for each in parsed.requirements if each.is_constraint]
    lines = [each.requirement_line.line for each in parsed.requirements if not each.is_constraint]
    lines += [each.requirement_line.line for each in parsed.invalid_lines]
    lines += [line for option in parsed.options for line in _written_out(option)]
    if constraints:
        (folder / "constraints.txt").write_text("\n".join(each.requirement_line.line for each in constraints) + "\n")
        lines.append("-c constraints.txt")
    (folder / "requirements.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder / "requirements.txt"


def _moves(option: OptionLine) -> bool:
    beside = Path(option.filename).resolve().parent
    links = option.options.get("find_links", ())
    return any(not (beside / link).exists() and find_links(link, beside) for link in links)


def _written_out(option: OptionLine) -> Iterator[str]:
    beside = Path(option.filename).resolve().parent
    links = option.options.get("find_links", ())
    if links:
        yield from (f"--find-links {find_links(link, beside) or link}" for link in links)
    elif not {"requirements", "constraints"} & set(option.options):  # their lines are there already
        yield option.requirement_line.line


def _local(url: str) -> Path | None:
    """The path that a requirement names, as pip takes it: from the current folder, whichever file says so."""
    parts = urlsplit(url)
    if parts.scheme not in ("", "file"):
        return None
    return Path(os.path.abspath(unquote(parts.path) if parts.scheme else url))
