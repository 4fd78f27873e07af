"""Makes arrays of many numbers of JSON at once: `struct` writes them one behind the other, and refuses what is none.

Only values that are sure to be read alike one by one are read so. Whatever else is among them (null, a text, a row of
another length, an integer that a number of 64 bits may not hold) makes the answer None, and the caller looks at each.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice, starmap
from typing import Any

import numpy as np

from serving.requests.signature import Column

EXACT = 2**53  # integers up to here are numbers of 64 bits, too
AT_ONCE = 400  # rows that are written at once: what they need stays in the processor's cache
INTEGERS = {"int64": "q", "int32": "i", "int16": "h", "int8": "b", "uint64": "Q", "uint32": "I", "uint16": "H"}
INTEGERS["uint8"] = "B"
FLOATS = ("float64", "float32", "float16")

# of struct for what it does not take, of the rows for what has no such value or is no row
REFUSALS = (struct.error, TypeError, KeyError, IndexError, OverflowError)


def code(column: Column, first: Any) -> str | None:
    """How `struct` writes a column's values; None if they have to be looked at.

    Args:
        first: the column's first value: where the type is "any", booleans alone are not made numbers.
    """
    if column.type == "integer":
        return INTEGERS.get(column.dtype)
    if column.type == "number" and column.dtype in FLOATS:
        return "d"
    if column.type == "any" and column.dtype != "object" and type(first) in (float, int):
        return "d"
    return None


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
    return column.dtype in FLOATS if column.type == "number" else (column.type, column.dtype) == ("any", "float64")


def held_cells(column: Column, numbers: Any) -> Any:
    """Numbers that `serving.requests.grid` read in the column's own dtype; None where it has no room for one."""
    if column.type != "integer":
        return numbers.astype(column.dtype if column.type == "number" else float, copy=False)
    bounds = np.iinfo(column.dtype)
    fits = bounds.min <= int(numbers.min()) and int(numbers.max()) <= bounds.max
    return numbers.astype(column.dtype) if fits else None


def of_column(column: Column, values: Sequence[Any]) -> Any:
    """A column's values as an array of its dtype; None where they have to be looked at."""
    wanted = code(column, values[0]) if len(values) else None
    if wanted is None:
        return None
    array = np.empty(len(values), _written(column))
    try:
        struct.pack_into(f"{len(values)}{wanted}", array, 0, *values)
    except REFUSALS:
        return None
    return held(column, array) if _all_exact(array) else None


def block_of_columns(columns: Sequence[Sequence[Any]], count: int) -> Any:
    """Columns of numbers as an array of shape (count, n_columns), each column in one piece; None as above."""
    array = np.empty((len(columns), count))
    one = struct.Struct(f"{count}d")
    try:
        for at, values in enumerate(columns):
            one.pack_into(array[at], 0, *values)
            if not _all_exact(array[at]):
                return None
    except REFUSALS:
        return None
    return array.T


def block_of_rows(rows: Iterable[Sequence[Any]], count: int, width: int, order: str = "F") -> Any:
    """Rows of numbers as an array of shape (count, width); None as above.

    Args:
        order: "F" has each column in one piece, "C" each row.
    """
    array = np.empty((count, width), order=order)
    for start, piece in _pieces(rows, f"{width}d", count):
        if piece is None:
            return None
        part = np.frombuffer(piece).reshape(-1, width)
        if not _all_exact(part):
            return None
        array[start : start + len(part)] = part
    return array


def arrays_of_rows(rows: Iterable[Sequence[Any]], count: int, columns: Sequence[Column], codes: Sequence[str]) -> Any:
    """An array for each column of the rows, in its own dtype; None as above."""
    if set(codes) == {"d"}:
        array = block_of_rows(rows, count, len(codes))
        return None if array is None else [held(each, array[:, at]) for at, each in enumerate(columns)]
    arrays = [np.empty(count, _written(each)) for each in columns]
    layout = np.dtype({"names": [str(at) for at in range(len(codes))], "formats": [f"<{each}" for each in codes]})
    for start, piece in _pieces(rows, f"<{''.join(codes)}", count):
        if piece is None:
            return None
        part = np.frombuffer(piece, layout)
        for at, array in enumerate(arrays):
            array[start : start + len(part)] = part[str(at)]
    if not all(map(_all_exact, arrays)):
        return None
    return [held(each, array) for each, array in zip(columns, arrays, strict=True)]


def _pieces(rows: Iterable[Sequence[Any]], form: str, count: int) -> Iterator[tuple[int, bytes | None]]:
    """The bytes of as many rows as are written at once, behind the place of their first; None where one is refused."""
    write: Callable[..., bytes] = struct.Struct(form).pack
    left = starmap(write, rows)
    for start in range(0, count, AT_ONCE):
        try:
            yield start, b"".join(islice(left, AT_ONCE))
        except REFUSALS:
            yield start, None


def _all_exact(array: Any) -> bool:
    """Whether each was the same number before it was one of 64 bits; of a larger one nobody knows."""
    return array.dtype.kind != "f" or not bool((np.abs(array) >= EXACT).any())
