"""Reads off a fitted estimator what it takes.

It is walked through whatever estimators it holds, in their order: of a pipeline the steps, of a ColumnTransformer each
with its columns, of all others what lies in their attributes. The first that knows a column says what it is; what comes
behind a step that may have changed the values is believed less (type "any" takes texts and numbers as they come).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from serving.requests import libraries, methods
from serving.requests.signature import Column, Signature
from serving.requests.words import is_missing

LIBRARIES = (
    "sklearn",
    "lightgbm",
    "xgboost",
    "catboost",
    "imblearn",
)  # they take numbers, if they do not say else
DEEPEST = 12  # estimators within estimators


def inspect(estimator: Any) -> Signature:
    """The signature of a fitted estimator, as far as it tells."""
    names, width = input_names(estimator), input_width(estimator)
    found = methods.of(estimator)
    classes = getattr(estimator, "classes_", None)
    told = Signature(
        container="unknown",
        methods=found,
        method=found[0] if found else "predict",
        classes=tuple(map(plain, classes.tolist())) if isinstance(classes, np.ndarray) and classes.ndim == 1 else None,
        source="the estimator",
    )
    if width is None:
        return replace(told, container=_container(estimator))
    keys: list[Any] = list(range(width)) if names is None else list(names)
    walk = Walk(estimator, keys, named=names is not None)
    columns = tuple(walk.column(key) for key in keys)
    if names is not None:
        return replace(told, container="frame", columns=columns)
    return replace(told, container="array", columns=columns, dtype=_array_dtype(columns))


def input_names(estimator: Any) -> list[str] | None:
    """The names that it was fitted with; None if it says none."""
    for attribute in ("feature_names_in_", "feature_names_"):  # the latter is CatBoost's
        names = _get(estimator, attribute)
        if names is not None and len(names) and _is_of(estimator, "catboost") | (attribute == "feature_names_in_"):
            names = [str(name) for name in names]
            return None if _is_of(estimator, "catboost") and names == [str(at) for at in range(len(names))] else names
    return None


def input_width(estimator: Any) -> int | None:
    """How many columns it was fitted with; None if it says none. CatBoost says 0 for that."""
    width = _get(estimator, "n_features_in_")
    if not width:
        names = _get(estimator, "feature_names_") if _is_of(estimator, "catboost") else input_names(estimator)
        return len(names) if names is not None and len(names) else None
    return int(width)


def held(estimator: Any, depth: int = 0) -> Iterator[Any]:
    """The estimators that lie in an estimator's attributes, however deep in lists, tuples and dicts, in their order."""
    for value in list(getattr(estimator, "__dict__", {}).values()):
        yield from _within(value, depth)


def is_estimator(value: Any) -> bool:
    return not isinstance(value, type) and any(hasattr(value, name) for name in ("fit", "transform", "predict"))


def plain(value: Any) -> Any:
    """A class or a category as JSON has it."""
    value = value.item() if isinstance(value, np.generic) else value
    if is_missing(value):
        return None
    return value if isinstance(value, (str, int, float, bool, type(None))) else str(value)


class Walk:
    """What the estimators in an estimator say of its columns."""

    def __init__(self, estimator: Any, keys: list[Any], named: bool) -> None:
        self.named = named
        self.found: dict[Any, Column] = {}
        self.floats: dict[Any, set[str]] = {}  # the kinds of numbers that the first estimators of a column learned
        self.seen: set[int] = set()
        self.dropped: set[Any] = set()  # columns of which nobody knows more than that somebody leaves them out
        self.look(estimator, keys, True, 0)

    def column(self, key: Any) -> Column:
        """What is known of a column; one of numbers, if nothing is."""
        column = self.found.get(key) or Column(key, "number", "float64")
        if column.type == "number" and column.dtype == "float64" and self.floats.get(key) == {"float32"}:
            return replace(column, dtype="float32")
        return column

    def look(self, estimator: Any, keys: list[Any], sure: bool, depth: int) -> None:
        """Have an estimator, and those in it, say what they know of the columns that they were given.

        Args:
            keys: the columns, in the order in which the estimator got them.
            sure: whether it got them as the whole model did.
        """
        if id(estimator) in self.seen or depth > DEEPEST or not is_estimator(estimator):
            return
        self.seen.add(id(estimator))
        keys = input_names(estimator) or keys if self.named else keys
        steps, parts = _get(estimator, "steps"), _get(estimator, "transformers_")
        if isinstance(steps, list):
            self._steps([step for _, step in steps], keys, sure, depth)
        elif isinstance(parts, list):
            self._parts(parts, keys, sure, depth)
        elif is_identity(estimator):
            self._say([Column(key, "any", "float64") for key in keys], sure)
        elif is_own(estimator):
            self._inner(estimator, keys, False, depth)
            self._say([Column(key, "any", "any") for key in keys], sure)
        else:
            self._say(libraries.columns(estimator, keys), sure)
            self._learned(estimator, keys)
            before = set(self.dropped)
            self._inner(estimator, keys, sure, depth)
            inside = self.dropped - before  # an estimator in it leaves them out
            self._say([Column(key, "number", "float64") for key in keys if key not in inside], sure)

    def _steps(self, steps: list[Any], keys: list[Any], sure: bool, depth: int) -> None:
        for step in steps:
            if step is None or isinstance(step, str):
                continue
            if input_width(step) not in (None, len(keys)) and not (self.named and input_names(step)):
                return  # columns were made, or left out, and nobody says which
            self.look(step, keys, sure, depth + 1)
            sure = sure and keeps_values(step)

    def _parts(self, parts: list[Any], keys: list[Any], sure: bool, depth: int) -> None:
        for _, part, which in parts:
            chosen = _chosen(which, keys)
            if not isinstance(chosen, list):  # one column as such, not a table of one: what vectorizers take
                self._say([Column(chosen, "text", "object", empty_is_text=True)], sure)
            elif part == "drop":
                self._drop(chosen)
            elif part == "passthrough":
                self._say([Column(key, "any", "float64") for key in chosen], sure)
            else:
                self.look(part, chosen, sure, depth + 1)

    def _inner(self, estimator: Any, keys: list[Any], sure: bool, depth: int) -> None:
        """Those that lie in it: first those that know their columns by name, then those that have as many."""
        fitted = _get(estimator, "estimators_")
        subsets = _get(estimator, "estimators_features_")
        if isinstance(subsets, list) and isinstance(fitted, list):
            for each, subset in zip(fitted, subsets, strict=True):
                self.look(each, [keys[at] for at in subset], sure, depth + 1)
        inner = [each for each in held(estimator) if is_fitted(each) and not _is_of_labels(each)]
        for each in sorted(inner, key=lambda each: not input_names(each)):
            if input_names(each) or input_width(each) in (None, len(keys)):
                self.look(each, keys, sure, depth + 1)

    def _drop(self, keys: list[Any]) -> None:
        """Columns that a ColumnTransformer leaves out may hold anything, unless another estimator knows them."""
        for key in keys:
            if key not in self.found:
                self.found[key] = Column(key, "any", "object")
                self.dropped.add(key)

    def _say(self, columns: Iterable[Column], sure: bool) -> None:
        for column in columns:
            known = self.found.get(column.name)
            if known is None or column.name in self.dropped:
                self.found[column.name] = column if sure else _believed(column)
                self.dropped.discard(column.name)
            elif sure and known.type == column.type == "text" and known.categories is None:
                # an imputer has said that they are texts, and the encoder behind it knows which
                self.found[column.name] = replace(known, categories=column.categories)
            elif known.type == "any" and known.dtype == "any":  # a later step may know how a CSV file is to be read
                self.found[column.name] = _believed(column)

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
    """Whether a step of a pipeline hands on the values that it got, but for missing ones or whole columns."""
    module = type(step).__module__
    return module.startswith(("sklearn.impute", "sklearn.feature_selection"))


def is_own(estimator: Any) -> bool:
    """Whether it is of the user's own code, or calls it: then it may take whatever it likes."""
    name, module = type(estimator).__name__, type(estimator).__module__
    return module.partition(".")[0] not in LIBRARIES or name == "FunctionTransformer"


def is_identity(estimator: Any) -> bool:
    """Whether it hands on what it gets: what a ColumnTransformer makes of "passthrough"."""
    return type(estimator).__name__ == "FunctionTransformer" and _get(estimator, "func") is None


def is_fitted(estimator: Any) -> bool:
    """Whether it learned something, or something in it did."""
    learned = vars(estimator) if hasattr(estimator, "__dict__") else ()
    if any(name.endswith("_") and not name.startswith("__") for name in learned) or input_width(estimator):
        return True
    steps = _get(estimator, "steps")
    return isinstance(steps, list) and any(is_fitted(step) for _, step in steps if is_estimator(step))


def _is_of_labels(estimator: Any) -> bool:
    """Whether it encodes what is predicted, not what is asked."""
    return type(estimator).__module__ == "sklearn.preprocessing._label"


def _believed(column: Column) -> Column:
    """A column as a step says that did not get the model's own values: JSON as it comes, and CSV as that step wants."""
    if column.type in ("any", "text"):
        return replace(column, type="any")
    return replace(column, type="any", dtype="float64", categories=None)


def _container(estimator: Any, depth: int = 0) -> str:
    """What the rows of a model without features come in."""
    if hasattr(estimator, "build_analyzer"):
        return "texts"
    if type(estimator).__name__ == "DictVectorizer" or _get(estimator, "input_type") in ("dict", "pair", "string"):
        return "objects"
    steps = _get(estimator, "steps")
    if isinstance(steps, list):
        inner = [step for _, step in steps if step is not None and not isinstance(step, str)][:1]
    else:
        inner = list(held(estimator))
    if is_own(estimator) and not isinstance(steps, list):
        return "unknown"
    if depth < DEEPEST:
        for each in inner:
            found = _container(each, depth + 1)
            if found != "unknown":
                return found
    return "unknown"


def _array_dtype(columns: tuple[Column, ...]) -> str:
    """What holds an array's columns together."""
    dtypes = {column.dtype for column in columns}
    if len(dtypes) == 1 and not dtypes & {"any", "category"}:
        return dtypes.pop()
    if all(column.type in ("number", "integer", "boolean") for column in columns):
        return "float64"
    return "any" if all(column.type == "any" and column.dtype != "object" for column in columns) else "object"


def _chosen(which: Any, keys: list[Any]) -> Any:
    """The columns that a ColumnTransformer gave to a part of it: a list, or one as such."""
    if isinstance(which, str):
        return which
    if isinstance(which, (int, np.integer)) and not isinstance(which, (bool, np.bool_)):
        return keys[which]
    if isinstance(which, slice):
        if isinstance(which.start, str) or isinstance(which.stop, str):
            start = 0 if which.start is None else keys.index(which.start)
            return keys[start : None if which.stop is None else keys.index(which.stop) + 1]
        return keys[which]
    chosen = list(which)
    if chosen and all(isinstance(each, (bool, np.bool_)) for each in chosen):
        return [key for key, taken in zip(keys, chosen, strict=True) if taken]
    return [each if isinstance(each, str) else keys[int(each)] for each in chosen]


def _within(value: Any, depth: int) -> Iterator[Any]:
    if depth > 3 or isinstance(value, (str, bytes, int, float, type(None))):
        return
    if is_estimator(value):
        yield value
    elif isinstance(value, Mapping):
        for each in list(value.values()):
            yield from _within(each, depth + 1)
    elif isinstance(value, (list, tuple)) or (isinstance(value, np.ndarray) and value.dtype == object):
        for each in value.ravel() if isinstance(value, np.ndarray) else value:
            yield from _within(each, depth + 1)
    elif type(value).__module__.partition(".")[0] in LIBRARIES:  # no estimator itself, but it may hold one
        for each in list(getattr(value, "__dict__", {}).values()):
            yield from _within(each, depth + 1)


def _get(estimator: Any, name: str) -> Any:
    """An attribute that an estimator may have; a property of one that holds others raises where those have none."""
    try:
        return getattr(estimator, name, None)
    except Exception:  # whatever a property does
        return None


def _is_of(estimator: Any, library: str) -> bool:
    return type(estimator).__module__.partition(".")[0] == library
