"""What a model takes and gives: the signature, which drives how every request is read.

Packaging finds it (build/target/own_answers.py) and writes it beside the handler; for a model that was not packaged,
`serving.requests.inspection` reads it off the fitted estimator.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from functools import cached_property
from pathlib import Path
from typing import Any

FILE = "signature.json"  # beside the handler

# What a column's values are, and what the messages call one of them
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

# What an estimator may be asked for; the first that it has is what it answers with, if nothing else is said
METHODS = (
    "predict",
    "predict_proba",
    "predict_log_proba",
    "decision_function",
    "score_samples",
    "transform",
)


# Types of columns that numpy has
NUMPY_FLOATS = ("float64", "float32", "float16")
NUMPY_INTEGERS = tuple(f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64))


@dataclass(frozen=True)
class Column:
    """One column of the table, or of the array, that a model was fitted with."""

    name: str | int  # of an array's column its position
    type: str  # a key of TYPES
    dtype: str  # as pandas or numpy calls it: "float64", "object", "category", "datetime64[ns, UTC]"
    missing: str | None = "NaN"  # what stands for a missing value: "NaN", "None", "NaT" or "NA"; None: there is none
    categories: tuple[Any, ...] | None = None  # of a category all, in their order; of a text those that are known
    categories_dtype: str | None = None
    ordered: bool = False
    unit: str | None = None  # of times and durations that are sent as numbers: "s", "ms", "us" or "ns"
    empty_is_text: bool = False  # whether an empty cell of a CSV file is a text of no characters, or a missing value
    strict: bool = False  # whether a column of integers may hold neither a missing value nor a fraction

    def to_json(self) -> dict[str, Any]:
        """As the manifest has it: what is not said is the default."""
        said = {each.name: getattr(self, each.name) for each in fields(self)}
        kept = {name: value for name, value in said.items() if name in ALWAYS or value != DEFAULTS[name]}
        if self.categories is not None:
            kept["categories"] = list(self.categories)
        return kept

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> Column:
        categories = said.get("categories")
        return cls(**{**said, "categories": None if categories is None else tuple(categories)})


ALWAYS = ("name", "type", "dtype", "missing")
DEFAULTS = {each.name: each.default for each in fields(Column)}


@dataclass(frozen=True)
class Signature:
    """What a model takes, and the methods and classes that it has.

    container   what its rows come in
    "frame"     a table; without columns, one of the request's own names
    "array"     a numpy array of shape (n_rows, n_columns)
    "texts"     a list of n_rows texts, as vectorizers take them
    "objects"   a list of n_rows dicts (DictVectorizer), or of whatever else the request has
    "unknown"   nothing says: tables of the request's own names, arrays or texts, as they come

    frame       what the estimator gets such a table as; of the last two packaging has shown that the answers are alike
    "pandas"    a pandas DataFrame
    "light"     a table without pandas (`serving.requests.frames`)
    "array"     a numpy array
    """

    container: str
    columns: tuple[Column, ...] | None = None
    dtype: str | None = None  # of an array; "any": numbers, or objects where one is none
    methods: tuple[str, ...] = ("predict",)
    method: str = "predict"  # which of them answers a request that names none
    classes: tuple[Any, ...] | None = None
    outputs: Mapping[str, Any] | None = None  # by method: the type of its values, and their shape
    source: str | None = None  # where the columns are known from
    frame: str = "pandas"

    @property
    def width(self) -> int | None:
        return None if self.columns is None else len(self.columns)

    @property
    def names(self) -> list[str | int] | None:
        """The columns' names, where requests may use them."""
        return [column.name for column in self.columns] if self.columns is not None else None

    @cached_property
    def read_as(self) -> tuple[Column, ...]:
        """The columns as the reader makes them: without pandas, texts and categories of a table are objects."""
        columns = self.columns or ()
        if self.container != "frame" or self.frame == "pandas":
            return columns
        return tuple(replace(each, dtype="object") if each.dtype in ("str", "category") else each for each in columns)

    @cached_property
    def written(self) -> Any:
        """How `serving.requests.packing` writes the columns of many rows at once."""
        from serving.requests.packing import Plan

        return Plan.of(self.columns or ())

    def to_json(self) -> dict[str, Any]:
        """As the manifest has it: ``inputs`` is a list of columns, {"tensor": ...}, or one word."""
        found: dict[str, Any] = {"inputs": self._inputs(), "methods": list(self.methods), "method": self.method}
        if self.classes is not None:
            found["classes"] = list(self.classes)
        if self.outputs is not None:
            found["outputs"] = dict(self.outputs)
        if self.source is not None:
            found["source"] = self.source
        if self.frame != "pandas":
            found["frame"] = self.frame
        return found

    def _inputs(self) -> Any:
        if self.container == "array" and self.columns is not None:
            tensor: dict[str, Any] = {"dtype": self.dtype, "shape": [-1, len(self.columns)]}
            first, *others = self.columns
            alike = all(each.to_json() == {**first.to_json(), "name": at} for at, each in enumerate(others, 1))
            if alike and first.name == 0:
                return {"tensor": {**tensor, "column": first.to_json()}}  # it may have thousands
            return {"tensor": {**tensor, "columns": [each.to_json() for each in self.columns]}}
        if self.container == "frame" and self.columns is not None:
            return [each.to_json() for each in self.columns]
        return self.container

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> Signature:
        """The reverse of `to_json`."""
        inputs = said["inputs"]
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
        classes = said.get("classes")
        return cls(
            container=container,
            columns=columns,
            dtype=dtype,
            methods=tuple(said["methods"]),
            method=said["method"],
            classes=None if classes is None else tuple(classes),
            outputs=said.get("outputs"),
            source=said.get("source"),
            frame=said.get("frame", "pandas"),
        )


def found(folder: Path, sha256: str) -> dict[str, Any] | None:
    """What packaging left in the function's folder, if it is of the model with this digest: "signature", and more."""
    path = folder / FILE
    if not path.is_file():
        return None
    said: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return said if said["model_sha256"] == sha256 else None
