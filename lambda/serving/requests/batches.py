"""Reads all columns of a table that hold nothing but numbers at once, however many rows there are.

The result is the same to the bit as what `serving.requests.values` reads value by value. Where it might not be the
same, the values are left to that module.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from serving.requests import packing
from serving.requests.packing import Picked
from serving.requests.signature import Signature
from serving.requests.tables import Columns, Transposed

if TYPE_CHECKING:
    from serving.requests.packing import Order


def block(signature: Signature, table: Any, order: Order = "F") -> Any:
    """Return a table of nothing but numbers of one dtype as an array of shape (n_rows, n_columns).

    Args:
        order: "F" keeps each column in one piece, and "C" each row.

    Returns:
        None where the signature has other columns, or where the table has to be read value by value.
    """
    dtype = signature.written.dtype
    if dtype is None:
        return None
    array = _block_of_cells(signature, table, order) if table.texts else _block(signature, table, order)
    return None if array is None else array.astype(dtype, copy=False)


def _block(signature: Signature, table: Any, order: Order) -> Any:
    if isinstance(table, Columns) and not isinstance(table.values, Transposed):
        return _block_by_name(signature, table, order)
    first = _first(signature, table)
    rows = table.picked(signature, range(signature.width or 0))
    if first is None or rows is None or None in signature.written.codes_of(first):
        return None
    return packing.block_of_rows(rows, signature.width or 0, order)


def _block_by_name(signature: Signature, table: Columns, order: Order) -> Any:
    keys = table.keys(signature)
    if not all(key in table.values for key in keys):
        return None
    columns = [table.values[key] for key in keys]
    if None in signature.written.codes_of([values[0] for values in columns]):
        return None
    if len(table) < len(keys):  # writing them as rows is faster
        return packing.block_of_rows(Picked(list(zip(*columns, strict=True))), len(keys), order)
    array = packing.block_of_columns(columns, len(table))
    return array if array is None or order == "F" else array.copy("C")


def _block_of_cells(signature: Signature, table: Any, order: Order) -> Any:
    columns, keys = signature.columns or (), _keys_of_cells(signature, table)
    if keys is None or any(column.type == "integer" or not packing.takes_cells(column) for column in columns):
        return None
    array, failed = table.values.numbers(keys, columns)
    return None if failed else array.T if order == "F" else array.T.copy("C")


def _keys_of_cells(signature: Signature, table: Any) -> Any:
    """Return the names of the columns in a CSV file that is read as a grid; None otherwise, or if it lacks one."""
    from serving.requests.grid import Grid  # few requests are CSV files

    if not isinstance(table, Columns) or not isinstance(table.values, Grid):
        return None
    keys = table.keys(signature)
    return keys if all(key in table.values for key in keys) else None


def arrays(signature: Signature, table: Any) -> dict[int, Any]:
    """Return the columns that could be read at once, by their positions. The others are read value by value."""
    columns = signature.columns or ()
    if table.texts:
        return _arrays_of_cells(signature, table)
    first = _first(signature, table)
    if first is None:
        return {}
    codes = dict(enumerate(signature.written.codes_of(first)))
    places = [place for place, code in codes.items() if code]
    rows = table.picked(signature, places) if places else None
    if rows is None:
        return {}
    read = packing.arrays_of_rows(rows, [columns[place] for place in places], [codes[place] or "" for place in places])
    return {} if read is None else dict(zip(places, read, strict=True))


def _arrays_of_cells(signature: Signature, table: Any) -> dict[int, Any]:
    columns, keys = signature.columns or (), _keys_of_cells(signature, table)
    places = [] if keys is None else [place for place, column in enumerate(columns) if packing.takes_cells(column)]
    if not places:
        return {}
    numbers, failed = table.values.numbers([keys[place] for place in places], [columns[place] for place in places])
    read = {
        place: packing.cells_in_own_dtype(columns[place], numbers[at])
        for at, place in enumerate(places)
        if at not in failed
    }
    return {place: array for place, array in read.items() if array is not None}


def _first(signature: Signature, table: Any) -> Any:
    """Return the values of the first row, or None where that row does not have one value for each column."""
    try:
        rows = table.picked(signature, range(len(signature.columns or ())))
        first = None if rows is None else rows.first()
        return first if isinstance(first, (list, tuple)) and len(first) == signature.width else None
    except (KeyError, IndexError, TypeError):
        return None
