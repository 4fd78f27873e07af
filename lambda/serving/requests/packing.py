"""Makes arrays of many numbers of JSON at once: `struct` writes them one behind the other, and refuses what is none.

Only values that are sure to be read alike one by one are read so. Whatever else is among them (a text, a row of another
length, an integer that a number of 64 bits may not hold) makes the answer None, and the caller looks at each.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import starmap
from typing import Any, NamedTuple

import numpy as np

from serving.requests.signature import NUMPY_FLOATS, NUMPY_INTEGERS, Column

EXACT = 2**53  # integers up to here are numbers of 64 bits, too
FEW = 50  # values of one column that are sooner looked at
AT_ONCE = 400  # rows that are written at once: what they need stays in the processor's cache
INTEGERS = dict(zip(NUMPY_INTEGERS, "bhiqBHIQ", strict=True))  # as `struct` writes them

# of struct for what it does not take, of the rows for what has no such value or is no row
REFUSALS = (struct.error, TypeError, KeyError, IndexError, OverflowError)


class Picked(NamedTuple):
    """Rows, and what takes of each the values that are asked for."""

    rows: Sequence[Any]
    pick: Callable[[Any], Sequence[Any]] | None = None  # None: they are all of the row, in its order

    def part(self, start: int, end: int) -> Iterable[Sequence[Any]]:
        return self.rows[start:end] if self.pick is None else map(self.pick, self.rows[start:end])

    def first(self) -> Sequence[Any]:
        return self.rows[0] if self.pick is None else self.pick(self.rows[0])


def code(column: Column) -> str | None:
    """How `struct` writes a column's values; None if they have to be looked at."""
    if column.type == "integer":
        return INTEGERS.get(column.dtype)
    if column.type == "number":
        return "d" if column.dtype in NUMPY_FLOATS else None
    return "d" if column.type == "any" and column.dtype != "object" else None


def is_number(value: Any) -> bool:
    """Whether a column of the type "any" that begins with it is one of numbers: booleans alone are not."""
    return type(value) in (float, int)


class Plan(NamedTuple):
    """How the columns of a signature are written."""

    codes: tuple[str | None, ...]
    of_any: tuple[int, ...]  # the places of columns that may hold anything
    dtype: str | None  # of all columns, if all are numbers of one dtype

    @classmethod
    def of(cls, columns: Sequence[Column]) -> Plan:
        codes, dtypes = tuple(map(code, columns)), {column.dtype for column in columns}
        alike = "float32" if dtypes == {"float32"} else "float64" if dtypes and dtypes <= {"float64", "any"} else None
        return cls(
            codes,
            tuple(at for at, column in enumerate(columns) if column.type == "any"),
            alike if set(codes) == {"d"} else None,
        )

    def codes_of(self, first: Sequence[Any]) -> tuple[str | None, ...]:
        """The codes for a table with this first row."""
        if all(is_number(first[at]) for at in self.of_any):
            return self.codes
        looked_at = {at for at in self.of_any if not is_number(first[at])}
        return tuple(None if at in looked_at else each for at, each in enumerate(self.codes))


def held(column: Column, array: Any) -> Any:
    """The array in the column's own dtype; all numbers are written in 64 bits."""
    return array.astype(column.dtype, copy=False) if column.type == "number" else array


def _written(column: Column) -> str:
    """The dtype that a column is written in."""
    return column.dtype if column.type == "integer" else "float64"


def takes_cells(column: Column) -> bool:
    """Whether the cells of a CSV file that a column takes are numbers, whatever they are."""
    if column.type == "integer":
        return column.dtype in INTEGERS
    if column.type == "number":
        return column.dtype in NUMPY_FLOATS
    return (column.type, column.dtype) == ("any", "float64")


def held_cells(column: Column, numbers: Any) -> Any:
    """Numbers that `serving.requests.grid` read in the column's own dtype; None where it has no room for one."""
    if column.type != "integer":
        return numbers.astype(column.dtype if column.type == "number" else float, copy=False)
    bounds = np.iinfo(column.dtype)
    fits = bounds.min <= int(numbers.min()) and int(numbers.max()) <= bounds.max
    return numbers.astype(column.dtype) if fits else None


def of_column(column: Column, values: Sequence[Any]) -> Any:
    """A column's values as an array of its dtype; None where they have to be looked at."""
    wanted = code(column) if len(values) >= FEW else None
    if wanted is None or (column.type == "any" and not is_number(values[0])):
        return None
    array = np.empty(len(values), _written(column))
    return held(column, array) if _fill(array, struct.Struct(f"{len(values)}{wanted}"), values) else None


def block_of_columns(columns: Sequence[Sequence[Any]], count: int) -> Any:
    """Columns of numbers as an array of shape (count, n_columns), each column in one piece; None as above."""
    array = np.empty((len(columns), count))
    one = struct.Struct(f"{count}d")
    return array.T if all(_fill(array[at], one, values) for at, values in enumerate(columns)) else None


def block_of_rows(rows: Picked, width: int, order: str = "F") -> Any:
    """Rows of numbers as an array of shape (n_rows, width); None as above.

    Args:
        order: "F" has each column in one piece, "C" each row.
    """
    array = np.empty((len(rows.rows), width), order=order)
    for start, piece in _pieces(rows, f"{width}d"):
        if piece is None:
            return None
        part = np.frombuffer(piece).reshape(-1, width)
        if not _all_exact(part):
            return None
        array[start : start + len(part)] = part
    return array


def arrays_of_rows(rows: Picked, columns: Sequence[Column], codes: Sequence[str]) -> Any:
    """An array for each column of the rows, in its own dtype; None as above."""
    if set(codes) == {"d"}:
        array = block_of_rows(rows, len(codes))
        return None if array is None else [held(each, array[:, at]) for at, each in enumerate(columns)]
    arrays = [np.empty(len(rows.rows), _written(each)) for each in columns]
    layout = np.dtype({"names": [str(at) for at in range(len(codes))], "formats": [f"<{each}" for each in codes]})
    for start, piece in _pieces(rows, f"<{''.join(codes)}"):
        if piece is None:
            return None
        part = np.frombuffer(piece, layout)
        for at, array in enumerate(arrays):
            array[start : start + len(part)] = part[str(at)]
    if not all(map(_all_exact, arrays)):
        return None
    return [held(each, array) for each, array in zip(columns, arrays, strict=True)]


def _pieces(rows: Picked, form: str) -> Iterator[tuple[int, bytes | None]]:
    """The bytes of as many rows as are written at once, behind the place of their first; None where one is refused."""
    write: Callable[..., bytes] = struct.Struct(form).pack
    nulls = False
    for start in range(0, len(rows.rows), AT_ONCE):
        try:
            piece = None if nulls else b"".join(starmap(write, rows.part(start, start + AT_ONCE)))
        except REFUSALS:
            piece, nulls = None, True
        if piece is None:
            with suppress(*REFUSALS):
                piece = b"".join(starmap(write, map(_filled, rows.part(start, start + AT_ONCE))))
        yield start, piece


def _fill(array: Any, one: struct.Struct, values: Sequence[Any]) -> bool:
    """Write a column's values into an array of as many; False where they have to be looked at."""
    for given in (values, None):
        try:
            one.pack_into(array, 0, *(_filled(values) if given is None else given))
        except REFUSALS:
            continue
        return _all_exact(array)
    return False


def _filled(values: Sequence[Any]) -> list[Any]:
    """Values with NaN for null, as a column of numbers has it; one of whole numbers refuses that."""
    return [math.nan if value is None else value for value in values]


def _all_exact(array: Any) -> bool:
    """Whether each was the same number before it was one of 64 bits; of a larger one nobody knows."""
    return array.dtype.kind != "f" or not bool((np.abs(array) >= EXACT).any())
