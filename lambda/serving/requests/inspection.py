"""Derives the signature of a model from its fitted estimator.

The estimators that it consists of are visited in their order: the steps of a pipeline, the transformers of a
ColumnTransformer with their columns, and in all other cases the objects in the attributes. The first estimator that
knows a column decides what it is. An estimator behind a step that may have changed the values counts less: its
columns get the type "any", which takes texts and numbers as they come.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from serving.requests import learned_columns, methods
from serving.requests.signature import Column, Signature
from serving.requests.wording import is_missing

# The estimators of these libraries take numbers unless they say otherwise
LIBRARIES = ("sklearn", "lightgbm", "xgboost", "catboost", "imblearn")
DEEPEST = 12  # the most levels of estimators within estimators that are visited


def inspect(estimator: Any) -> Signature:
    """Return the signature of a fitted estimator, as far as the estimator shows it."""
    names, width = input_names(estimator), input_width(estimator)
    own_methods = methods.of(estimator)
    classes = getattr(estimator, "classes_", None)
    unread = Signature(
        container="unknown",
        methods=own_methods,
        method=own_methods[0] if own_methods else "predict",
        classes=tuple(map(plain, classes.tolist())) if isinstance(classes, np.ndarray) and classes.ndim == 1 else None,
        source="the estimator",
    )
    if width is None:
        return replace(unread, container=_container(estimator))
    keys: list[Any] = list(range(width)) if names is None else list(names)
    walk = Walk(estimator, keys, named=names is not None)
    columns = tuple(walk.column(key) for key in keys)
    if names is not None:
        return replace(unread, container="frame", columns=columns)
    return replace(unread, container="array", columns=columns, dtype=_array_dtype(columns))


def input_names(estimator: Any) -> list[str] | None:
    """Return the names of the columns that an estimator was fitted with, or None if it does not keep them."""
    for attribute in ("feature_names_in_", "feature_names_"):  # CatBoost has the second one
        names = _get(estimator, attribute)
        if names is not None and len(names) and _is_of(estimator, "catboost") | (attribute == "feature_names_in_"):
            names = [str(name) for name in names]
            return None if _is_of(estimator, "catboost") and names == [str(at) for at in range(len(names))] else names
    return None


def input_width(estimator: Any) -> int | None:
    """Return how many columns an estimator was fitted with, or None if it does not keep that. CatBoost then has 0."""
    width = _get(estimator, "n_features_in_")
    if not width:
        names = _get(estimator, "feature_names_") if _is_of(estimator, "catboost") else input_names(estimator)
        return len(names) if names is not None and len(names) else None
    return int(width)


def inner_estimators(estimator: Any, depth: int = 0) -> Iterator[Any]:
    """Yield the estimators in an estimator's attributes in their order, however deep in lists, tuples and dicts."""
    for value in list(getattr(estimator, "__dict__", {}).values()):
        yield from _within(value, depth)


def is_estimator(value: Any) -> bool:
    return not isinstance(value, type) and any(hasattr(value, name) for name in ("fit", "transform", "predict"))


def plain(value: Any) -> Any:
    """Return a class or a category as a JSON value."""
    value = value.item() if isinstance(value, np.generic) else value
    if is_missing(value):
        return None
    return value if isinstance(value, (str, int, float, bool, type(None))) else str(value)


class Walk:
    """A visit to all estimators in an estimator, which collects what they say about its columns."""

    def __init__(self, estimator: Any, keys: list[Any], named: bool) -> None:
        self.named = named
        self.columns: dict[Any, Column] = {}
        # The types of the numbers that the first estimators of a column have learned
        self.floats: dict[Any, set[str]] = {}
        self.visited: set[int] = set()
        self.dropped: set[Any] = set()  # columns of which only one thing is known: a ColumnTransformer leaves them out
        self.visit(estimator, keys, True, 0)

    def column(self, key: Any) -> Column:
        """Return what is known about a column. If nothing is, it is a column of numbers."""
        column = self.columns.get(key) or Column(key, "number", "float64")
        if column.type == "number" and column.dtype == "float64" and self.floats.get(key) == {"float32"}:
            return replace(column, dtype="float32")
        return column

    def visit(self, estimator: Any, keys: list[Any], sure: bool, depth: int) -> None:
        """Collect what an estimator, and those in it, say about their columns.

        Args:
            keys: the columns, in the order in which the estimator got them.
            sure: whether the estimator gets the columns as the whole model gets them.
        """
        if id(estimator) in self.visited or depth > DEEPEST or not is_estimator(estimator):
            return
        self.visited.add(id(estimator))
        keys = input_names(estimator) or keys if self.named else keys
        steps, transformers = _get(estimator, "steps"), _get(estimator, "transformers_")
        if isinstance(steps, list):
            self._steps([step for _, step in steps], keys, sure, depth)
        elif isinstance(transformers, list):
            self._transformers(transformers, keys, sure, depth)
        elif is_identity(estimator):
            self._say([Column(key, "any", "float64") for key in keys], sure)
        elif is_own(estimator):
            self._inner(estimator, keys, False, depth)
            self._say([Column(key, "any", "any") for key in keys], sure)
        else:
            self._say(learned_columns.columns(estimator, keys), sure)
            self._learned(estimator, keys)
            before = set(self.dropped)
            self._inner(estimator, keys, sure, depth)
            inside = self.dropped - before  # an estimator inside this one leaves them out
            self._say([Column(key, "number", "float64") for key in keys if key not in inside], sure)

    def _steps(self, steps: list[Any], keys: list[Any], sure: bool, depth: int) -> None:
        for step in steps:
            if step is None or isinstance(step, str):
                continue
            if input_width(step) not in (None, len(keys)) and not (self.named and input_names(step)):
                return  # columns were added or left out, and it is not known which
            self.visit(step, keys, sure, depth + 1)
            sure = sure and keeps_values(step)

    def _transformers(self, transformers: list[Any], keys: list[Any], sure: bool, depth: int) -> None:
        for _, transformer, selection in transformers:
            chosen = _chosen(selection, keys)
            if not isinstance(chosen, list):  # vectorizers take a single column, and not a table of one column
                self._say([Column(chosen, "text", "object", empty_is_text=True)], sure)
            elif transformer == "drop":
                self._drop(chosen)
            elif transformer == "passthrough":
                self._say([Column(key, "any", "float64") for key in chosen], sure)
            else:
                self.visit(transformer, chosen, sure, depth + 1)

    def _inner(self, estimator: Any, keys: list[Any], sure: bool, depth: int) -> None:
        """Visit the inner estimators: first those that name their columns, then those that have as many columns."""
        fitted = _get(estimator, "estimators_")
        subsets = _get(estimator, "estimators_features_")
        if isinstance(subsets, list) and isinstance(fitted, list):
            for member, subset in zip(fitted, subsets, strict=True):
                self.visit(member, [keys[at] for at in subset], sure, depth + 1)
        inner = [member for member in inner_estimators(estimator) if is_fitted(member) and not _is_of_labels(member)]
        for member in sorted(inner, key=lambda member: not input_names(member)):
            if input_names(member) or input_width(member) in (None, len(keys)):
                self.visit(member, keys, sure, depth + 1)

    def _drop(self, keys: list[Any]) -> None:
        """Note columns that a ColumnTransformer leaves out. They may hold anything, unless another one knows them."""
        for key in keys:
            if key not in self.columns:
                self.columns[key] = Column(key, "any", "object")
                self.dropped.add(key)

    def _say(self, columns: Iterable[Column], sure: bool) -> None:
        for column in columns:
            previous = self.columns.get(column.name)
            if previous is None or column.name in self.dropped:
                self.columns[column.name] = column if sure else _believed(column)
                self.dropped.discard(column.name)
            elif sure and previous.type == column.type == "text" and previous.categories is None:
                # An imputer has said that these are texts, and the encoder behind it knows which ones
                self.columns[column.name] = replace(previous, categories=column.categories)
            elif previous.type == "any" and previous.dtype == "any":  # a later step may know how to read a CSV file
                self.columns[column.name] = _believed(column)

    def _learned(self, estimator: Any, keys: list[Any]) -> None:
        kinds = {
            value.dtype.name
            for value in getattr(estimator, "__dict__", {}).values()
            if isinstance(value, np.ndarray) and value.dtype.kind == "f" and value.size
        }
        for key in keys:
            if kinds:
                self.floats.setdefault(key, kinds)


def keeps_values(step: Any) -> bool:
    """Return whether a step of a pipeline passes values on unchanged, apart from missing ones or whole columns."""
    module = type(step).__module__
    return module.startswith(("sklearn.impute", "sklearn.feature_selection"))


def is_own(estimator: Any) -> bool:
    """Return whether an estimator is the user's own code, or calls such code, which may take any values."""
    name, module = type(estimator).__name__, type(estimator).__module__
    return module.partition(".")[0] not in LIBRARIES or name == "FunctionTransformer"


def is_identity(estimator: Any) -> bool:
    """Return whether an estimator returns its input. A ColumnTransformer turns "passthrough" into such an estimator."""
    return type(estimator).__name__ == "FunctionTransformer" and _get(estimator, "func") is None


def is_fitted(estimator: Any) -> bool:
    """Return whether an estimator, or one in it, is fitted."""
    learned = vars(estimator) if hasattr(estimator, "__dict__") else ()
    if any(name.endswith("_") and not name.startswith("__") for name in learned) or input_width(estimator):
        return True
    steps = _get(estimator, "steps")
    return isinstance(steps, list) and any(is_fitted(step) for _, step in steps if is_estimator(step))


def _is_of_labels(estimator: Any) -> bool:
    """Return whether an estimator encodes the labels, and not the features."""
    return type(estimator).__module__ == "sklearn.preprocessing._label"


def _believed(column: Column) -> Column:
    """Return a column behind a step that may change values: JSON stays as it is, and CSV is read for that step."""
    if column.type in ("any", "text"):
        return replace(column, type="any")
    return replace(column, type="any", dtype="float64", categories=None)


def _container(estimator: Any, depth: int = 0) -> str:
    """Return the kind of rows that a model without features takes."""
    if hasattr(estimator, "build_analyzer"):
        return "texts"
    if type(estimator).__name__ == "DictVectorizer" or _get(estimator, "input_type") in ("dict", "pair", "string"):
        return "objects"
    steps = _get(estimator, "steps")
    if isinstance(steps, list):
        inner = [step for _, step in steps if step is not None and not isinstance(step, str)][:1]
    else:
        inner = list(inner_estimators(estimator))
    if is_own(estimator) and not isinstance(steps, list):
        return "unknown"
    if depth < DEEPEST:
        for member in inner:
            container = _container(member, depth + 1)
            if container != "unknown":
                return container
    return "unknown"


def _array_dtype(columns: tuple[Column, ...]) -> str:
    """Return the dtype that holds all columns of an array."""
    dtypes = {column.dtype for column in columns}
    if len(dtypes) == 1 and not dtypes & {"any", "category"}:
        return dtypes.pop()
    if all(column.type in ("number", "integer", "boolean") for column in columns):
        return "float64"
    return "any" if all(column.type == "any" and column.dtype != "object" for column in columns) else "object"


def _chosen(selection: Any, keys: list[Any]) -> Any:
    """Return the columns that a ColumnTransformer gave to one of its transformers: a list, or a single column."""
    if isinstance(selection, str):
        return selection
    if isinstance(selection, (int, np.integer)) and not isinstance(selection, (bool, np.bool_)):
        return keys[selection]
    if isinstance(selection, slice):
        if isinstance(selection.start, str) or isinstance(selection.stop, str):
            start = 0 if selection.start is None else keys.index(selection.start)
            return keys[start : None if selection.stop is None else keys.index(selection.stop) + 1]
        return keys[selection]
    chosen = list(selection)
    if chosen and all(isinstance(element, (bool, np.bool_)) for element in chosen):
        return [key for key, taken in zip(keys, chosen, strict=True) if taken]
    return [element if isinstance(element, str) else keys[int(element)] for element in chosen]


def _within(value: Any, depth: int) -> Iterator[Any]:
    if depth > 3 or isinstance(value, (str, bytes, int, float, type(None))):
        return
    if is_estimator(value):
        yield value
    elif isinstance(value, Mapping):
        for element in list(value.values()):
            yield from _within(element, depth + 1)
    elif isinstance(value, (list, tuple)) or (isinstance(value, np.ndarray) and value.dtype == object):
        for element in value.ravel() if isinstance(value, np.ndarray) else value:
            yield from _within(element, depth + 1)
    elif type(value).__module__.partition(".")[0] in LIBRARIES:  # this is no estimator itself, but it may hold one
        for element in list(getattr(value, "__dict__", {}).values()):
            yield from _within(element, depth + 1)


def _get(estimator: Any, name: str) -> Any:
    """Return an attribute that an estimator may have. A property may raise instead of returning it."""
    try:
        return getattr(estimator, name, None)
    except Exception:  # a property may raise anything
        return None


def _is_of(estimator: Any, library: str) -> bool:
    return type(estimator).__module__.partition(".")[0] == library
