"""The folder that artifacts are made in: one command at a time, and nothing left over from one that was killed."""

from __future__ import annotations

import fcntl
import functools
import json
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp
from typing import Concatenate, ParamSpec, TypeVar

import filelock

from build.dist import manifest
from build.host.paths import shown

LOCK = ".lock"
SCRATCH = (".layer-", ".package-", ".profile-", ".train-", ".making-")  # how folders for one command's work are named
PLACED = "placed.json"  # in such a folder: files beside it that its command put there or was to remove
HALF_WRITTEN = ".manifest.json.*"  # only written while the folder is locked

Say = Callable[[str], None]
Made = TypeVar("Made")
Options = ParamSpec("Options")


def tell(message: str) -> None:
    """Say something to whoever waits, apart from what a command prints for others to read."""
    print(message, file=sys.stderr, flush=True)


@contextmanager
def alone(out: Path, say: Say = tell) -> Iterator[None]:
    """Hold the folder ``out`` for one command: another one that writes there waits, and says that it does.

    What a command that was killed left half-made is removed first. The lock ends with its process, however that ends.
    """
    turn = filelock.FileLock(out / LOCK)
    try:
        turn.acquire(blocking=False)
    except filelock.Timeout:
        say(f"Another command is writing to {shown(out)}: waiting until it is done.")
        turn.acquire()
    try:
        sweep(out)
        for path in out.glob(HALF_WRITTEN):
            path.unlink(missing_ok=True)
        yield
    finally:
        turn.release()


def one_at_a_time(command: Callable[Concatenate[Path, Options], Made]) -> Callable[Concatenate[Path, Options], Made]:
    """Let a command hold the folder that is its first argument, if that is there, from its beginning to its end."""

    @functools.wraps(command)
    def holding(out: Path, /, *args: Options.args, **options: Options.kwargs) -> Made:
        if not out.is_dir():
            return command(out, *args, **options)
        with alone(out):
            return command(out, *args, **options)

    return holding


@contextmanager
def scratch(parent: Path, prefix: str) -> Iterator[Path]:
    """A new folder in ``parent`` that is gone with the block; `sweep` removes it if this process is killed.

    The folder is locked as long as this process works in it, so that nobody sweeps it away.
    """
    with _holding(parent):  # else it might be swept before it is locked
        folder = Path(mkdtemp(dir=parent, prefix=prefix))
        handle = os.open(folder, os.O_RDONLY)
        _lock(handle, fcntl.LOCK_EX)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(handle)


def note_placed(scratch: Path, names: list[str]) -> None:
    """Name files beside a scratch folder, before they are replaced.

    If this process is killed, `sweep` removes those that the manifest does not name then.
    """
    (scratch / PLACED).write_text(json.dumps(names), encoding="utf-8")


def sweep(parent: Path) -> None:
    """Remove the scratch folders in ``parent`` whose process is gone, and the files that it noted and never entered."""
    with _holding(parent):
        for folder in parent.iterdir():
            if folder.name.startswith(SCRATCH) and folder.is_dir() and _is_left(folder):
                for name in _not_entered(folder):
                    (parent / name).unlink(missing_ok=True)
                shutil.rmtree(folder, ignore_errors=True)


def _not_entered(scratch: Path) -> list[str]:
    """Of the files that were noted in a folder, those that the manifest does not name."""
    try:
        named = manifest.files(scratch.parent)
        noted: list[str] = json.loads((scratch / PLACED).read_text(encoding="utf-8"))
    except (OSError, ValueError, manifest.ManifestBroken):
        return []  # nothing was noted, or nobody knows what the manifest names
    return [name for name in noted if name not in named]


@contextmanager
def _holding(folder: Path) -> Iterator[None]:
    """Hold a folder for a moment."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        _lock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _is_left(folder: Path) -> bool:
    """Whether no process has that folder locked."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except FileNotFoundError:
        return False
    try:
        return _lock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    finally:
        os.close(handle)


def _lock(handle: int, how: int) -> bool:
    """Lock what is open; False where another process holds it, or a file system of the network locks no folders."""
    try:
        fcntl.flock(handle, how)
    except OSError:
        return False
    return True
