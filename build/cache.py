"""Keeps what was built under a digest of all that it was built from, so that building it again is a copy."""

from __future__ import annotations

import functools
import hashlib
import os
import re
import shutil
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from tempfile import mkdtemp

FOLDER = ".cache"  # beside the artifacts
KEPT = 4  # layers; the oldest goes first
LONGEST = 24 * 60 * 60  # seconds that no build takes
SOURCES = Path(__file__).parent

# Lines of a requirements file that name another file: options, and paths of local packages.
OTHER_FILE = re.compile(r"^\s*(?:(?:-r|--requirement|-c|--constraint)[\s=]+)?(?P<path>[^\s#;@]+)")


def key(requirements: Path, facts: Iterable[object]) -> str:
    """A digest of all that a layer depends on: the requirements, the target, and this code itself.

    Args:
        requirements: the file; files that it names count with their contents.
        facts: what else there is to tell builds apart; their text counts.
    """
    said = [("fact", str(fact).encode()) for fact in (code(), *facts)]
    return digest([*said, *_texts(requirements, set())])


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
    """The folder that is kept under a name; None if there is none."""
    kept = folder / name
    if not kept.is_dir():
        return None
    os.utime(kept)
    return kept


def fetch(folder: Path, name: str, target: Path) -> list[Path] | None:
    """Put copies of the files that are kept under a name into ``target``; None if there are none."""
    kept = find(folder, name)
    return kept and [Path(shutil.copyfile(path, target / path.name)) for path in sorted(kept.iterdir())]


def keep(folder: Path, name: str, files: Mapping[str, Path], most: int = KEPT) -> None:
    """Keep copies of files under a name, all of them or none, and drop what is too old.

    Args:
        files: their names when they are fetched -> where they are now.
        most: how many names are kept.
    """
    shutil.rmtree(folder / name, ignore_errors=True)
    make(folder, name, lambda new: [shutil.copyfile(file, new / path) for path, file in files.items()], most)


def make(folder: Path, name: str, fill: Callable[[Path], object], most: int) -> Path:
    """The folder of that name in ``folder``, filled if it is not there yet: all of it or nothing.

    Args:
        most: how many such folders may be; the oldest go first.
    """
    wanted = folder / name
    if wanted.is_dir():
        os.utime(wanted)
        return wanted
    folder.mkdir(parents=True, exist_ok=True)
    new = Path(mkdtemp(dir=folder, prefix=".making-"))
    try:
        fill(new)
        new.rename(wanted)
    except OSError:
        if not wanted.is_dir():  # else another process was faster
            raise
    finally:
        shutil.rmtree(new, ignore_errors=True)
    _drop_old(folder, most)
    return wanted


def _drop_old(folder: Path, most: int) -> None:
    """Drop all but the newest, and what a build that was killed left half-made."""
    ages = {each: _age(each) for each in folder.iterdir()}
    made = sorted((each for each in ages if not each.name.startswith(".")), key=ages.__getitem__)
    killed = [each for each in ages if each.name.startswith(".") and ages[each] > LONGEST]
    for each in [*made[most:], *killed]:
        shutil.rmtree(each, ignore_errors=True)


def _age(path: Path) -> float:
    """Seconds since a file was made or used."""
    try:
        return time.time() - path.stat().st_mtime
    except FileNotFoundError:  # another thread or process was done with it
        return 0


def _texts(path: Path, seen: set[Path]) -> Iterator[tuple[str, bytes]]:
    """A requirements file and all that it names."""
    if path in seen:
        return
    seen.add(path)
    data = path.read_bytes()
    yield "requirements", data
    for line in data.decode(errors="replace").splitlines():
        match = OTHER_FILE.match(line)
        other = path.parent / match["path"] if match else path
        if other != path and other.is_file():
            yield from _texts(other, seen)
