"""Reads what the user declares about a model: --example, --signature, --expect, --request and --method."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypedDict

from build.errors import UserError
from build.package import request_files
from build.package.exchange import DeclaredColumn

# MLflow's types of columns, with the type and the dtype that they have here
OF_MLFLOW = {
    "boolean": ("boolean", "bool"),
    "integer": ("integer", "int32"),
    "long": ("integer", "int64"),
    "float": ("number", "float32"),
    "double": ("number", "float64"),
    "string": ("text", "object"),
    "datetime": ("datetime", "datetime64[ns]"),
    "category": ("category", "category"),
    "binary": ("any", "object"),
}
MISSING = ("NaN", "None", "NaT", "NA", None)
UNITS = ("s", "ms", "us", "ns")
KEPT: tuple[Literal["missing", "unit", "categories", "ordered"], ...] = ("missing", "unit", "categories", "ordered")
KEYS = ("name", "type", "required", "categories", "ordered", "missing", "unit", "dtype")


class NoExample(UserError):
    template = (
        "There is no file {path} for --example. Give rows that the model was fitted on, without the answers: Parquet, "
        "Feather, CSV, JSON records, or a pickled DataFrame, array or list."
    )


class BadSignature(UserError):
    template = (
        "{path} is not a signature ({why}).\nExpected MLflow's JSON, such as "
        '{{"inputs": [{{"name": "age", "type": "long"}}, {{"name": "s", "type": "category", "categories": ["a"]}}]}}. '
        "The types are: {types}."
    )


class BadExpectations(UserError):
    template = (
        "{path} does not contain known answers ({why}).\nExpected JSON: a list with one answer for each row of "
        "--example, starting with the first row, or a request together with its answers, "
        '{{"dataframe_records": [...], "predictions": [...]}}.'
    )


class _Answers(TypedDict):
    answers: list[Any]


class Expectations(_Answers, total=False):
    """Known answers, and the request that they belong to, if the file has one."""

    event: dict[str, Any]


@dataclass(frozen=True)
class Declared:
    """What the user, or the MLflow folder of the model, declares about a model."""

    example: Path | None = None  # rows that the model was fitted on
    signature: Path | None = None
    expect: Path | None = None  # answers that are known
    request: Path | None = None
    method: str | None = None
    untried: bool = False  # whether the model may be shipped although no prediction could be tried
    mlflow: list[DeclaredColumn] | None = None  # the columns in the signature of an MLflow model

    def check(self) -> None:
        """Check, before the work begins, that all files exist and can be read.

        Raises:
            NoExample, BadSignature, BadExpectations, and the errors of `build.package.request_files`
        """
        if self.example is not None and not self.example.is_file():
            raise NoExample(path=self.example)
        if self.request is not None:
            request_files.read(self.request)
        columns(self)
        if self.expect is not None:
            expected = expectations(self.expect)
            if "event" not in expected and self.example is None and self.request is None:
                raise BadExpectations(path=self.expect, why="it has no rows, and there is no --example")

    def files(self) -> dict[str, Path]:
        """Return all files that are named, by their role, so that a cache notices when one of them has changed."""
        roles = {
            "example": self.example,
            "signature": self.signature,
            "expect": self.expect,
            "request": self.request,
        }
        return {role: path for role, path in roles.items() if path is not None}


NOTHING = Declared()


def expectations(path: Path) -> Expectations:
    """Read the known answers, and the request that they belong to, if the file has one.

    Raises:
        BadExpectations
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BadExpectations(path=path, why=error) from error
    answers = content.get("predictions") if isinstance(content, dict) else content
    if not isinstance(answers, list) or not answers:
        raise BadExpectations(path=path, why="it has no list of answers")
    event = {key: value for key, value in content.items() if key != "predictions"} if isinstance(content, dict) else {}
    return {"answers": answers, "event": event} if event else {"answers": answers}


def columns(declared: Declared) -> list[DeclaredColumn] | None:
    """Return the columns that --signature declares, or else those that MLflow recorded, or None if there are neither.

    Raises:
        BadSignature
    """
    if declared.signature is None:
        return declared.mlflow
    try:
        return of_mlflow(json.loads(declared.signature.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError) as error:
        why = f"{error} is missing" if isinstance(error, KeyError) else error
        raise BadSignature(path=declared.signature, why=why, types=", ".join(OF_MLFLOW)) from error


def of_mlflow(signature: Any) -> list[DeclaredColumn]:
    """Return the columns of a signature in MLflow's JSON. In addition to MLflow's types, it may use the type category.

    Raises:
        ValueError: it is not such a signature; the message says why.
    """
    inputs = signature.get("inputs") if isinstance(signature, dict) else signature
    inputs = json.loads(inputs) if isinstance(inputs, str) else inputs  # an MLmodel file has the JSON in a string
    if not isinstance(inputs, list) or not all(isinstance(column, dict) for column in inputs):
        raise ValueError("it has no list of inputs")
    # The dtype and the width of a tensor come from the estimator itself
    return [_column(column) for column in inputs if column["type"] != "tensor"]


def _column(noted: dict[str, Any]) -> DeclaredColumn:
    kind = noted["type"]
    if kind not in OF_MLFLOW:
        raise ValueError(f"{kind!r} is not a type of a column")
    if unknown := [key for key in noted if key not in KEYS]:
        raise ValueError(f"a column has no {unknown[0]!r}")
    type_, dtype = OF_MLFLOW[kind]
    column: DeclaredColumn = {"name": noted.get("name"), "type": type_, "dtype": noted.get("dtype", dtype)}
    if type_ == "boolean" and "dtype" not in noted:  # a plain boolean column of pandas has no missing values
        if noted.get("required") is False:
            column["dtype"] = "object"
        else:
            column["missing"] = None
    for key, allowed in (("missing", MISSING), ("unit", UNITS)):
        if key in noted and noted[key] not in allowed:
            raise ValueError(f"{key} is one of {', '.join(map(str, allowed))}; got {noted[key]!r}")
    if type_ == "category" and not noted.get("categories"):
        raise ValueError(f"the column {noted.get('name')!r} is a category and names no categories")
    for key_ in KEPT:
        if key_ in noted:
            column[key_] = noted[key_]
    return column
