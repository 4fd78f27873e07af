"""Rows to try a model with, whatever it was fitted on: missing values, extremes, values that it has not seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

MOST = 2000  # rows
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
    """Rows like those of ``cells``, each with one value changed; and some with all of them changed.

    Args:
        columns: of the signature, as in the manifest.
        cells: rows that the model takes, as JSON has them.

    Returns:
        At most `MOST` rows; of each column first the row without its value.
    """
    tried = [[None, *_values(column)] for column in columns]
    found = [list(row) for row in cells]
    for turn in range(max(map(len, tried))):
        found.append([values[turn % len(values)] for values in tried])
        for at, values in enumerate(tried):
            if turn < len(values):
                row = list(cells[(turn + at) % len(cells)])
                row[at] = values[turn]
                found.append(row)
    return found[:MOST]


def _values(column: Mapping[str, Any]) -> list[Any]:
    known = list(column.get("categories") or ())
    if column["type"] != "category":
        return [*VALUES.get(column["type"], ()), *known]
    if isinstance(known[0] if known else "", str):
        return [*known, *TEXTS]
    return [*known, max(known) + 1, -1, 0.5]
