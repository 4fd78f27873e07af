"""Divides whole numbers by powers of ten and rounds only once, so that the result is what `float` makes of the digits.

Whole numbers below 2**53 and powers of ten up to 10**22 can be doubles, so their division rounds only once. Larger
whole numbers have 16 to 19 digits, like many numbers that Python writes. For them, the quotient is corrected by the
remainder of the division, which is known exactly (T. J. Dekker, "A floating-point technique for extending the
available precision", Numerische Mathematik 18, 1971). The sum is the nearest double, unless it lies so close to the
middle between two doubles that the error of the correction might matter. Those few are unsure, and the caller reads
them in another way.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from serving.requests.packing import EXACT

MOST_DECIMALS = 22  # doubles hold the powers of ten exactly up to this one
POWERS: Any = np.array([float(10**power) for power in range(MOST_DECIMALS + 1)])
SPLITTER = float(2**27 + 1)
NEAR = 1 - 2.0**-40  # beyond this fraction of the way to the middle, a quotient is unsure
FRACTION = np.int64(2**52 - 1)  # the bits of a double that are zero in a power of two


def _halves(numbers: Any) -> tuple[Any, Any]:
    """Split each number into two parts whose products with the parts of other numbers are exact."""
    scaled = SPLITTER * numbers
    high = scaled - (scaled - numbers)
    return high, numbers - high


HIGH, LOW = _halves(POWERS)


def divided(digits: Any, decimals: Any) -> tuple[Any, Any]:
    """Divide whole numbers by powers of ten.

    Args:
        digits: an array of int64 from 0 to 2**63 - 2**10, so that the nearest double is an int64, too.
        decimals: an array of the powers, from 0 to `MOST_DECIMALS`.

    Returns:
        The quotients as doubles, and the ascending positions of those whose rounding is unsure.
    """
    quotients = digits.astype(float) / POWERS[decimals]
    large = np.flatnonzero(digits >= EXACT)
    if not len(large):
        return quotients, large
    quotients[large], unsure = _corrected(digits[large], decimals[large], quotients[large])
    return quotients, large[unsure]


def _corrected(digits: Any, decimals: Any, quotients: Any) -> tuple[Any, Any]:
    """Return the quotients of whole numbers that no double holds, rounded once, and which of them are unsure."""
    rounded = digits.astype(float)
    divisors = POWERS[decimals]
    high, low = _halves(quotients)
    product = quotients * divisors
    missed = high * HIGH[decimals] - product
    missed += high * LOW[decimals]
    missed += low * HIGH[decimals]
    missed += low * LOW[decimals]  # now product + missed is the exact product
    left = (rounded - product) - missed
    correction = (left + (digits - rounded.astype(np.int64))) / divisors
    sums = quotients + correction
    rest = np.abs(correction - (sums - quotients))
    powers_of_two = (sums.view(np.int64) & FRACTION) == 0  # the next double below is nearer than the one above
    return sums, powers_of_two | (rest >= np.spacing(sums) * (NEAR / 2))
