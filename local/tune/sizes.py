"""Lambda's memory sizes, and the share of a processor that each of them has."""

from __future__ import annotations

import math

from build.errors import UserError

SMALLEST, LARGEST = 128, 10240  # MB
ONE_VCPU = 1769  # MB
LEAST_VISIBLE = 2  # processors that the smallest function sees, although it gets only its share


class NoMemorySize(UserError):
    template = (
        "{given!r} is no list of memory sizes. Give whole numbers of MB from 128 to 10240, such as "
        "--memory-sizes 512,1024,1769."
    )


def parse(text: str) -> list[int]:
    """Return the memory sizes in MB of a list with commas, without duplicates and in ascending order.

    Raises:
        NoMemorySize
    """
    words = [word.strip() for word in text.split(",")]
    if not all(
        word.isascii() and word.isdigit() and len(word) < 6 and SMALLEST <= int(word) <= LARGEST for word in words
    ):
        raise NoMemorySize(given=text)
    return sorted({int(word) for word in words})


def share(memory_size: int) -> float:
    """Return the share of a processor that comes with a memory size. 1.0 is one whole processor."""
    return memory_size / ONE_VCPU


def visible(memory_size: int) -> int:
    """Return the number of processors that a function with that memory size sees."""
    return max(LEAST_VISIBLE, math.ceil(share(memory_size)))
