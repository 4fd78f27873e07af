"""Reads rows that a model was fitted on, and describes their columns. Runs under the target's interpreter.

Parquet, Feather and pickles store the types of columns. For CSV and JSON, pandas guesses them, and the estimator's own
information about a column has priority.
"""

from __future__ import annotations

import json
import os
import pickle
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import numpy as np
from serving.requests import inspection
from serving.requests.signature import Column, Signature
from serving.requests.wording import nearest

MOST_CATEGORIES = 100  # the most different texts of a column that the signature lists
ROW_WORDS = ("dataframe_records", "dataframe_split", "instances", "inputs")

Name = str | int


class BadExample(Exception):
    """The example cannot be used. The message says why."""


def read(path: str) -> tuple[Any, bool]:
    """Read the rows in a file.

    Returns:
        A DataFrame, a Series, an array of shape (n_rows, n_columns) or a list; and whether the file stores the types of
        the columns, which is true for Parquet, Feather and pickles.
    """
    suffix = os.path.splitext(path)[1].lower()
    try:
        if suffix == ".json":
            with open(path, encoding="utf-8") as stream:
                return of_json(json.load(stream)), False
        if suffix == ".csv":
            import pandas

            frame = pandas.read_csv(path)
            # what looks like numbers to pandas may be texts to the model
            frame.attrs["texts"] = pandas.read_csv(path, dtype=str, keep_default_na=False).to_dict("list")
            return frame, False
        if suffix in (".parquet", ".feather"):
            import pandas

            return (pandas.read_parquet if suffix == ".parquet" else pandas.read_feather)(path), True
        with open(path, "rb") as pickled:
            return checked(pickle.load(pickled)), True
    except BadExample:
        raise
    except Exception as error:  # a reader of files may raise anything
        raise BadExample(f"{type(error).__name__}: {error}") from error


def of_json(content: Any) -> Any:
    """Return the rows in JSON: records, lists or texts, alone or as in a request."""
    if isinstance(content, dict):
        word = next((word for word in ROW_WORDS if word in content), None)
        if word is None and {"data", "columns"} <= set(content):  # MLflow writes its input examples in this form
            return frame_of_split(content)
        if word is None:
            raise BadExample(f"expected a list of rows, or an object with one of {', '.join(ROW_WORDS)}")
        if word == "dataframe_split":
            return frame_of_split(content[word])
        content = content[word]
    if isinstance(content, dict) and {"data", "columns"} <= set(content):  # MLflow, beside params
        return frame_of_split(content)
    import pandas

    if isinstance(content, dict) or (isinstance(content, list) and content and isinstance(content[0], dict)):
        return pandas.DataFrame(content)
    if not isinstance(content, list) or not content:
        raise BadExample("it has no rows")
    return content if not isinstance(content[0], list) else array_of(content)


def frame_of_split(split: dict[str, Any]) -> Any:
    import pandas

    return pandas.DataFrame(split["data"], columns=split.get("columns"))


def array_of(rows: list[Any]) -> Any:
    array = np.array(rows)
    return np.array(rows, dtype=object) if array.dtype.kind in "UO" else array


def checked(value: Any) -> Any:
    """Return the value in a pickle, if it is rows."""
    if hasattr(value, "toarray"):
        value = value.toarray()
    if type(value).__name__ in ("DataFrame", "Series") or isinstance(value, (np.ndarray, list)):
        if len(value) == 0:
            raise BadExample("it has no rows")
        if isinstance(value, list) and isinstance(value[0], list):
            return array_of(value)
        if isinstance(value, np.ndarray) and value.ndim == 1 and value.dtype.kind in "UO":
            return value.tolist()
        return value
    raise BadExample(
        f"it holds a {type(value).__name__}; expected a DataFrame, an array or a list of rows, without answers"
    )


def describe(value: Any, typed: bool, signature: Signature) -> tuple[Signature, Any]:
    """Return a model's signature from the rows that it was fitted on, and these rows as the model gets them.

    Args:
        value: the rows, from `read`.
        typed: whether the file stores the types of the columns.
        signature: the signature that the estimator itself has.
    """
    if type(value).__name__ == "Series":
        value = value.tolist()
    if isinstance(value, list):
        container = "texts" if all(isinstance(row, str) for row in value) else "objects"
        columns = signature.columns if signature.container == container else None
        return replace(signature, container=container, columns=columns, dtype=None, source="the example"), value
    if isinstance(value, np.ndarray):
        return of_array(value, typed, signature), value
    return of_frame(value, typed, signature)


def of_array(array: Any, typed: bool, signature: Signature) -> Signature:
    """Return the signature of a model that was fitted on an array."""
    if array.ndim != 2:
        raise BadExample(f"it is an array of shape {array.shape}; expected (rows, columns)")
    if signature.width is not None and signature.width != array.shape[1]:
        raise BadExample(f"it has {array.shape[1]} columns; the model was fitted with {signature.width}")
    if signature.container == "frame":  # the rows have no names, and the model knows the names
        return replace(signature, source="the estimator and the example")
    by_name = {column.name: column for column in signature.columns or ()}
    if array.dtype == object:
        columns = [merged(of_values(at, array[:, at]), by_name.get(at), typed) for at in range(array.shape[1])]
    else:
        columns = [of_dtype(at, array.dtype, None) for at in range(array.shape[1])]
        if not typed:  # JSON does not distinguish whole numbers from others
            columns = [Column(at, "number", "float64") for at in range(array.shape[1])]
            if signature.container == "array" and signature.dtype != "object":
                return replace(signature, source="the estimator and the example")
    return replace(
        signature,
        container="array",
        columns=tuple(columns),
        dtype="float64" if array.dtype != object and not typed else array.dtype.name,
        source="the example",
    )


def of_frame(frame: Any, typed: bool, signature: Signature) -> tuple[Signature, Any]:
    """Return the signature of a model that was fitted on a table, and the table with the model's columns only."""
    by_name = {column.name: column for column in signature.columns or ()} if signature.container == "frame" else {}
    if by_name:
        frame = frame[chosen(list(frame.columns), list(by_name))]
    elif signature.width is not None and signature.width != frame.shape[1]:
        raise BadExample(f"it has {frame.shape[1]} columns; the model was fitted with {signature.width}")
    if not all(isinstance(name, (str, int, np.integer)) for name in frame.columns):
        raise BadExample("its columns have names that are neither texts nor whole numbers")
    if signature.container == "array" and not isinstance(frame.columns[0], (int, np.integer)) and not typed:
        return signature, frame.to_numpy()  # the model does not know these names
    columns = []
    for at, name in enumerate(frame.columns):
        values = frame.iloc[:, at]
        own = by_name.get(name) or (
            signature.columns[at] if signature.columns and len(signature.columns) == frame.shape[1] else None
        )
        column = of_series(int(name) if isinstance(name, np.integer) else name, values)
        columns.append(merged(column, own, typed))
    return replace(signature, container="frame", columns=tuple(columns), dtype=None, source="the example"), frame


def chosen(names: list[Any], wanted: list[Name]) -> list[Any]:
    """Return the example's names of the model's columns. LightGBM replaces some characters in its names."""
    by_plain_name: dict[str, Any] = {}
    for name in names:
        by_plain_name.setdefault(plain_name(name), name)
    columns = []
    for name in wanted:
        if name not in names and plain_name(name) not in by_plain_name:
            near = nearest(name, names)
            hint = f"; is {near!r} meant for it?" if near else ""
            raise BadExample(f"it has no column {name!r}, which the model was fitted with{hint}")
        columns.append(name if name in names else by_plain_name[plain_name(name)])
    return columns


def plain_name(name: Any) -> str:
    return "".join(character if character.isalnum() or character == "_" else "_" for character in str(name))


def of_series(name: Name, series: Any) -> Column:
    """Describe a column of a table."""
    return of_values(name, series.to_numpy()) if series.dtype == object else of_dtype(name, series.dtype, series)


def of_dtype(name: Name, dtype: Any, series: Any) -> Column:
    """Describe a column by its dtype.

    Args:
        series: the values, if they are a column of a table.
    """
    text = str(dtype)
    kind = getattr(dtype, "kind", "O")
    if text == "category":
        return of_category(name, dtype)
    if text in ("str", "string") or text.startswith("string"):
        categories = known_texts(series) if series is not None else None
        empty = series is not None and bool((series == "").any()) and not bool(series.isna().any())
        missing = "NaN" if text == "str" else "NA"
        if isinstance(getattr(dtype, "na_value", None), float):
            missing = "NaN"
        return Column(name, "text", text, missing, categories=categories, empty_is_text=empty)
    pandas_own = text[:1].isupper() or text == "boolean" or "[pyarrow]" in text
    missing = "NA" if pandas_own else "NaN"
    if kind == "b" or text == "boolean":
        return Column(name, "boolean", text, missing if pandas_own else None)
    if kind in "iu":
        return Column(name, "integer", text, missing)
    if kind == "f":
        return Column(name, "number", text, missing)
    if kind == "M":
        return Column(name, "datetime", text, "NaT", unit="ms")
    if kind == "m":
        return Column(name, "timedelta", text, "NaT", unit="ms")
    return Column(name, "any", text, missing)


def of_category(name: Name, dtype: Any) -> Column:
    """Describe a column of categories."""
    values = dtype.categories.tolist()
    if not all(isinstance(value, (str, int, float, bool)) for value in values):
        raise BadExample(f"column {name!r} has categories that JSON has not, such as {values[0]!r}")
    return Column(
        name,
        "category",
        "category",
        categories=tuple(values),
        categories_dtype=str(dtype.categories.dtype),
        ordered=bool(dtype.ordered),
    )


def of_values(name: Name, values: Iterable[Any]) -> Column:
    """Describe a column of objects by its values."""
    values = list(values)
    none = sum(value is None for value in values)
    na = sum(type(value).__name__ == "NAType" for value in values)
    nan = sum(isinstance(value, float) and bool(np.isnan(value)) for value in values)
    missing = max(((nan, "NaN"), (none, "None"), (na, "NA")), key=lambda pair: pair[0])[1]
    present = [value for value in values if not is_absent(value)]
    kinds = {type(value) for value in present}
    if kinds and all(issubclass(kind, str) for kind in kinds):
        empty = "" in present and not (none or nan or na)
        return Column(name, "text", "object", missing, categories=known_texts(present), empty_is_text=empty)
    if kinds and all(issubclass(kind, (bool, np.bool_)) for kind in kinds):
        return Column(name, "boolean", "object", missing)
    if kinds and all(issubclass(kind, (int, float, np.number)) for kind in kinds):
        return Column(name, "number", "object", missing)
    return Column(name, "any", "object", missing)


def is_absent(value: Any) -> bool:
    if value is None or type(value).__name__ == "NAType":
        return True
    return isinstance(value, float) and bool(np.isnan(value))


def known_texts(values: Iterable[Any]) -> tuple[str, ...] | None:
    """Return the different texts in a column, or None if they are too many or too long to list them."""
    texts = sorted({value for value in values if isinstance(value, str)})
    return (
        tuple(texts) if len(texts) <= MOST_CATEGORIES and all(len(text) <= MOST_CATEGORIES for text in texts) else None
    )


def merged(column: Column, own: Column | None, typed: bool) -> Column:
    """Combine what the example and the estimator show about a column."""
    if own is None:
        return column
    if typed:
        if column.type != own.type:
            return column
        categories = column.categories if column.type == "category" else own.categories or column.categories
        missing = column.missing if column.dtype != "object" else own.missing
        return replace(column, missing=missing, categories=categories)
    if own.type in ("text", "category", "boolean") or own.dtype == "object":
        return replace(own, name=column.name)
    if own.type == "any" or column.type in ("datetime", "timedelta"):
        return column
    return replace(own, name=column.name)


def tell(estimator: Any) -> Signature:
    """Return the signature of the estimator itself, by the handler's own code."""
    return inspection.inspect(estimator)
