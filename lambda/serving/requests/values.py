"""Reads a column of a request: converts JSON values, or the texts of a CSV file, to the type that the signature names.

What a value becomes never depends on the other values of its column. The only exception is an integer column, which a
missing value or a fraction turns into a column of numbers, as in pandas. Packaging checks that the model then gives the
same answers, and makes the column strict if it does not.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Sequence
from typing import Any

import numpy as np

from serving.requests import cells, packing, times, without_pandas
from serving.requests.packing import EXACT
from serving.requests.signature import NUMPY_FLOATS, NUMPY_INTEGERS, TYPES, Column
from serving.requests.wording import WrongValue, is_missing


def read(column: Column, values: Sequence[Any], texts: bool) -> Any:
    """Return a column's values as an array of numpy or pandas, of shape (n_rows,) and the column's dtype.

    Args:
        values: JSON values.
        texts: whether they come from a CSV file, where a text may stand for a number.

    Raises:
        WrongValue: the column does not take one of them.
    """
    if texts:
        array = cells.numbers(column, values)
        if array is not None:
            return array
        values = cells.read_all(column, values)
    array = packing.of_column(column, values)
    if array is not None:
        return array
    return READERS[column.type](column, list(values))


def _numbers(column: Column, values: list[Any]) -> Any:
    kinds = set(map(type, values))
    if not kinds <= {float, int, bool, type(None)}:
        _refuse(column, values, (float, int, bool, type(None)))
    if column.dtype == "object":
        return objects([_missing(column, row) if value is None else value for row, value in enumerate(values)])
    if type(None) in kinds:
        values = [math.nan if value is None else value for value in values]
    if int in kinds and not _are_small(values):
        for row, value in enumerate(values):
            if type(value) is int and not -EXACT <= value <= EXACT and not is_exact(value):
                raise WrongValue(row, value, "a number of at most 53 bits, as the model was fitted with")
    if column.dtype in NUMPY_FLOATS:
        return np.array(values, dtype=float).astype(column.dtype, copy=False)
    return _of_pandas(column, values)


def _are_small(values: list[Any]) -> bool:
    """Return whether all of these numbers are certain to be the same as 64-bit floats."""
    try:
        return not bool((np.abs(np.array(values, dtype=float)) >= EXACT).any())
    except OverflowError:
        return False


def is_exact(value: int) -> bool:
    """Return whether a 64-bit float can hold exactly this number."""
    try:
        return float(value) == value
    except OverflowError:
        return False


def _integers(column: Column, values: list[Any]) -> Any:
    kinds = set(map(type, values))
    if not kinds <= {float, int, bool, type(None)}:
        _refuse(column, values, (float, int, bool, type(None)))
    numpys = column.dtype in NUMPY_INTEGERS
    if kinds <= {int, bool}:
        return _whole(column, values, numpys)
    for row, value in enumerate(values):
        if numpys and column.strict and is_missing(value):
            raise WrongValue(row, value, "a whole number: this model has no missing values here")
        if (column.strict or not numpys) and type(value) is float and math.isfinite(value) and not value.is_integer():
            raise WrongValue(row, value, "a whole number")
    whole = [
        int(value) if type(value) is float and math.isfinite(value) and value == int(value) else value
        for value in values
    ]
    if set(map(type, whole)) <= {int, bool}:
        return _whole(column, whole, numpys)
    if numpys:
        _whole(column, [value for value in whole if type(value) is int], numpys)  # refuses those out of its range
        return _numbers(Column(column.name, "number", "float64"), values)
    return _whole(column, [None if is_missing(value) else value for value in whole], numpys)


def _whole(column: Column, values: list[Any], numpys: bool) -> Any:
    try:
        if numpys:
            return np.array(values, dtype=column.dtype)
        return _of_pandas(column, values)
    except OverflowError:
        pass
    except TypeError:  # pandas raises it for a number that is too large
        pass
    info = np.iinfo(column.dtype.lower())
    for row, value in enumerate(values):
        if value is not None and not info.min <= value <= info.max:
            raise WrongValue(row, value, f"a whole number from {info.min} to {info.max}")
    raise WrongValue(0, values[0], "a whole number")


def _booleans(column: Column, values: list[Any]) -> Any:
    if column.dtype == "bool" and set(map(type, values)) == {bool}:
        return np.array(values, dtype=bool)
    read_: list[Any] = []
    for row, value in enumerate(values):
        if value is None or value is True or value is False:
            read_.append(value)
        elif type(value) in (int, float) and value in (0, 1):
            read_.append(bool(value))
        elif type(value) is float and math.isnan(value):
            read_.append(None)
        else:
            raise WrongValue(row, value, "true or false")
    if column.dtype == "bool":
        if None in read_:
            raise WrongValue(read_.index(None), None, "true or false: this model has no missing values here")
        return np.array(read_, dtype=bool)
    if column.dtype == "object":
        return objects([_missing(column, row) if value is None else value for row, value in enumerate(read_)])
    return _of_pandas(column, read_)


def _texts(column: Column, values: list[Any]) -> Any:
    kinds = set(map(type, values))
    if not kinds <= {str, type(None)}:
        kinds.add(type(None))
        values = [None if type(value) is float and math.isnan(value) else value for value in values]
        _refuse(column, values, (str, type(None)))
    if column.dtype == "object":
        if type(None) in kinds:
            values = [_missing(column, row) if value is None else value for row, value in enumerate(values)]
            kinds = set(map(type, values))
        return objects(values, kinds)
    return _of_pandas(column, values)


def _categories(column: Column, values: list[Any]) -> Any:
    codes, places = _codes(column, values)
    if column.dtype != "category":
        return without_pandas.categories(column, values, codes, [category for _, category in places])
    import pandas as pd

    labels = _labels(column, values, [category for _, category in places])
    return pd.Categorical.from_codes(codes, categories=labels, ordered=column.ordered)


def _codes(column: Column, values: list[Any]) -> tuple[list[int], Collection[tuple[bool, Any]]]:
    """Return for each value the position of its category among the known ones and those that the request adds."""
    categories = list(column.categories or ())
    places = {(type(category) is str, category): at for at, category in enumerate(categories)}
    codes = []
    for row, value in enumerate(values):
        if is_missing(value):
            codes.append(-1)
            continue
        if not isinstance(value, (str, int, float, bool)):
            raise WrongValue(row, value, "a category")
        if categories and isinstance(value, str) != isinstance(categories[0], str):
            raise WrongValue(
                row, value, f"{'a text' if isinstance(categories[0], str) else 'a number'}, as its categories are"
            )
        # A category that the model was not fitted with is passed on unchanged: the model decides what to do with it
        codes.append(places.setdefault((type(value) is str, value), len(places)))
    return codes, places


def _labels(column: Column, values: list[Any], categories: list[Any]) -> Any:
    """Return the categories as pandas has them, including those of the request that the model was not fitted with."""
    import pandas as pd

    try:
        labels = pd.Index(categories, dtype=column.categories_dtype)
        if labels.is_unique:
            return labels
    except (ValueError, OverflowError, TypeError):  # one of them does not fit their dtype
        pass
    accepted = set(column.categories or ())
    for row, value in enumerate(values):
        if is_missing(value) or value in accepted:
            continue
        try:
            label = pd.Index([value], dtype=column.categories_dtype)[0]
        except (ValueError, OverflowError, TypeError):
            label = None
        if label is None or label in accepted or label != value:
            raise WrongValue(row, value, f"a value of {column.categories_dtype}, as its categories are")
        accepted.add(label)
    raise AssertionError("every single category fits the dtype, but all of them together do not")


def _any(column: Column, values: list[Any]) -> Any:
    """Read values as they come: as a column of numbers, of booleans or of objects."""
    kinds = set(map(type, values))
    if column.dtype != "object":
        if kinds == {bool}:
            return np.array(values, dtype=bool)
        if kinds <= {float, int, bool, type(None)} and (kinds & {float, int} or kinds == {type(None)}):
            return _numbers(Column(column.name, "number", "float64"), values)
    return objects([_missing(column, row) if value is None else value for row, value in enumerate(values)])


def _of_pandas(column: Column, values: list[Any]) -> Any:
    """Return one of pandas' own arrays, which mark missing values themselves."""
    import pandas as pd

    return pd.array(values, dtype=column.dtype)


def _missing(column: Column, row: int) -> Any:
    if column.missing is None:
        raise WrongValue(row, None, f"{TYPES[column.type]}: this model has no missing values here")
    if column.missing in ("NA", "NaT"):
        import pandas as pd

        return getattr(pd, column.missing)
    return {"NaN": math.nan, "None": None}[column.missing]


def _refuse(column: Column, values: list[Any], taken: tuple[type, ...]) -> None:
    for row, value in enumerate(values):
        if type(value) not in taken:
            raise WrongValue(row, value, TYPES[column.type])


def objects(values: list[Any], kinds: set[type] | None = None) -> Any:
    """Return an array of objects, without letting numpy look into them.

    Args:
        kinds: the types of the values, where they are known.
    """
    array = np.empty(len(values), dtype=object)
    if (kinds or set(map(type, values))) <= PLAIN:
        array[:] = values
        return array
    for at, value in enumerate(values):  # one by one, since numpy would give a list of lists another shape
        array[at] = value
    return array


PLAIN = {str, float, int, bool, type(None)}

READERS: dict[str, Callable[[Column, list[Any]], Any]] = {
    "number": _numbers,
    "integer": _integers,
    "boolean": _booleans,
    "text": _texts,
    "category": _categories,
    "datetime": times.times,
    "timedelta": times.durations,
    "any": _any,
}
