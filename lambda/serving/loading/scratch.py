"""Keeps the model in a file in /tmp where memory has no room for it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from serving.loading.errors import NoRoom

BEGINNING, ENDING = "model-", ".partial"


@contextmanager
def unfinished(path: str, size: int) -> Iterator[tuple[str, int]]:
    """Open a file of this size, which `keep` moves to the path when it is complete. Yields its name and descriptor.

    Lambda ends an init that takes too long, and the download with it. Files that such a download left are removed.
    """
    folder = os.path.dirname(path)
    clear(folder)
    _check_room(folder, size)
    name = f"{path}.{os.getpid()}{ENDING}"
    try:
        target = os.open(name, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
    except OSError as error:
        raise NoRoom.of(size, error) from error
    try:
        yield name, target
    except BaseException:
        os.unlink(name)
        raise
    finally:
        os.close(target)


def keep(name: str, path: str) -> bool:
    """Move the file to its path. Returns False if something else there cannot be replaced."""
    with suppress(OSError):
        os.replace(name, path)
        return True
    return False


def clear(folder: str) -> None:
    """Remove the files that stopped downloads have left."""
    for name in os.listdir(folder):
        if name.startswith(BEGINNING) and name.endswith(ENDING):
            with suppress(OSError):
                os.unlink(os.path.join(folder, name))


def _check_room(folder: str, size: int) -> None:
    room = os.statvfs(folder)
    free = room.f_bavail * room.f_frsize
    if free < size:
        raise NoRoom(
            f"its {size:,} bytes are too many for the function's memory, and /tmp has {free:,} bytes free. "
            "Raise memory_size or ephemeral_storage_size"
        )
