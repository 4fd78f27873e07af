"""The signature of a model: what it takes and returns. It decides how every request is read.

Packaging finds it (build/target/own_answers.py) and writes it beside the handler. For a model that was not packaged,
`serving.requests.inspection` derives it from the fitted estimator.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from functools import cached_property
from pathlib import Path
from typing import Any

FILE = "signature.json"  # beside the handler

# What a column's values are, and how messages name one of them
TYPES = {
    "number": "a number",
    "integer": "a whole number",
    "boolean": "true or false",
    "text": "a text",
    "category": "one of its categories",
    "datetime": "a time in ISO 8601",
    "timedelta": "a duration",
    "any": "a value",
}

# The methods that may be asked for. An estimator answers with the first one that it has, unless a request names another
METHODS = (
    "predict",
    "predict_proba",
    "predict_log_proba",
    "decision_function",
    "score_samples",
    "transform",
)


# The types of columns that numpy has
NUMPY_FLOATS = ("float64", "float32", "float16")
NUMPY_INTEGERS = tuple(f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64))


@dataclass(frozen=True)
class Column:
    """One column of the table, or of the array, that a model was fitted with."""

    name: str | int  # the position of an array's column
    type: str  # a key of TYPES
    dtype: str  # the name that pandas or numpy has for it: "float64", "object", "category", "datetime64[ns, UTC]"
    missing: str | None = "NaN"  # what a missing value is: "NaN", "None", "NaT" or "NA"; None: there is none
    categories: tuple[Any, ...] | None = None  # all categories of a category in their order; the known values of a text
    categories_dtype: str | None = None
    ordered: bool = False
    unit: str | None = None  # the unit of times and durations that are sent as numbers: "s", "ms", "us" or "ns"
    empty_is_text: bool = False  # whether an empty cell of a CSV file is an empty text, and not a missing value
    strict: bool = False  # whether a column of integers takes neither a missing value nor a fraction

    def to_json(self) -> dict[str, Any]:
        """Return the column as the manifest has it, which leaves out defaults."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        kept = {name: value for name, value in values.items() if name in ALWAYS or value != DEFAULTS[name]}
        if self.categories is not None:
            kept["categories"] = list(self.categories)
        return kept

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Column:
        categories = content.get("categories")
        return cls(**{**content, "categories": None if categories is None else tuple(categories)})


ALWAYS = ("name", "type", "dtype", "missing")
DEFAULTS = {field.name: field.default for field in fields(Column)}


@dataclass(frozen=True)
class Signature:
    """What a model takes, and the methods and classes that it has.

    container   what its rows come in
    "frame"     a table; without columns, a table with the request's own names
    "array"     a numpy array of shape (n_rows, n_columns)
    "texts"     a list of n_rows texts, as vectorizers take them
    "objects"   a list of n_rows dicts (DictVectorizer), or of whatever else the request holds
    "unknown"   not known: tables with the request's own names, arrays or texts, as they come

    frame       how the estimator gets such a table; for the last two, packaging has shown that the answers are the same
    "pandas"    a pandas DataFrame
    "light"     a table without pandas (`serving.requests.frames`)
    "array"     a numpy array
    """

    container: str
    columns: tuple[Column, ...] | None = None
    dtype: str | None = None  # of an array; "any" means numbers, or objects if a value is no number
    methods: tuple[str, ...] = ("predict",)
    method: str = "predict"  # the method that answers a request which names none
    classes: tuple[Any, ...] | None = None
    outputs: Mapping[str, Any] | None = None  # by method: the type of its values, and their shape
    source: str | None = None  # where the knowledge of the columns comes from
    frame: str = "pandas"

    @property
    def width(self) -> int | None:
        return None if self.columns is None else len(self.columns)

    @property
    def names(self) -> list[str | int] | None:
        """Return the columns' names, if they are known."""
        return [column.name for column in self.columns] if self.columns is not None else None

    @cached_property
    def read_as(self) -> tuple[Column, ...]:
        """Return the columns as the reader makes them. Without pandas, texts and categories of a table are objects."""
        columns = self.columns or ()
        if self.container != "frame" or self.frame == "pandas":
            return columns
        return tuple(replace(one, dtype="object") if one.dtype in ("str", "category") else one for one in columns)

    @cached_property
    def written(self) -> Any:
        """Return how `serving.requests.packing` writes the columns of many rows at once."""
        from serving.requests.packing import Plan

        return Plan.of(self.columns or ())

    def to_json(self) -> dict[str, Any]:
        """Return the signature as the manifest has it. ``inputs`` is a list of columns, {"tensor": ...} or a word."""
        content: dict[str, Any] = {"inputs": self._inputs(), "methods": list(self.methods), "method": self.method}
        if self.classes is not None:
            content["classes"] = list(self.classes)
        if self.outputs is not None:
            content["outputs"] = dict(self.outputs)
        if self.source is not None:
            content["source"] = self.source
        if self.frame != "pandas":
            content["frame"] = self.frame
        return content

    def _inputs(self) -> Any:
        if self.container == "array" and self.columns is not None:
            tensor: dict[str, Any] = {"dtype": self.dtype, "shape": [-1, len(self.columns)]}
            first, *others = self.columns
            alike = all(column.to_json() == {**first.to_json(), "name": at} for at, column in enumerate(others, 1))
            if alike and first.name == 0:
                return {"tensor": {**tensor, "column": first.to_json()}}  # there may be thousands of columns
            return {"tensor": {**tensor, "columns": [column.to_json() for column in self.columns]}}
        if self.container == "frame" and self.columns is not None:
            return [column.to_json() for column in self.columns]
        return self.container

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Signature:
        """Make a signature of what `to_json` returned."""
        inputs = content["inputs"]
        columns, container, dtype = None, inputs, None
        if isinstance(inputs, list):
            columns, container = tuple(map(Column.from_json, inputs)), "frame"
        elif isinstance(inputs, dict):
            tensor = inputs["tensor"]
            container, dtype = "array", tensor["dtype"]
            if "column" in tensor:
                columns = tuple(Column.from_json({**tensor["column"], "name": at}) for at in range(tensor["shape"][1]))
            else:
                columns = tuple(map(Column.from_json, tensor["columns"]))
        classes = content.get("classes")
        return cls(
            container=container,
            columns=columns,
            dtype=dtype,
            methods=tuple(content["methods"]),
            method=content["method"],
            classes=None if classes is None else tuple(classes),
            outputs=content.get("outputs"),
            source=content.get("source"),
            frame=content.get("frame", "pandas"),
        )


def read_packaged(folder: Path, sha256: str) -> dict[str, Any] | None:
    """Read what packaging left in the function's folder for the model with this digest: "signature" and more."""
    path = folder / FILE
    if not path.is_file():
        return None
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content if content["model_sha256"] == sha256 else None
