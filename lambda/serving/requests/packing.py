"""Makes arrays of many JSON numbers at once: `struct` writes them one after another, and refuses any other value.

This is used only for values that would certainly become the same numbers if they were read one by one. If there is
anything else among them (a text, a row of another length, an integer that a 64-bit float may not hold), the result is
None, and the caller reads value by value.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import starmap
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from serving.requests.signature import NUMPY_FLOATS, NUMPY_INTEGERS, Column

if TYPE_CHECKING:
    from typing import Literal

    Order = Literal["C", "F"]  # the memory order of an array: each row in one piece, or each column

EXACT = 2**53  # a 64-bit float holds every integer up to this one
FEW = 50  # values; a column of fewer is read faster one by one
AT_ONCE = 400  # rows that are written together, so that the data in use stays in the processor's cache
INTEGERS = dict(zip(NUMPY_INTEGERS, "bhiqBHIQ", strict=True))  # the format characters of `struct`

# struct raises these for a value that it does not take. Rows that lack a value, or are no rows, raise the others
REFUSALS = (struct.error, TypeError, KeyError, IndexError, OverflowError)


class Picked(NamedTuple):
    """Rows, and the function that takes from each of them the values that are asked for."""

    rows: Sequence[Any]
    pick: Callable[[Any], Sequence[Any]] | None = None  # None takes all values of a row in their order

    def between(self, start: int, end: int) -> Iterable[Sequence[Any]]:
        """Return the values of the rows from ``start`` up to ``end``."""
        return self.rows[start:end] if self.pick is None else map(self.pick, self.rows[start:end])

    def first(self) -> Sequence[Any]:
        return self.rows[0] if self.pick is None else self.pick(self.rows[0])


def code(column: Column) -> str | None:
    """Return the character by which `struct` writes a column's values, or None if they have to be read one by one."""
    if column.type == "integer":
        return INTEGERS.get(column.dtype)
    if column.type == "number":
        return "d" if column.dtype in NUMPY_FLOATS else None
    return "d" if column.type == "any" and column.dtype != "object" else None


def is_number(value: Any) -> bool:
    """Return whether a column of type "any" that begins with this value holds numbers. Booleans alone do not count."""
    return type(value) in (float, int)


class Plan(NamedTuple):
    """How the columns of a signature are written."""

    codes: tuple[str | None, ...]
    of_any: tuple[int, ...]  # the positions of the columns that may hold anything
    dtype: str | None  # the dtype of all columns, if all of them are numbers of the same dtype

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
        """Return the format characters for a table with this first row."""
        if all(is_number(first[at]) for at in self.of_any):
            return self.codes
        looked_at = {at for at in self.of_any if not is_number(first[at])}
        return tuple(None if at in looked_at else code for at, code in enumerate(self.codes))


def in_own_dtype(column: Column, array: Any) -> Any:
    """Return the array in the column's own dtype. All numbers are written with 64 bits at first."""
    return array.astype(column.dtype, copy=False) if column.type == "number" else array


def _written(column: Column) -> str:
    """Return the dtype in which a column is written."""
    return column.dtype if column.type == "integer" else "float64"


def takes_cells(column: Column) -> bool:
    """Return whether all cells of a CSV file that a column takes are numbers."""
    if column.type == "integer":
        return column.dtype in INTEGERS
    if column.type == "number":
        return column.dtype in NUMPY_FLOATS
    return (column.type, column.dtype) == ("any", "float64")


def cells_in_own_dtype(column: Column, numbers: Any) -> Any:
    """Return numbers of `serving.requests.grid` in the column's own dtype, or None where it has no room for one."""
    if column.type != "integer":
        return numbers.astype(column.dtype if column.type == "number" else float, copy=False)
    bounds = np.iinfo(column.dtype)
    fits = bounds.min <= int(numbers.min()) and int(numbers.max()) <= bounds.max
    return numbers.astype(column.dtype) if fits else None


def of_column(column: Column, values: Sequence[Any]) -> Any:
    """Return a column's values as an array of its dtype, or None if they have to be read one by one."""
    wanted = code(column) if len(values) >= FEW else None
    if wanted is None or (column.type == "any" and not is_number(values[0])):
        return None
    array = np.empty(len(values), _written(column))
    return in_own_dtype(column, array) if _fill(array, struct.Struct(f"{len(values)}{wanted}"), values) else None


def block_of_columns(columns: Sequence[Sequence[Any]], count: int) -> Any:
    """Return columns of numbers as an array of shape (count, n_columns) that has each column in one piece, or None."""
    array = np.empty((len(columns), count))
    one = struct.Struct(f"{count}d")
    return array.T if all(_fill(array[at], one, values) for at, values in enumerate(columns)) else None


def block_of_rows(rows: Picked, width: int, order: Order = "F") -> Any:
    """Return rows of numbers as an array of shape (n_rows, width), or None if they have to be read one by one.

    Args:
        order: "F" keeps each column in one piece, and "C" each row.
    """
    array = np.empty((len(rows.rows), width), order=order)
    for start, piece in _pieces(rows, f"{width}d"):
        if piece is None:
            return None
        block = np.frombuffer(piece).reshape(-1, width)
        if not _all_exact(block):
            return None
        array[start : start + len(block)] = block
    return array


def arrays_of_rows(rows: Picked, columns: Sequence[Column], codes: Sequence[str]) -> Any:
    """Return an array for each column of the rows, in the column's own dtype, or None as `block_of_rows` does."""
    if set(codes) == {"d"}:
        array = block_of_rows(rows, len(codes))
        return None if array is None else [in_own_dtype(column, array[:, at]) for at, column in enumerate(columns)]
    arrays = [np.empty(len(rows.rows), _written(column)) for column in columns]
    layout = np.dtype({"names": [str(at) for at in range(len(codes))], "formats": [f"<{code}" for code in codes]})
    for start, piece in _pieces(rows, f"<{''.join(codes)}"):
        if piece is None:
            return None
        block = np.frombuffer(piece, layout)
        for at, array in enumerate(arrays):
            array[start : start + len(block)] = block[str(at)]
    if not all(map(_all_exact, arrays)):
        return None
    return [in_own_dtype(column, array) for column, array in zip(columns, arrays, strict=True)]


def _pieces(rows: Picked, form: str) -> Iterator[tuple[int, bytes | None]]:
    """Yield rows in pieces: the position of the first row, and the bytes of all, or None if one of them is refused."""
    write: Callable[..., bytes] = struct.Struct(form).pack
    nulls = False
    for start in range(0, len(rows.rows), AT_ONCE):
        try:
            piece = None if nulls else b"".join(starmap(write, rows.between(start, start + AT_ONCE)))
        except REFUSALS:
            piece, nulls = None, True
        if piece is None:
            with suppress(*REFUSALS):
                piece = b"".join(starmap(write, map(_filled, rows.between(start, start + AT_ONCE))))
        yield start, piece


def _fill(array: Any, one: struct.Struct, values: Sequence[Any]) -> bool:
    """Write a column's values into an array of that length. Returns False if they have to be read one by one."""
    for raw in (values, None):
        try:
            one.pack_into(array, 0, *(_filled(values) if raw is None else raw))
        except REFUSALS:
            continue
        return _all_exact(array)
    return False


def _filled(values: Sequence[Any]) -> list[Any]:
    """Return values with NaN for null, which a column of numbers takes and a column of integers refuses."""
    return [math.nan if value is None else value for value in values]


def _all_exact(array: Any) -> bool:
    """Return whether every number was certainly the same before it became a 64-bit float. Larger ones may not be."""
    return array.dtype.kind != "f" or not bool((np.abs(array) >= EXACT).any())
