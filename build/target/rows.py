"""Makes the rows to ask a model: as pandas and numpy have them, and as requests have them.

It runs under the target's interpreter. Nothing here reads a request: the rows that `serving.requests` reads from a
request are compared with these rows.
"""

from __future__ import annotations

import io
import json
import math
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from serving.requests.signature import Column, Signature

MOST = 60  # the most rows that are asked
SINGLE = 8  # the number of these rows that are also asked alone
MOST_NULLS = 20  # the most columns that are tried without a value


def choose(value: Any) -> Any:
    """Choose rows of an example: for each column the first row with a missing value, and then rows from all parts."""
    count = len(value)
    if count <= MOST:
        return value
    places: list[int] = []
    if hasattr(value, "isna"):
        for at in range(min(value.shape[1], MOST_NULLS)):
            places += np.flatnonzero(value.iloc[:, at].isna().to_numpy())[:1].tolist()
    places += np.linspace(0, count - 1, MOST - len(set(places))).astype(int).tolist()
    return take(value, list(dict.fromkeys(places)))


def take(value: Any, places: list[int]) -> Any:
    """Return the rows at some places."""
    if hasattr(value, "iloc"):
        return value.iloc[places]
    return value[places] if isinstance(value, np.ndarray) else [value[at] for at in places]


def made_up(signature: Signature) -> Any:
    """Make up rows for a signature, if there is no example, from its categories and from numbers, texts and times."""
    if signature.container == "texts":
        return ["good fine", "bad awful", "something else"]
    if signature.columns is None:
        return None
    if any(column.type == "category" and not column.categories for column in signature.columns):
        return None
    count = 6
    cells = [[sample(column, row + at) for at, column in enumerate(signature.columns)] for row in range(count)]
    return of_cells(signature, cells)


def sample(column: Column, turn: int) -> Any:
    """Return one of the values that a column accepts."""
    categories = column.categories or ()
    if categories:
        return categories[turn % len(categories)]
    by_type: dict[str, tuple[Any, ...]] = {
        "number": (0, 0.5, 1, -1.5, 2, 10),
        "integer": (0, 1, 2, 3, 5, 10),
        "boolean": (True, False),
        "text": ("good fine", "bad", "a"),
        "datetime": ("2026-01-31T12:30:00", "2024-02-29T00:00:00"),
        "timedelta": ("P1DT2H",),
        "any": ("a", "b") if column.dtype == "object" else (0, 1, 2),
    }
    values = by_type[column.type]
    return values[turn % len(values)]


def of_cells(signature: Signature, cells: list[list[Any]]) -> Any:
    """Make the table or the array that a signature describes, from rows of JSON values."""
    columns = signature.columns or ()
    if signature.container == "array":
        return _array(signature, cells)
    import pandas

    by_place = {}
    for at, column in enumerate(columns):
        values = [missing(column) if row[at] is None else row[at] for row in cells]
        by_place[at] = series(pandas, column, values)
    frame = pandas.DataFrame(by_place)
    frame.columns = [column.name for column in columns]
    return frame


def _array(signature: Signature, cells: list[list[Any]]) -> Any:
    columns, dtype = signature.columns or (), signature.dtype
    if dtype == "any":
        dtype = "object" if any(isinstance(value, str) for row in cells for value in row) else "float64"
    if dtype == "object":
        array = np.empty((len(cells), len(columns)), dtype=object)
        for row, values in enumerate(cells):
            for at, value in enumerate(values):
                array[row, at] = missing(columns[at]) if value is None else value
        return array
    return np.array([[math.nan if value is None else value for value in row] for row in cells], dtype=dtype)


def series(pandas: Any, column: Column, values: list[Any]) -> Any:
    """Make one column of a table."""
    if column.type == "category":
        labels = pandas.Index(list(column.categories or ()), dtype=column.categories_dtype)
        return pandas.Categorical(values, categories=labels, ordered=column.ordered)
    if column.type == "datetime":
        return pandas.Series(pandas.to_datetime(values, utc=", " in column.dtype or None)).astype(column.dtype)
    dtype = column.dtype
    if column.type == "integer" and any(isinstance(value, float) and math.isnan(value) for value in values):
        dtype = "float64"
    if column.type == "any" and dtype != "object":
        dtype = "float64" if not any(isinstance(value, str) for value in values) else "object"
    return pandas.Series(values, dtype=dtype)


def missing(column: Column) -> Any:
    """Return a column's missing value."""
    if column.missing in ("NA", "NaT"):
        import pandas

        return getattr(pandas, column.missing)
    return None if column.missing == "None" else math.nan


def without(value: Any, signature: Signature) -> list[tuple[str | int, Any, list[Any]]]:
    """Return copies of the first row, each with one value missing.

    Returns:
        For each copy, the column's name, the row as the estimator gets it, and the row of JSON values.
    """
    copies = []
    for at, column in enumerate((signature.columns or ())[:MOST_NULLS]):
        if column.missing is None or column.strict:
            continue
        row = cells(take(value, [0]))
        row[0][at] = None
        try:
            copies.append((column.name, of_cells(signature, row), row))
        except (TypeError, ValueError):
            continue
    return copies


def cells(value: Any) -> list[Any]:
    """Return rows as lists of JSON values."""
    if hasattr(value, "iloc"):
        columns = [[cell(item) for item in value.iloc[:, at]] for at in range(value.shape[1])]
        return [list(row) for row in zip(*columns, strict=True)]
    if isinstance(value, np.ndarray):
        return [[cell(item) for item in row] for row in (value.tolist() if value.dtype != object else value)]
    return [cell(row) for row in value]


def cell(value: Any) -> Any:
    """Return a value as a JSON value."""
    if isinstance(value, dict):
        return {name: cell(item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [cell(item) for item in value]
    if value is None or type(value).__name__ in ("NaTType", "NAType"):
        return None
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and math.isnan(value):
        return None
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return value


def texts(value: Any) -> list[list[str]] | None:
    """Return rows as the texts in a CSV file that pandas writes, or None if they have no columns."""
    import csv

    if isinstance(value, np.ndarray):
        import pandas

        value = pandas.DataFrame(value)
    if not hasattr(value, "to_csv"):
        return None
    return list(csv.reader(io.StringIO(value.to_csv(index=False, header=False))))


def plain(predictions: Any, count: int) -> list[Any] | None:
    """Return predictions for `count` rows as JSON values, without the handler's code.

    Returns:
        None if only the handler knows how to write them.
    """
    try:
        listed = _plain(_by_row(predictions, count))
        json.dumps(listed).encode()
    except (TypeError, ValueError):
        return None
    return listed if isinstance(listed, list) else None


def _by_row(predictions: Any, count: int) -> Any:
    if hasattr(predictions, "toarray"):
        return predictions.toarray()
    if hasattr(predictions, "itertuples"):  # a DataFrame
        return list(predictions.itertuples(index=False, name=None))
    if hasattr(predictions, "to_list"):  # a Series
        return predictions.to_list()
    outputs = isinstance(predictions, list) and predictions
    if outputs and all(getattr(output, "ndim", 0) == 2 and len(output) == count for output in predictions):
        return [list(row) for row in zip(*predictions, strict=True)]  # there is an array for each output
    return predictions


def _plain(value: Any) -> Any:
    if isinstance(value, np.ndarray) and value.dtype.kind in "biufUO":
        value = value.tolist()
    elif isinstance(value, np.generic) and value.dtype.kind in "biufU":
        value = value.item()
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, dict) and all(isinstance(name, str) for name in value):
        return {name: _plain(item) for name, item in value.items()}
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if value is None or isinstance(value, (bool, int, str)):
        return value
    raise TypeError(type(value).__name__)
