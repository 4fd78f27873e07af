"""Guards the folder of the artifacts: one command works in it at a time, and what a killed command left is removed."""

from __future__ import annotations

import fcntl
import functools
import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp
from typing import Concatenate, ParamSpec, TypeVar

import filelock

from build.dist import manifest
from build.host.paths import shown
from build.saying import Say, tell

LOCK = ".lock"
# The names of folders for the work of one command begin with these
SCRATCH = (".layer-", ".package-", ".trim-", ".train-", ".making-")
PLACED = "placed.json"  # a file in such a folder: it lists files that the command puts in place or removes
HALF_WRITTEN = ".manifest.json.*"  # these files are only written while the folder is locked

Result = TypeVar("Result")
Options = ParamSpec("Options")


@contextmanager
def alone(out: Path, say: Say = tell) -> Iterator[None]:
    """Lock the folder ``out`` for one command. Another command that writes there reports that it waits.

    Before that, what a killed command has left is removed. The lock ends with the process, in whatever way it ends.
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


def one_at_a_time(
    command: Callable[Concatenate[Path, Options], Result],
) -> Callable[Concatenate[Path, Options], Result]:
    """Let a function lock the folder that is its first argument, if that folder exists, while it runs."""

    @functools.wraps(command)
    def holding(out: Path, /, *args: Options.args, **options: Options.kwargs) -> Result:
        if not out.is_dir():
            return command(out, *args, **options)
        with alone(out):
            return command(out, *args, **options)

    return holding


@contextmanager
def scratch(parent: Path, prefix: str) -> Iterator[Path]:
    """Make a new folder, which is removed at the end of the block, or by `sweep` if this process is killed.

    The folder is locked as long as this process works in it, so that no other process sweeps it away.
    """
    with _holding(parent):  # otherwise, it might be swept before it is locked
        folder = Path(mkdtemp(dir=parent, prefix=prefix))
        handle = os.open(folder, os.O_RDONLY)
        _lock(handle, fcntl.LOCK_EX)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(handle)


def note_placed(scratch: Path, names: list[str]) -> None:
    """Note the names of files beside a scratch folder, before they are replaced.

    If this process is killed, `sweep` removes those that the manifest does not list.
    """
    (scratch / PLACED).write_text(json.dumps(names), encoding="utf-8")


def sweep(parent: Path) -> None:
    """Remove the scratch folders whose process has ended, and files that it noted but never entered in the manifest."""
    with _holding(parent):
        for folder in parent.iterdir():
            if folder.name.startswith(SCRATCH) and folder.is_dir() and _is_left(folder):
                for name in _not_entered(folder):
                    (parent / name).unlink(missing_ok=True)
                shutil.rmtree(folder, ignore_errors=True)


def _not_entered(scratch: Path) -> list[str]:
    """Return those of the files noted in a scratch folder that the manifest does not list."""
    try:
        named = manifest.files(scratch.parent)
        noted: list[str] = json.loads((scratch / PLACED).read_text(encoding="utf-8"))
    except (OSError, ValueError, manifest.ManifestBroken):
        return []  # nothing was noted, or the manifest cannot be read
    return [name for name in noted if name not in named]


@contextmanager
def _holding(folder: Path) -> Iterator[None]:
    """Lock a folder for a moment."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        _lock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _is_left(folder: Path) -> bool:
    """Return whether no process has locked that folder."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except FileNotFoundError:
        return False
    try:
        return _lock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    finally:
        os.close(handle)


def _lock(handle: int, how: int) -> bool:
    """Lock an open folder. Returns False if another process has locked it, or its file system cannot lock it."""
    try:
        fcntl.flock(handle, how)
    except OSError:
        return False
    return True
