"""Keeps what was built, under a digest of all its inputs. Building it again takes only a copy."""

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

FOLDER = ".cache"  # in the folder of the artifacts
KEPT = 4  # the most layers that are kept; the oldest one is removed first
SUMS = ".sums.json"  # the file with the digests of the files beside it
SOURCES = Path(__file__).parents[1]


def key(facts: Iterable[object]) -> str:
    """Return a digest of facts, by their text, and of this package's code."""
    return digest(("fact", str(fact).encode()) for fact in (code(), *facts))


@functools.cache
def code() -> str:
    """Return a digest of this package's code."""
    return digest((path.relative_to(SOURCES).as_posix(), path.read_bytes()) for path in sorted(SOURCES.rglob("*.py")))


def digest(contents: Iterable[tuple[str, bytes]]) -> str:
    """Return a digest of contents and their names."""
    sha256 = hashlib.sha256()
    for name, data in contents:
        sha256.update(f"{name}\0{len(data)}\0".encode())
        sha256.update(data)
    return sha256.hexdigest()


def find(folder: Path, name: str) -> Path | None:
    """Return the folder that is kept under a name, or None if there is none or its content has changed."""
    kept = folder / name
    try:
        if not kept.is_dir():
            return None
        if not _is_whole(kept):
            _drop(kept)
            return None
        os.utime(kept)
    except FileNotFoundError:  # another build has just removed it
        return None
    return kept


def fetch(folder: Path, name: str, target: Path) -> list[Path] | None:
    """Copy the files that are kept under a name to ``target``. Returns None if there are none or they are damaged."""
    kept = folder / name
    copies: list[Path] = []
    wanted = _sums(kept)
    try:
        if wanted.keys() | {SUMS} == {path.name for path in kept.iterdir()}:
            for filename in wanted:
                copies.append(Path(shutil.copyfile(kept / filename, target / filename)))
        # check the copies, because they are what will be used
        if copies and all(archive.file_sha256(path) == wanted[path.name] for path in copies):
            os.utime(kept)
            return copies
    except FileNotFoundError:  # nothing is kept, or another build has just removed it
        pass
    for path in copies:
        path.unlink(missing_ok=True)
    _drop(kept)
    return None


def keep(folder: Path, name: str, files: Mapping[str, Path], most: int = KEPT) -> None:
    """Keep copies of files under a name, all of them or none, and remove the oldest ones.

    Args:
        files: the files, by the names that they have when they are fetched.
        most: how many names are kept.
    """
    _drop(folder / name)
    make(folder, name, lambda new: [shutil.copyfile(file, new / path) for path, file in files.items()], most)


def make(folder: Path, name: str, fill: Callable[[Path], object], most: int) -> Path:
    """Return the folder of a name in ``folder``. It is made if it is missing or damaged, as a whole or not at all.

    Args:
        fill: puts files into a new folder.
        most: how many such folders are kept. The oldest ones are removed first.
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
            if not wanted.is_dir():  # otherwise, another process was faster
                raise
    _drop_old(folder, most)
    return wanted


def _sums(kept: Path) -> dict[str, str]:
    """Return the digests of what was put into a folder, by path. The dict is empty if they are not known."""
    try:
        return dict(json.loads((kept / SUMS).read_text(encoding="utf-8")))
    except (ValueError, TypeError, OSError):
        return {}


def _digests(folder: Path) -> dict[str, str]:
    """Return the digests of all files that are in a folder now, by path."""
    files = (path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    paths = sorted(path for path in files if path != SUMS)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return dict(zip(paths, pool.map(lambda path: archive.file_sha256(folder / path), paths), strict=True))


def _is_whole(kept: Path) -> bool:
    wanted = _sums(kept)
    return bool(wanted) and _digests(kept) == wanted


def _drop(kept: Path) -> None:
    """Remove a folder in one step, so that no other process finds it incomplete."""
    if kept.is_dir():
        with workplace.scratch(kept.parent, ".making-") as gone, suppress(FileNotFoundError):
            kept.rename(gone / kept.name)


def _drop_old(folder: Path, most: int) -> None:
    """Remove all folders but the newest ones, and what a killed build has left."""
    ages = {path: _age(path) for path in folder.iterdir() if not path.name.startswith(".")}
    for path in sorted(ages, key=ages.__getitem__)[most:]:
        shutil.rmtree(path, ignore_errors=True)
    workplace.sweep(folder)


def _age(path: Path) -> float:
    """Return the seconds since a file was made or used."""
    try:
        return time.time() - path.stat().st_mtime
    except FileNotFoundError:  # another thread or process has removed it
        return 0
