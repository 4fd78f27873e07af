"""Ends a command silently when the program that reads its output has ended, as `head` does."""

from __future__ import annotations

import atexit
import os
import select
import sys
from types import TracebackType


def is_closed() -> bool:
    """Return whether nobody reads stdout any more."""
    try:
        poll = select.poll()
        poll.register(sys.stdout.fileno(), 0)
        return any(event & (select.POLLERR | select.POLLNVAL) for _, event in poll.poll(0))
    except (OSError, ValueError):  # stdout is no file, such as in a test
        return False


def discard() -> None:
    """Discard the output that is still to be written, so that Python does not complain about it when it ends."""
    with open(os.devnull, "wb") as nowhere:
        os.dup2(nowhere.fileno(), sys.stdout.fileno())


def end_in_silence() -> None:
    """Let a closed pipe be no error for what invoke itself prints: its list of commands, and their help."""
    before = sys.excepthook

    def hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, BrokenPipeError) and is_closed():
            discard()
        else:
            before(kind, error, trace)

    sys.excepthook = hook
    atexit.register(_flush)


def _flush() -> None:
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        discard()
    except (OSError, ValueError):  # a full disk, which Python reports itself; or a stdout that is closed
        pass
