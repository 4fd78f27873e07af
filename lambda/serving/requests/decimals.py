"""Divides whole numbers by powers of ten, and rounds once: the result is the number that `float` makes of the digits.

A whole number below 2**53 and a power of ten up to 10**22 are doubles themselves, so that their division rounds once.
Larger whole numbers have 16 to 19 digits, as many numbers that Python writes have. For them the quotient is corrected
by what the division left over, which is known exactly (T. J. Dekker, "A floating-point technique for extending the
available precision", Numerische Mathematik 18, 1971). The sum is the nearest double, unless it lies so near the middle
between two that the error of the correction could count. Those few are unsure, and the caller reads them otherwise.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from serving.requests.packing import EXACT

MOST_DECIMALS = 22  # powers of ten up to this one are doubles
POWERS = np.array([float(10**power) for power in range(MOST_DECIMALS + 1)])
SPLITTER = float(2**27 + 1)
NEAR = 1 - 2.0**-40  # of the way to the middle
FRACTION = np.int64(2**52 - 1)  # the bits of a double that a power of two has not


def _halves(numbers: Any) -> tuple[Any, Any]:
    """Each number as the sum of two whose products with others of their kind are exact."""
    scaled = SPLITTER * numbers
    high = scaled - (scaled - numbers)
    return high, numbers - high


HIGH, LOW = _halves(POWERS)


def divided(digits: Any, decimals: Any) -> tuple[Any, Any]:
    """Whole numbers by powers of ten.

    Args:
        digits: an array of int64, none negative.
        decimals: an array of the powers, from 0 to `MOST_DECIMALS`.

    Returns:
        The quotients as doubles, and the places of those that may not be rounded rightly, in ascending order.
    """
    found = digits.astype(float) / POWERS[decimals]
    large = np.flatnonzero(digits >= EXACT)
    if not len(large):
        return found, large
    found[large], unsure = _corrected(digits[large], decimals[large], found[large])
    return found, large[unsure]


def _corrected(digits: Any, decimals: Any, quotients: Any) -> tuple[Any, Any]:
    """The quotients of whole numbers that are no doubles, rounded once; and for which of them this is not sure."""
    rounded = digits.astype(float)
    divisors = POWERS[decimals]
    high, low = _halves(quotients)
    product = quotients * divisors
    missed = high * HIGH[decimals] - product
    missed += high * LOW[decimals]
    missed += low * HIGH[decimals]
    missed += low * LOW[decimals]  # product + missed is the exact product
    left = (rounded - product) - missed
    correction = (left + (digits - rounded.astype(np.int64))) / divisors
    found = quotients + correction
    rest = np.abs(correction - (found - quotients))
    powers_of_two = (found.view(np.int64) & FRACTION) == 0  # the doubles below are nearer than those above
    return found, powers_of_two | (rest >= np.spacing(found) * (NEAR / 2))
