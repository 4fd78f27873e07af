"""Writes the same rows in each form of request, with pandas and json alone, as somebody with a DataFrame would.

A missing value is null, a date is in ISO 8601, and a CSV file is what pandas writes. If a form cannot express what
the rows hold, it is left out, and the reason is recorded.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

JSON, CSV = "application/json", "text/csv"


@dataclass(frozen=True)
class Form:
    """A way to write rows down."""

    name: str
    write: Callable[[Any], Any]
    content_type: str = JSON
    by_mlflow: bool = True  # MLflow takes lists only for arrays, and CSV files only for named columns
    as_csv: bool = False  # whether it holds the cells of a CSV file


def cell(value: Any) -> Any:
    """Return a value as a JSON value."""
    if isinstance(value, (list, dict)):
        return value
    if pd.isna(value):
        return None
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return value.item() if isinstance(value, np.generic) else value


def lists(rows: Any) -> list[list[Any]]:
    table = pd.DataFrame(rows)
    columns = [[cell(value) for value in table.iloc[:, at]] for at in range(table.shape[1])]
    return [list(row) for row in zip(*columns, strict=True)]


def records(rows: pd.DataFrame) -> list[dict[str, Any]]:
    return [dict(zip(map(str, rows.columns), row, strict=True)) for row in lists(rows)]


def split(rows: Any) -> dict[str, list[Any]]:
    table = pd.DataFrame(rows)
    return {"columns": [cell(name) for name in table.columns], "index": table.index.tolist(), "data": lists(rows)}


def columns(rows: pd.DataFrame) -> dict[str, list[Any]]:
    return {str(name): [cell(value) for value in rows[name]] for name in rows.columns}


def text(rows: Any) -> str:
    return str(pd.DataFrame(rows).to_csv(index=False))


def items(rows: Any) -> list[dict[str, str]]:
    """Return the objects of strings that Step Functions reads from a CSV file with a header."""
    return list(csv.DictReader(io.StringIO(text(rows))))


def plain(rows: Any) -> list[Any]:
    return list(rows)


RECORDS = Form("dataframe_records", lambda rows: {"dataframe_records": records(rows)})
SPLIT = Form("dataframe_split", lambda rows: {"dataframe_split": split(rows)})


def _csvs(*, by_mlflow: bool) -> tuple[Form, ...]:
    return (
        Form("csv", lambda rows: {"csv": text(rows)}, by_mlflow=False, as_csv=True),
        Form("text/csv", text, content_type=CSV, by_mlflow=by_mlflow, as_csv=True),
        Form("Items, strings", lambda rows: {"Items": items(rows)}, by_mlflow=False, as_csv=True),
    )


def _listed(name: str, write: Callable[[Any], list[Any]], *, by_mlflow: bool = True) -> tuple[Form, ...]:
    return (
        Form(f"instances, {name}", lambda rows: {"instances": write(rows)}, by_mlflow=by_mlflow),
        Form(f"inputs, {name}", lambda rows: {"inputs": write(rows)}, by_mlflow=by_mlflow),
        Form(f"Items, {name}", lambda rows: {"Items": write(rows)}, by_mlflow=False),
    )


OF_FRAMES = (
    RECORDS,
    SPLIT,
    *_listed("objects", records),
    *_listed("lists", lists, by_mlflow=False),
    Form("inputs, columns", lambda rows: {"inputs": columns(rows)}),
    *_csvs(by_mlflow=True),
)
OF_ARRAYS = (SPLIT, *_listed("lists", lists), *_csvs(by_mlflow=False))
OF_TEXTS = _listed("texts", plain)
OF_OBJECTS = _listed("objects", plain)


def of(rows: Any) -> tuple[Form, ...]:
    """Return the forms in which such rows can be sent."""
    if isinstance(rows, pd.DataFrame):
        return OF_FRAMES
    if isinstance(rows, np.ndarray):
        return OF_ARRAYS
    return OF_TEXTS if isinstance(rows[0], str) else OF_OBJECTS


def left_out(form: Form, rows: Any) -> str | None:
    """Return why these rows are not sent in a form, or None if they are."""
    if not form.as_csv:
        return None
    if isinstance(rows, np.ndarray) and rows.dtype == object:
        return "an array of objects has no types by column, and a CSV file none by cell"
    table = pd.DataFrame(rows)
    if any((table[name] == "").any() and table[name].isna().any() for name in table.columns):
        return "an empty text and a missing value are the same in a CSV file"
    return None


def requests(rows: Any) -> dict[str, dict[str, Any]]:
    """Return the requests by form, with all rows in one request and with each row in its own.

    {form: {"left_out": reason} or {"content_type", "by_mlflow", "together": body, "alone": [body, ...]}}
    """
    content: dict[str, dict[str, Any]] = {}
    for form in of(rows):
        reason = left_out(form, rows)
        content[form.name] = (
            {"left_out": reason}
            if reason
            else {
                "content_type": form.content_type,
                "by_mlflow": form.by_mlflow,
                "together": form.write(rows),
                "alone": [form.write(rows[at : at + 1]) for at in range(len(rows))],
            }
        )
    return content
