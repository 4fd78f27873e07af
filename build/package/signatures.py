"""Shows the signature of a packaged model as a table for people."""

from __future__ import annotations

from pathlib import Path

from build.dist import manifest
from build.dist.entries import ColumnEntry, Inputs, ModelEntry
from build.errors import UserError

MOST = 8  # the most categories of a column that are shown
SHOWN = 200  # the most columns that are shown

WORDS = {
    "frame": "a table whose columns the request names",
    "texts": "a text",
    "objects": "an object, as it stands in the request",
    "unknown": "not known: rows are passed on as they come",
}


class NoSignature(UserError):
    template = "{out} has no packaged model with a signature. Run: invoke package --model model.pkl --out {out}"


def packaged(out: Path) -> ModelEntry:
    """Return the model's part of the manifest.

    Raises:
        NoSignature: nothing was packaged there, or a model without a signature.
    """
    model = manifest.model(out)
    if model is None or "signature" not in model:
        raise NoSignature(out=out)
    return model


def columns(inputs: Inputs) -> list[tuple[str, ...]]:
    """Return the rows of the table: name, type, dtype, what null becomes, and the categories of each column."""
    if isinstance(inputs, str):
        return [("", WORDS[inputs], "", "", "")]
    if isinstance(inputs, dict):
        tensor = inputs["tensor"]
        if "column" in tensor:
            return [_row(tensor["column"], f"0 to {tensor['shape'][1] - 1}")]
        inputs = tensor["columns"]
    rows = [_row(column, str(column["name"])) for column in inputs[:SHOWN]]
    return [*rows, (f"and {len(inputs) - SHOWN} more", "", "", "", "")] if len(inputs) > SHOWN else rows


def _row(column: ColumnEntry, name: str) -> tuple[str, ...]:
    categories = [str(category) for category in column.get("categories", ())]
    more = f" and {len(categories) - MOST} more" if len(categories) > MOST else ""
    unit = f", or a number of {column['unit']}" if "unit" in column else ""
    null = "is refused" if column["missing"] is None or column.get("strict") else column["missing"]
    return name, column["type"] + unit, column["dtype"], null, ", ".join(categories[:MOST]) + more
