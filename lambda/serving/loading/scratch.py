"""The model's file in /tmp, where memory is too short for it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from serving.loading.errors import NoRoom

BEGINNING, ENDING = "model-", ".part"


@contextmanager
def part(path: str, size: int) -> Iterator[tuple[str, int]]:
    """An open file for so many bytes, to be at that path when it is whole: its name and descriptor.

    Lambda ends an init that takes too long, and with it the download; what such a one left is removed.
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
    """Have the file at its path; False: something is in the way there."""
    with suppress(OSError):
        os.replace(name, path)
        return True
    return False


def clear(folder: str) -> None:
    """Remove what downloads that were ended have left."""
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
