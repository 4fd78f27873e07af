"""Keeps what was built under a digest of all that it was built from, so that building it again is a copy."""

from __future__ import annotations

import functools
import hashlib
import json
import os
import shutil
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

from build.dist import archive, workplace

FOLDER = ".cache"  # beside the artifacts
KEPT = 4  # layers; the oldest goes first
SUMS = ".sums.json"  # the digests of what is kept, beside it
SOURCES = Path(__file__).parents[1]


def key(facts: Iterable[object]) -> str:
    """A digest of all that a layer depends on: facts, whose text counts, and this code itself."""
    return digest(("fact", str(fact).encode()) for fact in (code(), *facts))


@functools.cache
def code() -> str:
    """A digest of this package's code."""
    return digest((path.relative_to(SOURCES).as_posix(), path.read_bytes()) for path in sorted(SOURCES.rglob("*.py")))


def digest(parts: Iterable[tuple[str, bytes]]) -> str:
    """A digest of named parts."""
    made = hashlib.sha256()
    for name, data in parts:
        made.update(f"{name}\0{len(data)}\0".encode())
        made.update(data)
    return made.hexdigest()


def find(folder: Path, name: str) -> Path | None:
    """The folder that is kept under a name; None if there is none, or what is in it is not what was put there."""
    kept = folder / name
    try:
        if not kept.is_dir():
            return None
        if not _is_whole(kept):
            _drop(kept)
            return None
        os.utime(kept)
    except FileNotFoundError:  # another build has just dropped it
        return None
    return kept


def fetch(folder: Path, name: str, target: Path) -> list[Path] | None:
    """Put copies of the files that are kept under a name into ``target``; None if there are none that are whole."""
    kept = folder / name
    copies: list[Path] = []
    wanted = _sums(kept)
    try:
        if wanted.keys() | {SUMS} == {path.name for path in kept.iterdir()}:
            for each in wanted:
                copies.append(Path(shutil.copyfile(kept / each, target / each)))
        # the copies: they are what is used
        if copies and all(archive.file_sha256(path) == wanted[path.name] for path in copies):
            os.utime(kept)
            return copies
    except FileNotFoundError:  # nothing is kept, or another build has just dropped it
        pass
    for path in copies:
        path.unlink(missing_ok=True)
    _drop(kept)
    return None


def keep(folder: Path, name: str, files: Mapping[str, Path], most: int = KEPT) -> None:
    """Keep copies of files under a name, all of them or none, and drop what is too old.

    Args:
        files: their names when they are fetched -> where they are now.
        most: how many names are kept.
    """
    _drop(folder / name)
    make(folder, name, lambda new: [shutil.copyfile(file, new / path) for path, file in files.items()], most)


def make(folder: Path, name: str, fill: Callable[[Path], object], most: int) -> Path:
    """The folder of that name in ``folder``, filled if it is not there yet or was damaged: all of it or nothing.

    Args:
        most: how many such folders may be; the oldest go first.
    """
    wanted = find(folder, name)
    if wanted:
        return wanted
    wanted = folder / name
    folder.mkdir(parents=True, exist_ok=True)
    with workplace.scratch(folder, ".making-") as new:
        fill(new)
        (new / SUMS).write_text(json.dumps(_digests(new)), encoding="utf-8")
        try:
            new.rename(wanted)
        except OSError:
            if not wanted.is_dir():  # else another process was faster
                raise
    _drop_old(folder, most)
    return wanted


def _sums(kept: Path) -> dict[str, str]:
    """The digests of what was put into a folder, by path; none where that is not known."""
    try:
        return dict(json.loads((kept / SUMS).read_text(encoding="utf-8")))
    except (ValueError, TypeError, OSError):
        return {}


def _digests(folder: Path) -> dict[str, str]:
    """The digests of all that is in a folder now, by path."""
    found = (path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    paths = sorted(path for path in found if path != SUMS)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return dict(zip(paths, pool.map(lambda path: archive.file_sha256(folder / path), paths), strict=True))


def _is_whole(kept: Path) -> bool:
    wanted = _sums(kept)
    return bool(wanted) and _digests(kept) == wanted


def _drop(kept: Path) -> None:
    """Remove a folder so that nobody meets a part of it."""
    if kept.is_dir():
        with workplace.scratch(kept.parent, ".making-") as gone, suppress(FileNotFoundError):
            kept.rename(gone / kept.name)


def _drop_old(folder: Path, most: int) -> None:
    """Drop all but the newest, and what a build that was killed left half-made."""
    ages = {each: _age(each) for each in folder.iterdir() if not each.name.startswith(".")}
    for each in sorted(ages, key=ages.__getitem__)[most:]:
        shutil.rmtree(each, ignore_errors=True)
    workplace.sweep(folder)


def _age(path: Path) -> float:
    """Seconds since a file was made or used."""
    try:
        return time.time() - path.stat().st_mtime
    except FileNotFoundError:  # another thread or process was done with it
        return 0
