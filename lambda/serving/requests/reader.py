"""Makes of a request's rows what the estimator was fitted with; the one way for all forms of requests.

The signature drives it, so that the same row is the same frame, alone or in company, in whatever form it comes.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain
from typing import Any

import numpy as np

from serving.requests import batches, frames, values
from serving.requests.signature import TYPES, Column, Signature
from serving.requests.tables import Columns, Records, Rows, expected
from serving.requests.words import BadRequest, WrongValue, kind


def read(signature: Signature, table: Any) -> Any:
    """The rows as the estimator takes them: a DataFrame, an array of shape (n_rows, n_columns), or a list.

    Args:
        table: of `serving.requests.forms`; of one row at least.

    Raises:
        BadRequest: they are not such rows; row and column are named.
    """
    return CONTAINERS[signature.container](signature, table)


def _frame(signature: Signature, table: Any) -> Any:
    if signature.frame != "pandas":
        return _without_pandas(signature, table)
    import pandas as pd

    if signature.columns is None:
        signature = own_names(table)
    block = batches.block(signature, table)
    if block is not None:  # the same frame, sooner
        return pd.DataFrame(block, columns=pd.Index(signature.names))
    arrays = _arrays(signature, table)
    # of a dict, so that columns of one type lie together as in a table that pandas read
    columns = {
        # of an array of objects pandas 3 would make a column of texts, whose missing values are NaN
        at: pd.Series(each, dtype=object, copy=False) if each.dtype == object else each
        for at, each in enumerate(arrays)
    }
    frame = pd.DataFrame(columns, index=range(len(table)))
    frame.columns = pd.Index(signature.names)
    return frame


def _without_pandas(signature: Signature, table: Any) -> Any:
    """The same table as numpy's arrays, in the order in which pandas has them."""
    names, block = signature.names or [], batches.block(signature, table)
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
    if dtype == "any":  # nothing says more: numbers, or else objects
        dtype = "float64" if all(each.dtype.kind in "fiub" for each in columns) else "object"
    if dtype != "object":
        if any(each.dtype.kind == "f" for each in columns) and np.dtype(dtype).kind in "iub":
            dtype = "float64"  # for a missing value or a fraction, as in pandas
        _check_numbers(signature, table, columns)
        return np.stack(columns, axis=1).astype(dtype, copy=False) if columns else np.empty((len(table), 0))
    array = np.empty((len(table), len(columns)), dtype=object)
    for at, column in enumerate(columns):
        array[:, at] = column
    return array


def _arrays(signature: Signature, table: Any) -> list:
    """Each column of the signature, read."""
    found = batches.arrays(signature, table)
    columns = signature.read_as
    left = [place for place in range(len(columns)) if place not in found]
    for place, given in zip(left, table.columns(signature, left), strict=True):
        try:
            found[place] = values.read(columns[place], given, table.texts)
        except WrongValue as error:
            raise BadRequest(f"row {error.row} of {table.form}, column {columns[place].name}: {error}") from error
    return [found[place] for place in range(len(columns))]


def _check_numbers(signature: Signature, table: Any, columns: list) -> None:
    """An array of numbers has room for no other value, of a column that takes any."""
    for column, array in zip(signature.columns or (), columns, strict=True):
        if array.dtype.kind != "O":
            continue
        for row, value in enumerate(array):
            if not isinstance(value, (float, int, type(None))) or (type(value) is int and not values.is_exact(value)):
                error = WrongValue(row, value, TYPES["number"])
                raise BadRequest(f"row {row} of {table.form}, column {column.name}: {error}")


def _check_names(signature: Signature, table: Any) -> None:
    """A model without names takes rows by position; names would promise an order that nobody can check."""
    if isinstance(table, Rows) or not isinstance(next(iter(signature.names or ()), 0), int):
        return
    known = [str(name) for name in signature.names or ()]
    if isinstance(table, Columns) and table.texts:
        order = [str(name) for name in table.names() if str(name) in set(known)]
        if set(order) == set(known) and order != known:  # a first row of whole numbers looks so
            raise BadRequest(
                f"{table.form} names the columns by their positions in another order, or its first line has values. "
                f"Send them in order, 0 to {len(known) - 1}. {expected(signature)}"
            )
    given = table.names() if isinstance(table, Columns) else [*table.rows[0]] if isinstance(table.rows[0], dict) else []
    if not set(known) <= {str(name) for name in given}:
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


def _single(signature: Signature, table: Any) -> list:
    """The values of the only column."""
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
    known = {column.name: column for column in signature.columns}
    read_: list = []
    for number, row in enumerate(rows):
        try:
            read_.append({name: _cell(known.get(name), value) for name, value in row.items() if value != ""})
        except WrongValue as error:
            raise BadRequest(f"row {number} of {table.form}: {error}") from error
    return read_


def _cell(column: Column | None, value: Any) -> Any:
    """A cell of a CSV file, of an object whose columns may be missing."""
    return values.read(column, [value], True)[0].item() if column and column.type == "number" else value


def _unknown(signature: Signature, table: Any) -> Any:
    """Of a model that says nothing: objects are a table of their own names, other rows stay what they are."""
    if not isinstance(table, Rows):
        return _frame(Signature("frame"), table)
    if not all(isinstance(row, list) for row in table.rows):
        return list(table.rows)
    _check_typed(table, (value for row in table.rows for value in row))
    # Not of texts without a type, for which numpy would make room for the longest in each cell
    dtype = object if _has_texts(table.rows) else None
    try:
        array = np.array(table.rows, dtype)
    except ValueError as error:
        raise BadRequest(f"the rows of {table.form} have different lengths") from error
    if dtype is object and any(isinstance(each, list) for each in array.flat):
        raise BadRequest(f"the rows of {table.form} have different lengths")
    return array


def _has_texts(rows: Iterable[Any]) -> bool:
    """Whether there is a text in them, however deep."""
    left = list(rows)
    while left:
        kinds = set(map(type, left))
        if str in kinds:
            return True
        left = list(chain.from_iterable(each for each in left if type(each) is list)) if list in kinds else []
    return False


def _check_typed(table: Any, given: Iterable[Any]) -> None:
    """Without types a CSV file cannot be read: 007 may be a number or a text."""
    if table.texts and any(isinstance(value, str) for value in given):
        raise BadRequest(
            f"{table.form} has texts for all values, and nothing says which columns of this model are numbers. Send "
            "dataframe_records, or package the model with rows that it was fitted on: invoke package --example FILE"
        )


def own_names(table: Any) -> Signature:
    """The signature of a table with names, where the model has none; each column is what its values are."""
    if isinstance(table, Rows):
        raise BadRequest(
            f"{table.form} has rows without names, and this model takes a table. Send dataframe_records: a list of "
            "objects with the columns that the model was fitted with"
        )
    if isinstance(table, Records) and not all(isinstance(row, dict) for row in table.rows):
        raise BadRequest(f"the rows of {table.form} are not all objects")
    names = table.names()
    columns = Signature("frame", tuple(Column(name, "any", "any", missing="None") for name in names))
    _check_typed(table, (value for column in table.columns(columns) for value in column))
    return columns


CONTAINERS = {"frame": _frame, "array": _array, "texts": _texts, "objects": _objects, "unknown": _unknown}
