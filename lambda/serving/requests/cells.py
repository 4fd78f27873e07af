"""Reads the cells of a CSV file as numbers, booleans, times, categories or texts, as the signature says.

The results are those of `pandas.read_csv`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from serving.requests import packing
from serving.requests.signature import TYPES, Column
from serving.requests.wording import WrongValue

# The texts that read_csv takes for a missing value
NA_TEXTS = frozenset(
    (
        *("", "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN", "<NA>", "N/A"),
        *("NA", "NULL", "NaN", "None", "n/a", "nan", "null"),
    )
)
# Unambiguous: if there were two ways to match, long texts would take minutes
FINITE = r"(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?"
NUMBER = re.compile(rf"\s*[+-]?(?:{FINITE}|inf|infinity)\s*", re.ASCII | re.IGNORECASE)
WHOLE = re.compile(r"\s*[+-]?\d+\s*", re.ASCII)
TRUTHS = {"True": True, "TRUE": True, "true": True, "False": False, "FALSE": False, "false": False}
LONGEST = 300  # characters; a longer number is not read as an integer
SHORTEST_EPOCH = 9  # digits of a time that is sent as a number; a shorter one may be a date such as 20261125


class Typed(str):
    """A text beside JSON values of other types. Such a row can say null, so an empty text is not a missing value."""


def read_all(column: Column, texts: Sequence[Any]) -> list[Any]:
    """Read all cells of a column. Cells with the same text are read only once.

    Raises:
        WrongValue: as `read` raises it, for the first cell that the column does not take.
    """
    # This excludes Typed: an empty text of that type means something else than an empty cell
    plain = len(texts) >= packing.FEW and set(map(type, texts)) == {str}
    if plain and column.type == "text" and "" not in texts:
        return list(texts)
    if plain and len(distinct := set(texts)) < len(texts) // 2:
        with suppress(WrongValue):  # reading the cells one by one then finds the first of them
            values = {text: read(column, 0, text) for text in distinct}
            return [values[text] for text in texts]
    return [read(column, row, text) if isinstance(text, str) else text for row, text in enumerate(texts)]


def read(column: Column, row: int, text: str) -> Any:
    """Return the value that a cell stands for, as JSON would have it.

    Raises:
        WrongValue: the column does not take it.
    """
    return READERS[column.type](column, row, text)


def numbers(column: Column, texts: Sequence[Any]) -> Any:
    """Read a column of cells as an array of numbers at once. Returns None where they have to be read one by one."""
    if len(texts) < packing.FEW:
        return None
    from serving.requests import grid

    array = grid.of_texts(texts) if column.type != "integer" and packing.takes_cells(column) else None
    return None if array is None else array.astype(column.dtype, copy=False)


def _text(column: Column, row: int, text: str) -> Any:
    if isinstance(text, Typed):
        return str(text)
    return None if text == "" and not column.empty_is_text and column.missing is not None else text


def _any(column: Column, row: int, text: str) -> Any:
    """Read a cell of a column whose type is uncertain: numbers and booleans are recognized, other texts are kept."""
    if column.dtype == "object":
        return _text(column, row, text)
    if column.dtype == "any":
        raise WrongValue(row, text, "a JSON value, since nothing says whether this column holds numbers or texts")
    number = _as_number(text)
    if number is not None:
        return number
    return None if text in NA_TEXTS else TRUTHS.get(text.strip(), text)


def _number(column: Column, row: int, text: str) -> Any:
    if text in NA_TEXTS:
        return None
    number = _as_number(text)
    if number is not None:
        return number
    if text.strip() in TRUTHS:
        return TRUTHS[text.strip()]
    raise WrongValue(row, text, TYPES[column.type])


def _as_number(text: str) -> Any:
    if WHOLE.fullmatch(text) and len(text) < LONGEST:
        return int(text)
    return float(text) if NUMBER.fullmatch(text) else None


def _boolean(column: Column, row: int, text: str) -> Any:
    if text in NA_TEXTS:
        return None
    truths = {**TRUTHS, "0": False, "1": True}
    if text.strip() not in truths:
        raise WrongValue(row, text, TYPES["boolean"])
    return truths[text.strip()]


def _category(column: Column, row: int, text: str) -> Any:
    """Return the category that a cell stands for. A text that is no category stays as it is."""
    categories = column.categories or ()
    if text in categories:
        return text
    if any(isinstance(category, bool) for category in categories) and text.strip() in TRUTHS:
        return TRUTHS[text.strip()]
    number = _as_number(text)
    if number is not None and not any(isinstance(category, str) for category in categories):
        return number
    return None if text in NA_TEXTS else text


def _time(column: Column, row: int, text: str) -> Any:
    if text in NA_TEXTS:
        return None
    if not WHOLE.fullmatch(text):
        number = _as_number(text) if column.type == "timedelta" else None
        return text if number is None else number
    if len(text.strip()) < SHORTEST_EPOCH and column.type == "datetime":
        raise WrongValue(row, text, "a time in ISO 8601, or a number of more digits, since so few may be either")
    return int(text)


READERS = {
    "number": _number,
    "integer": _number,
    "boolean": _boolean,
    "text": _text,
    "category": _category,
    "datetime": _time,
    "timedelta": _time,
    "any": _any,
}
