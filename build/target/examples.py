"""Reads rows that a model was fitted on, and says what their columns are. Runs under the target's interpreter.

Parquet, Feather and pickles keep the types of columns; of CSV and JSON pandas guesses them, and what the estimator
itself says of a column counts for more.
"""

import json
import os
import pickle
from dataclasses import replace

import numpy as np
from serving.requests import inspection
from serving.requests.signature import Column
from serving.requests.wording import nearest

MOST_CATEGORIES = 100  # of a column of texts that the signature tells
ROW_WORDS = ("dataframe_records", "dataframe_split", "instances", "inputs")


class BadExample(Exception):
    """The example cannot be used; the message says why."""


def read(path):
    """The rows in a file, and whether their types are those that the model was fitted with.

    Returns:
        A DataFrame, a Series, an array of shape (n_rows, n_columns) or a list; True for Parquet, Feather, pickles.
    """
    suffix = os.path.splitext(path)[1].lower()
    try:
        if suffix == ".json":
            with open(path, encoding="utf-8") as stream:
                return of_json(json.load(stream)), False
        if suffix == ".csv":
            import pandas

            frame = pandas.read_csv(path)
            # what pandas takes for numbers may be texts to the model
            frame.attrs["texts"] = pandas.read_csv(path, dtype=str, keep_default_na=False).to_dict("list")
            return frame, False
        if suffix in (".parquet", ".feather"):
            import pandas

            return (pandas.read_parquet if suffix == ".parquet" else pandas.read_feather)(path), True
        with open(path, "rb") as stream:
            return checked(pickle.load(stream)), True
    except BadExample:
        raise
    except Exception as error:  # whatever a reader of files raises
        raise BadExample(f"{type(error).__name__}: {error}") from error


def of_json(said):
    """Rows as JSON has them: records, lists or texts, alone or as in a request."""
    if isinstance(said, dict):
        word = next((word for word in ROW_WORDS if word in said), None)
        if word is None and {"data", "columns"} <= set(said):  # as MLflow writes its input examples
            return frame_of_split(said)
        if word is None:
            raise BadExample(f"expected a list of rows, or an object with one of {', '.join(ROW_WORDS)}")
        if word == "dataframe_split":
            return frame_of_split(said[word])
        said = said[word]
    if isinstance(said, dict) and {"data", "columns"} <= set(said):  # of MLflow, beside params
        return frame_of_split(said)
    import pandas

    if isinstance(said, dict) or (isinstance(said, list) and said and isinstance(said[0], dict)):
        return pandas.DataFrame(said)
    if not isinstance(said, list) or not said:
        raise BadExample("it has no rows")
    return said if not isinstance(said[0], list) else array_of(said)


def frame_of_split(said):
    import pandas

    return pandas.DataFrame(said["data"], columns=said.get("columns"))


def array_of(rows):
    array = np.array(rows)
    return np.array(rows, dtype=object) if array.dtype.kind in "UO" else array


def checked(value):
    """What a pickle holds, if it is rows."""
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


def describe(value, typed, told):
    """The signature of a model by the rows that it was fitted on, and these rows as it gets them.

    Args:
        value: of `read`.
        typed: whether the types of its columns are those that the model was fitted with.
        told: the signature that the estimator tells.
    """
    if type(value).__name__ == "Series":
        value = value.tolist()
    if isinstance(value, list):
        container = "texts" if all(isinstance(each, str) for each in value) else "objects"
        columns = told.columns if told.container == container else None
        return replace(told, container=container, columns=columns, dtype=None, source="the example"), value
    if isinstance(value, np.ndarray):
        return of_array(value, typed, told), value
    return of_frame(value, typed, told)


def of_array(array, typed, told):
    if array.ndim != 2:
        raise BadExample(f"it is an array of shape {array.shape}; expected (rows, columns)")
    if told.width is not None and told.width != array.shape[1]:
        raise BadExample(f"it has {array.shape[1]} columns; the model was fitted with {told.width}")
    if told.container == "frame":  # rows without names, of a model with names
        return replace(told, source="the estimator and the example")
    known = {column.name: column for column in told.columns or ()}
    if array.dtype == object:
        columns = [merged(of_values(at, array[:, at]), known.get(at), typed) for at in range(array.shape[1])]
    else:
        columns = [of_dtype(at, array.dtype, None) for at in range(array.shape[1])]
        if not typed:  # JSON does not tell whole numbers from others
            columns = [Column(at, "number", "float64") for at in range(array.shape[1])]
            if told.container == "array" and told.dtype != "object":
                return replace(told, source="the estimator and the example")
    return replace(
        told,
        container="array",
        columns=tuple(columns),
        dtype="float64" if array.dtype != object and not typed else array.dtype.name,
        source="the example",
    )


def of_frame(frame, typed, told):
    """Of a table; its columns are those that the model was fitted with, in that order, and the others are left out."""
    known = {column.name: column for column in told.columns or ()} if told.container == "frame" else {}
    if known:
        frame = frame[chosen(list(frame.columns), list(known))]
    elif told.width is not None and told.width != frame.shape[1]:
        raise BadExample(f"it has {frame.shape[1]} columns; the model was fitted with {told.width}")
    if not all(isinstance(name, (str, int, np.integer)) for name in frame.columns):
        raise BadExample("its columns have names that are neither texts nor whole numbers")
    if told.container == "array" and not isinstance(frame.columns[0], (int, np.integer)) and not typed:
        return told, frame.to_numpy()  # names that the model does not know
    columns = []
    for at, name in enumerate(frame.columns):
        values = frame.iloc[:, at]
        own = known.get(name) or (told.columns[at] if told.columns and len(told.columns) == frame.shape[1] else None)
        column = of_series(int(name) if isinstance(name, np.integer) else name, values)
        columns.append(merged(column, own, typed))
    return replace(told, container="frame", columns=tuple(columns), dtype=None, source="the example"), frame


def chosen(given, wanted):
    """The example's names of the columns that the model wants; LightGBM has other characters in the place of some."""
    found = []
    plain = {}
    for name in given:
        plain.setdefault(plain_name(name), name)
    for name in wanted:
        if name not in given and plain_name(name) not in plain:
            near = nearest(name, given)
            hint = f"; is {near!r} meant for it?" if near else ""
            raise BadExample(f"it has no column {name!r}, which the model was fitted with{hint}")
        found.append(name if name in given else plain[plain_name(name)])
    return found


def plain_name(name):
    return "".join(each if each.isalnum() or each == "_" else "_" for each in str(name))


def of_series(name, series):
    """What a column of a table is."""
    return of_values(name, series.to_numpy()) if series.dtype == object else of_dtype(name, series.dtype, series)


def of_dtype(name, dtype, series):
    text = str(dtype)
    kind = getattr(dtype, "kind", "O")
    if text == "category":
        return of_category(name, dtype)
    if text in ("str", "string") or text.startswith("string"):
        seen = known_texts(series) if series is not None else None
        empty = series is not None and bool((series == "").any()) and not bool(series.isna().any())
        missing = "NaN" if text == "str" else "NA"
        if isinstance(getattr(dtype, "na_value", None), float):
            missing = "NaN"
        return Column(name, "text", text, missing, categories=seen, empty_is_text=empty)
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


def of_category(name, dtype):
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


def of_values(name, values):
    """What a column of objects is."""
    seen = list(values)
    none = sum(value is None for value in seen)
    na = sum(type(value).__name__ == "NAType" for value in seen)
    nan = sum(isinstance(value, float) and np.isnan(value) for value in seen)
    missing = max(((nan, "NaN"), (none, "None"), (na, "NA")), key=lambda each: each[0])[1]
    present = [value for value in seen if not is_absent(value)]
    kinds = {type(value) for value in present}
    if kinds and all(issubclass(kind, str) for kind in kinds):
        empty = "" in present and not (none or nan or na)
        return Column(name, "text", "object", missing, categories=known_texts(present), empty_is_text=empty)
    if kinds and all(issubclass(kind, (bool, np.bool_)) for kind in kinds):
        return Column(name, "boolean", "object", missing)
    if kinds and all(issubclass(kind, (int, float, np.number)) for kind in kinds):
        return Column(name, "number", "object", missing)
    return Column(name, "any", "object", missing)


def is_absent(value):
    return value is None or type(value).__name__ == "NAType" or (isinstance(value, float) and np.isnan(value))


def known_texts(values):
    seen = sorted({value for value in values if isinstance(value, str)})
    return tuple(seen) if len(seen) <= MOST_CATEGORIES and all(len(each) <= MOST_CATEGORIES for each in seen) else None


def merged(column, own, typed):
    """What example and estimator say of a column, together."""
    if own is None:
        return column
    if typed:
        if column.type != own.type:
            return column
        seen = column.categories if column.type == "category" else own.categories or column.categories
        shown = column.missing if column.dtype != "object" else own.missing
        return replace(column, missing=shown, categories=seen)
    if own.type in ("text", "category", "boolean") or own.dtype == "object":
        return replace(own, name=column.name)
    if own.type == "any" or column.type in ("datetime", "timedelta"):
        return column
    return replace(own, name=column.name)


def tell(estimator):
    """What the estimator says, by the handler's own code; nothing, if that fails on it."""
    return inspection.inspect(estimator)
