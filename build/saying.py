"""Reports the progress of the build through a function that takes one line of text."""

from __future__ import annotations

import sys
from collections.abc import Callable

Say = Callable[[str], None]


def tell(message: str) -> None:
    """Print a line to stderr, so that it does not mix with what a command prints to stdout for other programs."""
    print(message, file=sys.stderr, flush=True)
