"""Reads a column of a request: the values of JSON, or the texts of a CSV file, as the signature says that they are.

What a value becomes never depends on the others of its column. The one exception is an integer column, which becomes
one of numbers for a missing value or a fraction, as it does in pandas; packaging shows that the model answers alike,
or makes the column strict.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Sequence
from typing import Any

import numpy as np

from serving.requests import cells, light, packing, times
from serving.requests.packing import EXACT
from serving.requests.signature import NUMPY_FLOATS, NUMPY_INTEGERS, TYPES, Column
from serving.requests.words import WrongValue, is_missing


def read(column: Column, values: Sequence[Any], texts: bool) -> Any:
    """A column's values as an array of numpy's or of pandas', of shape (n_rows,) and the column's dtype.

    Args:
        values: of JSON.
        texts: whether they come from a CSV file, where a text may stand for a number.

    Raises:
        WrongValue: one that the column does not take.
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


def _numbers(column: Column, values: list) -> Any:
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


def _are_small(values: list) -> bool:
    """Whether all of these numbers are known to be the same in 64 bits."""
    try:
        return not bool((np.abs(np.array(values, dtype=float)) >= EXACT).any())
    except OverflowError:
        return False


def is_exact(value: int) -> bool:
    """Whether a number of 64 bits is the same."""
    try:
        return float(value) == value
    except OverflowError:
        return False


def _integers(column: Column, values: list) -> Any:
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
        int(each) if type(each) is float and math.isfinite(each) and each == int(each) else each for each in values
    ]
    if set(map(type, whole)) <= {int, bool}:
        return _whole(column, whole, numpys)
    if numpys:
        _whole(column, [each for each in whole if type(each) is int], numpys)  # their range
        return _numbers(Column(column.name, "number", "float64"), values)
    return _whole(column, [None if is_missing(each) else each for each in whole], numpys)


def _whole(column: Column, values: list, numpys: bool) -> Any:
    try:
        if numpys:
            return np.array(values, dtype=column.dtype)
        return _of_pandas(column, values)
    except OverflowError:
        pass
    except TypeError:  # of pandas, for a number that is too large
        pass
    info = np.iinfo(column.dtype.lower())
    for row, value in enumerate(values):
        if value is not None and not info.min <= value <= info.max:
            raise WrongValue(row, value, f"a whole number from {info.min} to {info.max}")
    raise WrongValue(0, values[0], "a whole number")


def _booleans(column: Column, values: list) -> Any:
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


def _texts(column: Column, values: list) -> Any:
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


def _categories(column: Column, values: list) -> Any:
    codes, places = _codes(column, values)
    if column.dtype != "category":
        return light.categories(column, values, codes, [each for _, each in places])
    import pandas as pd

    labels = _labels(column, values, [each for _, each in places])
    return pd.Categorical.from_codes(codes, categories=labels, ordered=column.ordered)


def _codes(column: Column, values: list) -> tuple[list[int], Collection[tuple[bool, Any]]]:
    """For each value the place of its category among those that are known and those that the request adds."""
    known = list(column.categories or ())
    places = {(type(each) is str, each): at for at, each in enumerate(known)}
    codes = []
    for row, value in enumerate(values):
        if is_missing(value):
            codes.append(-1)
            continue
        if not isinstance(value, (str, int, float, bool)):
            raise WrongValue(row, value, "a category")
        if known and isinstance(value, str) != isinstance(known[0], str):
            raise WrongValue(
                row, value, f"{'a text' if isinstance(known[0], str) else 'a number'}, as its categories are"
            )
        # one that the model was not fitted with stays what it is: what that means is for the model to say
        codes.append(places.setdefault((type(value) is str, value), len(places)))
    return codes, places


def _labels(column: Column, values: list, known: list) -> Any:
    """The categories as pandas has them, with those of a request that the model was not fitted with."""
    import pandas as pd

    try:
        labels = pd.Index(known, dtype=column.categories_dtype)
        if labels.is_unique:
            return labels
    except (ValueError, OverflowError, TypeError):  # of one that is none of their dtype
        pass
    seen = set(column.categories or ())
    for row, value in enumerate(values):
        if is_missing(value) or value in seen:
            continue
        try:
            label = pd.Index([value], dtype=column.categories_dtype)[0]
        except (ValueError, OverflowError, TypeError):
            label = None
        if label is None or label in seen or label != value:
            raise WrongValue(row, value, f"a value of {column.categories_dtype}, as its categories are")
        seen.add(label)
    raise AssertionError("each category can be held, and not all")


def _any(column: Column, values: list) -> Any:
    """Values as they come: a column of numbers, of booleans or of objects."""
    kinds = set(map(type, values))
    if column.dtype != "object":
        if kinds == {bool}:
            return np.array(values, dtype=bool)
        if kinds <= {float, int, bool, type(None)} and (kinds & {float, int} or kinds == {type(None)}):
            return _numbers(Column(column.name, "number", "float64"), values)
    return objects([_missing(column, row) if value is None else value for row, value in enumerate(values)])


def _of_pandas(column: Column, values: list) -> Any:
    """One of pandas' own arrays, which know their missing values."""
    import pandas as pd

    return pd.array(values, dtype=column.dtype)


def _missing(column: Column, row: int) -> Any:
    if column.missing is None:
        raise WrongValue(row, None, f"{TYPES[column.type]}: this model has no missing values here")
    if column.missing in ("NA", "NaT"):
        import pandas as pd

        return getattr(pd, column.missing)
    return {"NaN": math.nan, "None": None}[column.missing]


def _refuse(column: Column, values: list, taken: tuple[type, ...]) -> None:
    for row, value in enumerate(values):
        if type(value) not in taken:
            raise WrongValue(row, value, TYPES[column.type])


def objects(values: list, kinds: set[type] | None = None) -> Any:
    """An array of objects, which numpy does not look into.

    Args:
        kinds: their types, where they are known.
    """
    array = np.empty(len(values), dtype=object)
    if (kinds or set(map(type, values))) <= PLAIN:
        array[:] = values
        return array
    for at, value in enumerate(values):  # one by one: of a list of lists numpy would make another shape
        array[at] = value
    return array


PLAIN = {str, float, int, bool, type(None)}

READERS: dict[str, Callable[[Column, list], Any]] = {
    "number": _numbers,
    "integer": _integers,
    "boolean": _booleans,
    "text": _texts,
    "category": _categories,
    "datetime": times.times,
    "timedelta": times.durations,
    "any": _any,
}
