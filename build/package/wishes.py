"""What a user says of a model beside the model: the files of --example, --signature, --expect and --request."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from build.errors import UserError
from build.package import request_files

# MLflow's types of columns -> the type and the dtype here
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
        "Types: {types}."
    )


class BadExpectations(UserError):
    template = (
        "{path} does not hold known answers ({why}).\nExpected JSON: a list with an answer for each row of --example, "
        'from the first on, or a request with its answers, {{"dataframe_records": [...], "predictions": [...]}}.'
    )


@dataclass(frozen=True)
class Wishes:
    """What is known of a model beside the model."""

    example: Path | None = None
    signature: Path | None = None
    expect: Path | None = None
    request: Path | None = None
    method: str | None = None
    untried: bool = False
    mlflow: list[dict] | None = None  # the columns of an MLflow model's own signature

    def check(self) -> None:
        """See that the files are there and can be read, before the work.

        Raises:
            NoExample, BadSignature, BadExpectations, and those of `build.package.request_files`
        """
        if self.example is not None and not self.example.is_file():
            raise NoExample(path=self.example)
        if self.request is not None:
            request_files.read(self.request)
        columns(self)
        if self.expect is not None:
            found = expectations(self.expect)
            if "event" not in found and self.example is None and self.request is None:
                raise BadExpectations(path=self.expect, why="it has no rows, and no --example is given")

    def files(self) -> list[Path]:
        """All files, for who wants to know whether anything changed."""
        return [path for path in (self.example, self.signature, self.expect, self.request) if path is not None]


def expectations(path: Path) -> dict:
    """Answers that are known: {"answers": [...]}, and "event" where the file has the rows, too.

    Raises:
        BadExpectations
    """
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BadExpectations(path=path, why=error) from error
    answers = said.get("predictions") if isinstance(said, dict) else said
    if not isinstance(answers, list) or not answers:
        raise BadExpectations(path=path, why="it has no list of answers")
    event = {name: value for name, value in said.items() if name != "predictions"} if isinstance(said, dict) else {}
    return {"answers": answers, **({"event": event} if event else {})}


def columns(wanted: Wishes) -> list[dict] | None:
    """What was said of the columns by hand, or else by MLflow; None if nothing was.

    Raises:
        BadSignature
    """
    if wanted.signature is None:
        return wanted.mlflow
    try:
        return of_mlflow(json.loads(wanted.signature.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError) as error:
        why = f"{error} is missing" if isinstance(error, KeyError) else error
        raise BadSignature(path=wanted.signature, why=why, types=", ".join(OF_MLFLOW)) from error


def of_mlflow(said: Any) -> list[dict]:
    """The columns of a signature in MLflow's JSON, with the type category beside MLflow's own.

    Raises:
        ValueError: it is none; the message says why.
    """
    inputs = said.get("inputs") if isinstance(said, dict) else said
    inputs = json.loads(inputs) if isinstance(inputs, str) else inputs  # as it stands in an MLmodel file
    if not isinstance(inputs, list) or not all(isinstance(each, dict) for each in inputs):
        raise ValueError("it has no list of inputs")
    # of a tensor, dtype and width are what the estimator says
    return [_column(each) for each in inputs if each["type"] != "tensor"]


def _column(said: dict) -> dict:
    kind = said["type"]
    if kind not in OF_MLFLOW:
        raise ValueError(f"{kind!r} is no type of a column")
    if unknown := [key for key in said if key not in KEYS]:
        raise ValueError(f"a column has no {unknown[0]!r}")
    type_, dtype = OF_MLFLOW[kind]
    column = {"name": said.get("name"), "type": type_, "dtype": said.get("dtype", dtype)}
    if type_ == "boolean" and "dtype" not in said:  # pandas has no missing value beside plain booleans
        column |= {"dtype": "object"} if said.get("required") is False else {"missing": None}
    for key, known in (("missing", MISSING), ("unit", UNITS)):
        if key in said and said[key] not in known:
            raise ValueError(f"{key} is one of {', '.join(map(str, known))}; got {said[key]!r}")
    if type_ == "category" and not said.get("categories"):
        raise ValueError(f"the column {said.get('name')!r} is a category and names no categories")
    return column | {key: said[key] for key in ("missing", "unit", "categories", "ordered") if key in said}
