"""Converts a request's rows to what the estimator was fitted with. Requests of all forms are read here.

The signature alone decides how a row is read. So a row becomes the same input alone and among others, in every form.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain
from typing import Any

import numpy as np

from serving.requests import batches, frames, values
from serving.requests.signature import TYPES, Column, Signature
from serving.requests.tables import Columns, Records, Rows, expected
from serving.requests.wording import BadRequest, WrongValue, kind


def read(signature: Signature, table: Any) -> Any:
    """Return the rows as the estimator takes them: a DataFrame, an array of shape (n_rows, n_columns), or a list.

    Args:
        table: the rows, as `serving.requests.forms` returns them. There is at least one.

    Raises:
        BadRequest: the rows are of another kind; the message names the row and the column.
    """
    return CONTAINERS[signature.container](signature, table)


def _frame(signature: Signature, table: Any) -> Any:
    if signature.frame != "pandas":
        return _without_pandas(signature, table)
    import pandas as pd

    if signature.columns is None:
        signature = own_names(table)
    block = batches.block(signature, table)
    if block is not None:  # this makes the same frame faster
        return pd.DataFrame(block, columns=pd.Index(signature.names))
    arrays = _arrays(signature, table)
    # From a dict, pandas puts columns of one type together, as in a table that it has read itself
    columns = {
        # From an array of objects, pandas 3 would make a column of texts, whose missing values are NaN
        at: pd.Series(array, dtype=object, copy=False) if array.dtype == object else array
        for at, array in enumerate(arrays)
    }
    frame = pd.DataFrame(columns, index=range(len(table)))
    frame.columns = pd.Index(signature.names)
    return frame


def _without_pandas(signature: Signature, table: Any) -> Any:
    """Return the same table as numpy's arrays, in the order in which pandas has them."""
    names: list[Any] = signature.names or []
    block = batches.block(signature, table)
    if block is not None:
        return block if signature.frame == "array" else frames.Frame.of_block(names, block)
    arrays = _arrays(signature, table)
    return frames.stacked(arrays) if signature.frame == "array" else frames.Frame(names, arrays)


def _array(signature: Signature, table: Any) -> Any:
    dtype = signature.dtype or "float64"
    _check_names(signature, table)
    block = batches.block(signature, table, "C") if dtype in ("float64", "float32", "any") else None
    if block is not None:
        return block if dtype == "any" else block.astype(dtype, copy=False)
    columns = _arrays(signature, table)
    if dtype == "any":  # the dtype is not known: numbers if possible, and else objects
        dtype = "float64" if all(column.dtype.kind in "fiub" for column in columns) else "object"
    if dtype != "object":
        if any(column.dtype.kind == "f" for column in columns) and np.dtype(dtype).kind in "iub":
            dtype = "float64"  # for a missing value or a fraction, as pandas does
        _check_numbers(signature, table, columns)
        return np.stack(columns, axis=1).astype(dtype, copy=False) if columns else np.empty((len(table), 0))
    array = np.empty((len(table), len(columns)), dtype=object)
    for at, column in enumerate(columns):
        array[:, at] = column
    return array


def _arrays(signature: Signature, table: Any) -> list[Any]:
    """Read each column of the signature."""
    arrays = batches.arrays(signature, table)
    columns = signature.read_as
    left = [place for place in range(len(columns)) if place not in arrays]
    for place, cells in zip(left, table.columns(signature, left), strict=True):
        try:
            arrays[place] = values.read(columns[place], cells, table.texts)
        except WrongValue as error:
            raise BadRequest(f"row {error.row} of {table.form}, column {columns[place].name}: {error}") from error
    return [arrays[place] for place in range(len(columns))]


def _check_numbers(signature: Signature, table: Any, columns: list[Any]) -> None:
    """Refuse values that an array of numbers cannot hold, although their column takes any value."""
    for column, array in zip(signature.columns or (), columns, strict=True):
        if array.dtype.kind != "O":
            continue
        for row, value in enumerate(array):
            if not isinstance(value, (float, int, type(None))) or (type(value) is int and not values.is_exact(value)):
                error = WrongValue(row, value, TYPES["number"])
                raise BadRequest(f"row {row} of {table.form}, column {column.name}: {error}")


def _check_names(signature: Signature, table: Any) -> None:
    """Refuse names for a model that takes rows by position, because the order of the names cannot be checked."""
    if isinstance(table, Rows) or not isinstance(next(iter(signature.names or ()), 0), int):
        return
    positions = [str(name) for name in signature.names or ()]
    if isinstance(table, Columns) and table.texts:
        order = [str(name) for name in table.names() if str(name) in set(positions)]
        if set(order) == set(positions) and order != positions:  # a first row of whole numbers looks like this
            raise BadRequest(
                f"{table.form} names the columns by their positions in another order, or its first line holds values. "
                f"Send them in order, 0 to {len(positions) - 1}. {expected(signature)}"
            )
    names = table.names() if isinstance(table, Columns) else [*table.rows[0]] if isinstance(table.rows[0], dict) else []
    if not set(positions) <= {str(name) for name in names}:
        raise BadRequest(
            "this model was fitted without feature names: send instances, or name the columns by their positions, "
            f"0 to {len(signature.names or ()) - 1}. {expected(signature)}"
        )


def _texts(signature: Signature, table: Any) -> Any:
    texts = _single(signature, table)
    for number, text in enumerate(texts):
        if not isinstance(text, str):
            raise BadRequest(f"row {number} of {table.form} is {kind(text)}, not a text. {expected(signature)}")
    return texts


def _single(signature: Signature, table: Any) -> list[Any]:
    """Return the values of the only column."""
    if isinstance(table, Rows):
        return [row[0] if isinstance(row, list) and len(row) == 1 else row for row in table.rows]
    names = table.names() if isinstance(table, Columns) or isinstance(table.rows[0], dict) else []
    if len(names) != 1:
        raise BadRequest(f"{table.form} has {len(names)} columns; this model takes texts. {expected(signature)}")
    only = Signature("frame", (Column(names[0], "any", "object"),))
    return list(table.columns(only)[0])


def _objects(signature: Signature, table: Any) -> Any:
    if isinstance(table, Columns):
        rows = [dict(zip(table.names(), row, strict=True)) for row in zip(*table.values.values(), strict=True)]
    else:
        rows = list(table.rows)
    if not table.texts or signature.columns is None:
        return rows
    columns = {column.name: column for column in signature.columns}
    read_: list[Any] = []
    for number, row in enumerate(rows):
        try:
            read_.append({name: _cell(columns.get(name), value) for name, value in row.items() if value != ""})
        except WrongValue as error:
            raise BadRequest(f"row {number} of {table.form}: {error}") from error
    return read_


def _cell(column: Column | None, value: Any) -> Any:
    """Read a cell of a CSV file for an object, which need not have all columns."""
    return values.read(column, [value], True)[0].item() if column and column.type == "number" else value


def _unknown(signature: Signature, table: Any) -> Any:
    """Read rows for a model whose input is not known. Objects become a table with their own names."""
    if not isinstance(table, Rows):
        return _frame(Signature("frame"), table)
    if not all(isinstance(row, list) for row in table.rows):
        return list(table.rows)
    _check_typed(table, (value for row in table.rows for value in row))
    # Not an array of texts, for which numpy would make room for the longest text in every cell
    dtype = object if _has_texts(table.rows) else None
    try:
        array = np.array(table.rows, dtype)
    except ValueError as error:
        raise BadRequest(f"the rows of {table.form} have different lengths") from error
    if dtype is object and any(isinstance(value, list) for value in array.flat):
        raise BadRequest(f"the rows of {table.form} have different lengths")
    return array


def _has_texts(rows: Iterable[Any]) -> bool:
    """Return whether there is a text among nested rows, at any depth."""
    left = list(rows)
    while left:
        kinds = set(map(type, left))
        if str in kinds:
            return True
        left = list(chain.from_iterable(row for row in left if type(row) is list)) if list in kinds else []
    return False


def _check_typed(table: Any, cells: Iterable[Any]) -> None:
    """Refuse a CSV file for a model without types, because 007 may be a number or a text there."""
    if table.texts and any(isinstance(value, str) for value in cells):
        raise BadRequest(
            f"{table.form} has texts for all values, and nothing says which columns of this model hold numbers. Send "
            "dataframe_records, or package the model with rows that it was fitted on: invoke package --example FILE"
        )


def own_names(table: Any) -> Signature:
    """Return a signature with the table's own names, for a model without names. The values decide the types."""
    if isinstance(table, Rows):
        raise BadRequest(
            f"{table.form} has rows without names, and this model takes a table. Send dataframe_records: a list of "
            "objects with the columns that the model was fitted with"
        )
    if isinstance(table, Records) and not all(isinstance(row, dict) for row in table.rows):
        raise BadRequest(f"the rows of {table.form} are not all objects")
    names = table.names()
    signature = Signature("frame", tuple(Column(name, "any", "any", missing="None") for name in names))
    _check_typed(table, (value for column in table.columns(signature) for value in column))
    return signature


CONTAINERS = {"frame": _frame, "array": _array, "texts": _texts, "objects": _objects, "unknown": _unknown}
