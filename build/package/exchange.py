"""The types of the JSON that packaging exchanges with its scripts in build/target.

The scripts run under the interpreter of the layer's runtime and cannot import this module. They name these types in
their annotations only.
"""

from __future__ import annotations

from typing import Any, Literal, TypedDict

from build.dist.entries import ModelFacts, SignatureEntry

Cells = list[Any]  # rows of JSON values: each row is a list of values, or a text
Imports = Literal["eager", "lazy", "planned"]  # the ways in which target/record_use.py imports


class _DeclaredColumn(TypedDict):
    name: str | None
    type: str
    dtype: str


class DeclaredColumn(_DeclaredColumn, total=False):
    """A column that the user or MLflow declares."""

    missing: str | None
    unit: str
    categories: list[Any]
    ordered: bool
    weak: bool  # MLflow recorded it: the estimator's own information has priority


class OwnAnswersOrder(TypedDict):
    """The order for target/own_answers.py."""

    model: str
    format: str
    example: str | None
    columns: list[DeclaredColumn] | None
    method: str | None
    rows: str  # the file to which the rows are pickled
    expect: int  # the number of rows whose answers the user knows


class _Tried(TypedDict):
    rows: list[int]  # their positions among the rows
    method: str
    cells: Cells


class Tried(_Tried, total=False):
    """Rows that the estimator was called with, and its answer or its error."""

    answer: list[Any]
    error: str
    texts: list[list[str]]  # the rows as a CSV file has them
    null: str | int  # the column whose value was replaced by null


class Threads(TypedDict):
    """The estimators of a model that share their work among threads."""

    paths: list[list[str | int]]  # from the model to each of these estimators
    estimators: list[str]  # the names of their classes
    same: str | None  # how exactly one thread gives the same answers; None if it does not


class OwnAnswers(TypedDict):
    """The result of target/own_answers.py."""

    facts: ModelFacts
    signature: SignatureEntry
    tried: list[Tried]
    expected: Cells  # the rows whose answers the user knows
    needs_pandas: str | None  # why the model needs a pandas DataFrame
    numbers: bool  # whether its rows are numbers only
    threads: Threads | None


class WrongAnswer(TypedDict):
    """One answer in which the packaged function differs from the estimator."""

    form: str
    row: int
    column: str | int | None
    own: str
    handler: str


class Proved(TypedDict):
    """The result of target/prove.py."""

    tried: int
    wrong: list[WrongAnswer]
    events: list[Any]
    answered: list[dict[str, Any]]


class Asked(TypedDict):
    """Requests that target/try_frames.py made up, and the answers to them."""

    asked: list[dict[str, Any]]
    answers: list[str]


class ImportPlan(TypedDict):
    """The plan by which the handler imports: `serving.lazy_imports.Plan` as JSON."""

    packages: dict[str, bool]
    names: dict[str, dict[str, Any]]
    dunders: dict[str, list[str]]
    partly: list[str]
    execute: list[str]


class _Recorded(TypedDict):
    answers: list[str]
    missing: dict[str, list[str]]


class Recorded(_Recorded, total=False):
    """The result of target/record_use.py. Which keys it has depends on how the modules were imported."""

    packages: dict[str, bool]
    names: dict[str, Any]
    dunders: dict[str, list[str]]
    partly: list[str]
    modules: dict[str, str]
    files: list[str]
    execute: list[str]
    late: list[str]
    error: str
