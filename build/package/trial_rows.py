"""Makes up rows to try a model with: missing values, extreme numbers, and values that it was not fitted on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

MOST = 2000  # the most rows that are made up
NUMBERS = (0, 1, -1, 0.5, -2.75, 1e-300, 3e38, -1e308, 9007199254740992, float("inf"), float("nan"), True)
INTEGERS = (0, 1, -1, 7, 127, 128, 32768, 2147483648, 9007199254740992, -9007199254740992, 1.5, True)
TEXTS = ("", " ", "0", "1.5", "not seen before", "é 漢", "A", "nan", "None")

VALUES: dict[str, Sequence[Any]] = {
    "number": NUMBERS,
    "integer": INTEGERS,
    "boolean": (True, False, 1, 0),
    "text": TEXTS,
    "any": (0, 1.5, -1, True, "a text", ""),
}


def rows(columns: Sequence[Mapping[str, Any]], cells: Sequence[Sequence[Any]]) -> list[list[Any]]:
    """Return rows like the given ones: most with one value changed, and some with every value changed.

    Args:
        columns: the columns of the signature, as in the manifest.
        cells: rows of JSON values that the model accepts.

    Returns:
        At most `MOST` rows. For each column, a row in which its value is missing comes first.
    """
    choices = [[None, *_values(column)] for column in columns]
    variations = [list(row) for row in cells]
    for turn in range(max(map(len, choices))):
        variations.append([values[turn % len(values)] for values in choices])
        for place, values in enumerate(choices):
            if turn < len(values):
                row = list(cells[(turn + place) % len(cells)])
                row[place] = values[turn]
                variations.append(row)
    return variations[:MOST]


def _values(column: Mapping[str, Any]) -> list[Any]:
    """Return the values to try in a column."""
    categories = list(column.get("categories") or ())
    if column["type"] != "category":
        return [*VALUES.get(column["type"], ()), *categories]
    if isinstance(categories[0] if categories else "", str):
        return [*categories, *TEXTS]
    return [*categories, max(categories) + 1, -1, 0.5]
