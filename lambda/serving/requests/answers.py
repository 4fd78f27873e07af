"""Turns an estimator's predictions into what JSON can carry."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from itertools import chain
from typing import Any

import numpy as np

from serving.requests.signature import NUMPY_FLOATS
from serving.requests.vectors import plain
from serving.requests.wording import ModelFault, encodable

LARGEST = 6_291_556  # the most bytes of an answer that Lambda takes
NUMBERS = {int, float, bool, type(None)}
LONGEST_NUMBER = 30  # bytes of a number in JSON, with what separates it from the next
LONGEST_CHARACTER = 12  # bytes of a character in JSON, such as \ud83d\ude00


def to_json(predictions: Any, count: int, method: str) -> list[Any]:
    """Return predictions as plain lists, one element for each row. A number that JSON lacks (NaN, an infinity) is null.

    Args:
        count: how many rows were asked for.
        method: the method that was called, for messages.

    Raises:
        ModelFault: the result is no list of predictions, or there are not as many predictions as rows.
    """
    if hasattr(predictions, "toarray"):  # a sparse matrix
        predictions = predictions.toarray()
    if isinstance(predictions, list) and predictions and all(_is_of_output(array, count) for array in predictions):
        predictions = [list(row) for row in zip(*predictions, strict=True)]
    rows = _rows(plain(predictions), method)
    if len(rows) != count:
        raise ModelFault(f"the model's {method} gave {len(rows)} predictions for {count} rows")
    return rows


def _is_of_output(predictions: Any, count: int) -> bool:
    """Return whether this is one output's array of probabilities. A model of several outputs returns a list of them."""
    return isinstance(predictions, np.ndarray) and predictions.ndim == 2 and len(predictions) == count


def check_size(answer: dict[str, Any], predictions: list[Any]) -> None:
    """Check that Lambda accepts an answer of this size. An answer that is certainly small is not serialized for that.

    Args:
        predictions: the answer's predictions, one for each row.

    Raises:
        TooLarge: the answer has too many bytes.
    """
    values, kinds = predictions, set(map(type, predictions))
    while values and kinds <= {list, tuple}:
        values = list(chain.from_iterable(values))
        kinds = set(map(type, values))
    if kinds <= {*NUMBERS, str}:
        texts = 0 if str not in kinds else sum(len(value) for value in values if type(value) is str)
        if (len(predictions) + len(values)) * LONGEST_NUMBER + texts * LONGEST_CHARACTER < LARGEST:
            return
    size = len(json.dumps(answer))
    if size > LARGEST:
        raise TooLarge(
            f"the answer has {size:,} bytes, and Lambda takes {LARGEST:,}. Ask for fewer rows in one request"
        )


class TooLarge(Exception):
    """Lambda would not take an answer of this size."""


def _rows(predictions: Any, method: str) -> list[Any]:
    if isinstance(predictions, np.ndarray) and predictions.ndim:
        kind, name = predictions.dtype.kind, predictions.dtype.name
        if kind in "biu" or (name in NUMPY_FLOATS and np.isfinite(predictions).all()):
            numbers: list[Any] = predictions.tolist()
            return numbers
        return _plain_list(_listed(predictions))
    # Each column of a DataFrame has its own type
    if hasattr(predictions, "columns") and hasattr(predictions, "iloc"):
        columns = [_plain_list(_listed(predictions.iloc[:, at])) for at in range(predictions.shape[1])]
        return list(map(list, zip(*columns, strict=True))) if columns else [[] for _ in range(len(predictions))]
    if hasattr(predictions, "tolist") and hasattr(predictions, "__len__") and np.ndim(predictions):
        return _plain_list(_listed(predictions))
    if isinstance(predictions, (list, tuple)):
        return _plain_list(list(predictions))
    raise ModelFault(
        f"the model's {method} gave {_article(predictions)}; expected a list or an array with a prediction for each row"
    )


def _listed(predictions: Any) -> list[Any]:
    """Return the elements. Times stay objects of numpy or pandas, because tolist would turn them into integers."""
    dtype = getattr(predictions, "dtype", None)
    if getattr(dtype, "kind", None) in ("m", "M"):
        return [_listed(row) for row in predictions] if np.ndim(predictions) > 1 else list(predictions)
    return list(predictions.tolist())


def _plain_list(values: list[Any]) -> list[Any]:
    plain_values: list[Any] = _plain(values)
    return plain_values


def _plain(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        if set(map(type, value)) == {str} and "".join(value).isascii():
            return list(value)
        return [_plain(element) for element in value]
    if isinstance(value, np.ndarray):
        return _plain(_listed(value)) if value.ndim else _plain(value[()])
    if isinstance(value, (np.datetime64, np.timedelta64)):
        return None if np.isnat(value) else _iso(value)
    if isinstance(value, np.generic):
        value = value.item() if not isinstance(value, np.longdouble) else float(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, str):
        return encodable(str(value))
    if isinstance(value, (bool, int, type(None))):
        return value
    return _other(value)


def _other(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {encodable(str(_plain(name))): _plain(element) for name, element in value.items()}
    if type(value).__name__ in ("NaTType", "NAType"):  # pandas' missing values
        return None
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.isoformat() if hasattr(value, "isoformat") else str(value)
    if isinstance(value, (set, frozenset)):
        return _plain(sorted(value, key=str))
    if hasattr(value, "tolist"):
        return _plain(value.tolist())
    return encodable(str(value))


def _iso(value: Any) -> str:
    """Write a time or a duration in ISO 8601, as pandas does."""
    if isinstance(value, np.datetime64):
        text = str(np.datetime_as_string(value))
        text = text if "T" in text else f"{np.datetime_as_string(value.astype('datetime64[s]'))}"
        return text.rstrip("0").removesuffix(".") if "." in text else text
    return f"PT{value / np.timedelta64(1, 's')}S"


def _article(value: Any) -> str:
    return "nothing (None)" if value is None else f"one {type(value).__name__}"
