"""What estimators of scikit-learn, LightGBM, XGBoost and CatBoost remember about the columns they were fitted with."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from typing import Any

import numpy as np

from serving.requests.signature import Column
from serving.requests.wording import is_missing

MOST_LISTED = 100  # a column with more different values does not list them


def columns(estimator: Any, keys: list[Any]) -> Iterator[Column]:
    """Yield what an estimator knows about its columns, for each column about which it says something.

    Args:
        keys: its columns' names, or positions.
    """
    library = type(estimator).__module__.partition(".")[0]
    for remembered in (OF_LIBRARY.get(library), _categories, _imputed):
        if remembered:
            yield from remembered(estimator, keys)


def column_of_values(key: Any, distinct_values: Any) -> Column:
    """Return the column that has these values, each of which occurs once."""
    values = list(distinct_values.tolist() if isinstance(distinct_values, np.ndarray) else distinct_values)
    # An array of objects would hold Python's numbers, and not numpy's
    values = [value.item() if isinstance(value, np.generic) else value for value in values]
    missing = "None" if None in values else "NaN"
    present = [value for value in values if not is_missing(value)]
    if present and all(isinstance(value, str) for value in present):
        listed = tuple(present) if len(present) <= MOST_LISTED else None
        return Column(key, "text", "object", missing, categories=listed, empty_is_text="" in present)
    dtype = distinct_values.dtype.name if isinstance(distinct_values, np.ndarray) else "object"
    listed = tuple(present) if present and len(present) <= MOST_LISTED else None
    if present and all(isinstance(value, bool) for value in present):
        return Column(key, "boolean", "bool", None) if dtype == "bool" else Column(key, "boolean", "object", missing)
    if dtype.startswith(("int", "uint")):
        return Column(key, "integer", dtype, categories=listed)
    if dtype.startswith("float"):
        return Column(key, "number", "float64", categories=listed)
    numbers = present and all(isinstance(value, (int, float)) for value in present)
    return Column(key, "number" if numbers else "any", "object", missing, categories=listed if numbers else None)


def _categories(estimator: Any, keys: list[Any]) -> Iterable[Column]:
    """Return the columns of an encoder, which remembers their categories."""
    categories = getattr(estimator, "categories_", None)
    if isinstance(categories, list) and len(categories) == len(keys):
        return [column_of_values(key, values) for key, values in zip(keys, categories, strict=True)]
    return ()


def _imputed(estimator: Any, keys: list[Any]) -> Iterable[Column]:
    """Return the columns of an imputer of texts, which remembers what it fills in and what it takes for missing."""
    statistics = getattr(estimator, "statistics_", None)
    if not isinstance(statistics, np.ndarray) or statistics.dtype != object or len(statistics) != len(keys):
        return ()
    missing = {None: "None"}.get(getattr(estimator, "missing_values", None), "NaN")
    if type(getattr(estimator, "missing_values", None)).__name__ == "NAType":
        missing = "NA"
    columns = []
    for key, value in zip(keys, statistics.tolist(), strict=True):
        kind = "text" if isinstance(value, str) else "boolean" if isinstance(value, bool) else "any"
        columns.append(Column(key, kind, "object", missing))
    return columns


def _sklearn(estimator: Any, keys: list[Any]) -> Iterable[Column]:
    """Return the columns of histogram gradient boosting, some of which are categories."""
    masks, preprocessor = getattr(estimator, "is_categorical_", None), getattr(estimator, "_preprocessor", None)
    if masks is None or preprocessor is None:
        return ()
    categories = dict(zip(np.flatnonzero(masks), preprocessor.named_transformers_["encoder"].categories_, strict=True))
    of_dtype = getattr(estimator, "categorical_features", None) == "from_dtype"

    def column(at: int, key: Any) -> Column:
        if at not in categories:
            return Column(key, "number", "float64")
        return _category(key, categories[at].tolist()) if of_dtype else column_of_values(key, categories[at])

    return [column(at, key) for at, key in enumerate(keys)]


def _lightgbm(estimator: Any, keys: list[Any]) -> Iterable[Column]:
    booster = getattr(estimator, "booster_", None) if hasattr(estimator, "_Booster") else None
    categories = getattr(booster, "pandas_categorical", None)
    if booster is None or not categories:
        return ()
    places = sorted(booster.params.get("categorical_column", ()) or booster.params.get("categorical_feature", ()))
    if len(places) != len(categories):
        return ()
    return [_category(keys[at], values) for at, values in zip(places, categories, strict=True)]


def _xgboost(estimator: Any, keys: list[Any]) -> Iterable[Column]:
    if not hasattr(estimator, "get_booster"):
        return ()
    booster = estimator.get_booster()
    types = booster.feature_types or []
    if "c" not in types:
        return ()
    categories = _xgboost_categories(booster)
    return [
        _category(key, categories.get(at))
        for at, (key, kind) in enumerate(zip(keys, types, strict=True))
        if kind == "c"
    ]


def _xgboost_categories(booster: Any) -> dict[int, list[Any]]:
    """Return the categories by column. XGBoost 3.1 and later keep them in the model."""
    model = json.loads(booster.save_raw("json"))["learner"]["gradient_booster"]
    encodings = (model.get("model") or model.get("gbtree", {}).get("model", {})).get("cats", {}).get("enc", ())
    categories: dict[int, list[Any]] = {}
    for at, encoding in enumerate(encodings):
        if "offsets" in encoding:  # the texts are stored end to end
            data, offsets = bytes(value & 0xFF for value in encoding["values"]), encoding["offsets"]
            categories[at] = [data[start:end].decode() for start, end in pairwise(offsets)]
        elif encoding.get("values"):
            categories[at] = list(encoding["values"])
    return categories


def _catboost(estimator: Any, keys: list[Any]) -> Iterable[Column]:
    """Return the columns of texts, and those of categories, which take whole numbers and texts alike."""
    texts = set(estimator.get_text_feature_indices()) if hasattr(estimator, "get_text_feature_indices") else set()
    mixed = set(estimator.get_cat_feature_indices()) if hasattr(estimator, "get_cat_feature_indices") else set()
    columns = [Column(keys[at], "text", "object", empty_is_text=True) for at in sorted(texts)]
    return [*columns, *(Column(keys[at], "any", "object", missing="None", empty_is_text=True) for at in sorted(mixed))]


def _category(key: Any, values: list[Any] | None) -> Column:
    present = None if values is None else tuple(value for value in values if not is_missing(value))
    return Column(key, "category", "category", categories=present)


OF_LIBRARY: dict[str, Callable[[Any, list[Any]], Iterable[Column]]] = {
    "sklearn": _sklearn,
    "lightgbm": _lightgbm,
    "xgboost": _xgboost,
    "catboost": _catboost,
}
