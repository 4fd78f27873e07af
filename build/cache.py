"""Keeps what was built under a digest of all that it was built from, so that building it again is a copy."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from tempfile import mkdtemp

FOLDER = ".cache"  # beside the artifacts
KEPT = 4  # layers; the oldest goes first
SOURCES = Path(__file__).parent

# Lines of a requirements file that name another file: options, and paths of local packages.
OTHER_FILE = re.compile(r"^\s*(?:(?:-r|--requirement|-c|--constraint)[\s=]+)?(?P<path>[^\s#;@]+)")


def key(requirements: Path, facts: Iterable[object]) -> str:
    """A digest of all that a layer depends on: the requirements, the target, and this code itself.

    Args:
        requirements: the file; files that it names count with their contents.
        facts: what else there is to tell builds apart; their text counts.
    """
    code = [(path.relative_to(SOURCES).as_posix(), path.read_bytes()) for path in sorted(SOURCES.rglob("*.py"))]
    said = [("fact", str(fact).encode()) for fact in facts]
    return digest([*code, *said, *_texts(requirements, set())])


def digest(parts: Iterable[tuple[str, bytes]]) -> str:
    """A digest of named parts."""
    made = hashlib.sha256()
    for name, data in parts:
        made.update(f"{name}\0{len(data)}\0".encode())
        made.update(data)
    return made.hexdigest()


def fetch(
    folder: Path, name: str, target: Path, bring: Callable[[Path, Path], object] = shutil.copyfile
) -> list[Path] | None:
    """Put the files that are kept under a name into ``target``; None if there are none."""
    kept = folder / name
    if not kept.is_dir():
        return None
    os.utime(kept)
    return [_bring(path, target / path.relative_to(kept), bring) for path in sorted(kept.rglob("*")) if path.is_file()]


def keep(folder: Path, name: str, files: Mapping[str, Path], most: int = KEPT) -> None:
    """Keep copies of files under a name, all of them or none, and drop what is too old.

    Args:
        files: their paths when they are fetched -> where they are now.
        most: how many names are kept.
    """
    shutil.rmtree(folder / name, ignore_errors=True)
    make(folder, name, lambda new: [_bring(file, new / path, shutil.copyfile) for path, file in files.items()], most)


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
    newest = sorted(folder.iterdir(), key=lambda each: each.stat().st_mtime, reverse=True)
    for each in newest[most:]:
        shutil.rmtree(each, ignore_errors=True)
    return wanted


def _bring(file: Path, to: Path, bring: Callable[[Path, Path], object]) -> Path:
    to.parent.mkdir(parents=True, exist_ok=True)
    bring(file, to)
    return to


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
