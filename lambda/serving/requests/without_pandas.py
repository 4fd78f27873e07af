"""Says which tables can be held without pandas, and makes the columns of categories that such a table has."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from serving.requests.signature import NUMPY_FLOATS, NUMPY_INTEGERS, Column, Signature
from serving.requests.wording import WrongValue

PLAIN = ("object", "bool", *NUMPY_FLOATS, *NUMPY_INTEGERS)  # the types of columns that numpy has
TEXTS = ("object", "str")  # "str" is the type of texts in pandas 3, whose missing value is NaN


def why_not(signature: Signature) -> str | None:
    """Return why a model's tables need pandas whatever the model does with them, or None if they do not."""
    if signature.container != "frame" or signature.columns is None:
        return "nothing says which columns the model takes"
    if len(set(signature.names or ())) < len(signature.columns):
        return "two of its columns have the same name"
    for column in signature.columns:
        if not isinstance(column.name, str):
            return f"the name of column {column.name} is not a text"
        if column.missing in ("NA", "NaT"):
            return f"a missing value of column {column.name} is pandas' own {column.missing}"
        if column.type == "category":
            if column.categories_dtype not in (*PLAIN, "str", None):
                return f"the categories of column {column.name} are of pandas' own type {column.categories_dtype}"
        elif column.dtype not in (*PLAIN, "any", *(TEXTS if column.type == "text" else ())):
            return f"column {column.name} is of pandas' own type {column.dtype}"
    return None


def is_numbers(signature: Signature) -> bool:
    """Return whether all columns hold numbers or booleans of numpy's types, so that one array can hold them."""
    return all(
        column.type in ("number", "integer", "boolean") and column.dtype in PLAIN and column.dtype != "object"
        for column in signature.columns or ()
    )


def categories(column: Column, values: list[Any], codes: list[int], all_categories: list[Any]) -> Any:
    """Return a column of categories as pandas converts one to an array: texts become objects, and numbers stay numbers.

    Args:
        codes: for each value the position of its category among the known ones; -1 for a missing value.
        all_categories: the categories of the model, and those that the request adds.

    Raises:
        WrongValue: the dtype of the other categories cannot hold a value.
    """
    dtype = np.dtype("object" if column.categories_dtype in (None, *TEXTS) else column.categories_dtype)
    if dtype.kind != "O":
        for row, (value, code) in enumerate(zip(values, codes, strict=True)):
            if code >= len(column.categories or ()) and not _is_held(value, dtype):
                raise WrongValue(row, value, f"a value of {dtype}, as its categories are")
    if -1 in codes:
        dtype = np.dtype("float64") if dtype.kind in "iu" else dtype if dtype.kind == "f" else np.dtype("object")
    array = np.empty(len(codes), dtype=dtype)
    for row, code in enumerate(codes):
        array[row] = math.nan if code < 0 else all_categories[code]
    return array


def _is_held(value: Any, dtype: np.dtype[Any]) -> bool:
    try:
        return bool(np.array([value], dtype=dtype)[0] == value)
    except (OverflowError, TypeError, ValueError):
        return False
