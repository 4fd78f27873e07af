"""Between JSON and what an estimator takes and gives."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from serving.model import Model

EXPECTED = (
    'expected a JSON object with exactly one of "instances", a list of rows that are lists, and "dataframe_records", '
    "a list of rows that are objects with a value for each feature"
)


class BadRequest(Exception):
    """The request is not one that this model can answer; the message says what was expected."""


def read(model: Model, event: Any) -> Any:
    """The rows of a request: an array of shape (n_rows, n_features), or a DataFrame where the model knows names.

    Raises:
        BadRequest: none or two kinds of rows, or rows of another shape than the model was fitted with.
    """
    named = [kind for kind in KINDS if isinstance(event, dict) and kind in event]
    if len(named) != 1:
        raise BadRequest(f"{EXPECTED}; got {_kind(event)}")
    rows = event[named[0]]
    if not isinstance(rows, list):
        raise BadRequest(f"{EXPECTED}; {named[0]} is {_kind(rows)}")
    return KINDS[named[0]](model, rows) if rows else []


def expected(model: Model) -> str:
    """What a row of a request must be for this model, in words."""
    if model.feature_names_in is not None:
        return f"Expected for each row: {', '.join(model.feature_names_in)}"
    if model.n_features_in is not None:
        return f"Expected for each row: {model.n_features_in} values"
    return "Expected as instances: what the model was fitted with, such as texts"


def to_json(predictions: Any) -> list:
    """Predictions as plain lists; a number that JSON does not have (NaN, an infinity) becomes null."""
    for convert in ("toarray", "to_numpy"):  # sparse matrices and DataFrames
        if hasattr(predictions, convert):
            predictions = getattr(predictions, convert)()
    if isinstance(predictions, np.ndarray) and predictions.dtype.kind in "biuU":
        return predictions.tolist()
    return _plain(predictions.tolist() if hasattr(predictions, "tolist") else list(predictions))


def _instances(model: Model, rows: list) -> Any:
    if model.n_features_in is None and not isinstance(rows[0], list):
        return rows  # such as texts, for a vectorizer
    for number, row in enumerate(rows):
        if not isinstance(row, list):
            raise BadRequest(f"row {number} of instances is {_kind(row)}, not a list. {expected(model)}")
        if model.n_features_in is not None and len(row) != model.n_features_in:
            raise BadRequest(f"row {number} of instances has {len(row)} values. {expected(model)}")
    if model.feature_names_in is not None:
        return _frame(rows, model.feature_names_in)
    array = np.asarray(rows)
    # numpy would turn the numbers beside a string into strings
    return np.asarray(rows, dtype=object) if array.dtype.kind == "U" else array


def _records(model: Model, rows: list) -> Any:
    names = model.feature_names_in
    if names is None:
        raise BadRequest(f"this model was fitted without feature names: send instances. {expected(model)}")
    for number, row in enumerate(rows):
        if not isinstance(row, dict):
            raise BadRequest(f"row {number} of dataframe_records is {_kind(row)}, not an object. {expected(model)}")
        missing = [name for name in names if name not in row]
        if missing:
            unknown = sorted(set(row).difference(names))
            hint = f" (unknown: {', '.join(unknown)})" if unknown else ""
            raise BadRequest(
                f"row {number} of dataframe_records lacks {', '.join(missing)}{hint}; null stands for a missing value. "
                f"{expected(model)}"
            )
    return _frame([[row[name] for name in names] for row in rows], names)


def _frame(rows: list, columns: list[str]) -> Any:
    import pandas as pd

    kinds = {type(value) for row in rows for value in row}
    if kinds in ({float}, {int}):
        array = np.array(rows)
        if array.dtype.kind in "fi":  # and not integers too large for it
            return pd.DataFrame(array, columns=columns)  # the same frame, a tenth of a millisecond sooner
    frame = pd.DataFrame(rows, columns=columns)
    for at, column in enumerate(columns):
        if all(row[at] is None for row in rows):  # says nothing of its type, and imputers want numbers
            frame[column] = frame[column].astype(float)
    return frame


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return [_plain(each) for each in value]
    value = value.item() if isinstance(value, np.generic) else value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value if isinstance(value, (bool, int, str, type(None))) else str(value)


def _kind(value: Any) -> str:
    if isinstance(value, dict):
        return f"an object with {', '.join(map(repr, value)) or 'nothing'}"
    names = {list: "a list", str: "a string", bool: "a boolean", int: "a number", float: "a number", type(None): "null"}
    return names.get(type(value), type(value).__name__)


KINDS: dict[str, Callable[[Model, list], Any]] = {"instances": _instances, "dataframe_records": _records}
