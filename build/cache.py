"""Keeps finished layers, so that an unchanged build is a copy."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from tempfile import mkdtemp

KEPT = 4  # layers; the oldest goes first
SOURCES = (Path(__file__).parent, Path(__file__).parents[1] / "lambda")  # the handler tells what a profile keeps

# Lines of a requirements file that name another file: options, and paths of local packages.
OTHER_FILE = re.compile(r"^\s*(?:(?:-r|--requirement|-c|--constraint)[\s=]+)?(?P<path>[^\s#;@]+)")


def key(requirements: Path, facts: Iterable[object]) -> str:
    """A digest of all that a layer depends on: the requirements, the target, and this code itself.

    Args:
        requirements: the file; files that it names count with their contents.
        facts: what else there is to tell builds apart; their text counts.
    """
    digest = hashlib.sha256()
    for folder in SOURCES:
        for path in sorted(folder.rglob("*.py")):
            _add(digest, path.relative_to(folder.parent).as_posix(), path.read_bytes())
    for fact in facts:
        _add(digest, "fact", str(fact).encode())
    _add_requirements(digest, requirements, set())
    return digest.hexdigest()


def fetch(folder: Path, name: str, target: Path) -> list[Path] | None:
    """Put the files that are kept under a name into ``target``; None if there are none."""
    kept = folder / name
    if not kept.is_dir():
        return None
    os.utime(kept)
    return [Path(shutil.copyfile(path, target / path.name)) for path in sorted(kept.iterdir())]


def keep(folder: Path, name: str, files: Sequence[Path]) -> None:
    """Keep copies of files under a name, all of them or none, and drop what is too old."""
    shutil.rmtree(folder / name, ignore_errors=True)
    make(folder, name, lambda new: [shutil.copyfile(path, new / path.name) for path in files], KEPT)


def make(folder: Path, name: str, fill: Callable[[Path], object], kept: int) -> Path:
    """The folder of that name in ``folder``, filled if it is not there yet: all of it or nothing.

    Args:
        kept: how many such folders may be; the oldest go first.
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
    for each in newest[kept:]:
        shutil.rmtree(each, ignore_errors=True)
    return wanted


def _add(digest: hashlib._Hash, name: str, data: bytes) -> None:
    digest.update(f"{name}\0{len(data)}\0".encode())
    digest.update(data)


def _add_requirements(digest: hashlib._Hash, path: Path, seen: set[Path]) -> None:
    if path in seen:
        return
    seen.add(path)
    data = path.read_bytes()
    _add(digest, "requirements", data)
    for line in data.decode(errors="replace").splitlines():
        match = OTHER_FILE.match(line)
        other = path.parent / match["path"] if match else path
        if other != path and other.is_file():
            _add_requirements(digest, other, seen)
