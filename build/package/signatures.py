"""A packaged model's signature, for people."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from build.dist import manifest
from build.errors import UserError

MOST = 8  # categories that are shown
SHOWN = 200  # columns that are shown

WORDS = {
    "frame": "a table of the request's own columns",
    "texts": "a text",
    "objects": "an object, as the request has it",
    "unknown": "not known: rows are taken as they come",
}


class NoSignature(UserError):
    template = "{out} has no packaged model with a signature. Run: invoke package --model model.pkl --out {out}"


def packaged(out: Path) -> dict:
    """The model's part of the manifest.

    Raises:
        NoSignature
    """
    model: dict = (manifest.read(out) or {}).get("model") or {}
    if "signature" not in model:
        raise NoSignature(out=out)
    return model


def columns(inputs: Any) -> list[tuple[str, ...]]:
    """The rows of a table: name, type, dtype, what null becomes, categories."""
    if isinstance(inputs, str):
        return [("", WORDS[inputs], "", "", "")]
    if isinstance(inputs, dict):
        tensor = inputs["tensor"]
        if "column" in tensor:
            return [_row({**tensor["column"], "name": f"0 to {tensor['shape'][1] - 1}"})]
        inputs = tensor["columns"]
    rows = [_row(column) for column in inputs[:SHOWN]]
    return [*rows, (f"and {len(inputs) - SHOWN} more", "", "", "", "")] if len(inputs) > SHOWN else rows


def _row(column: dict) -> tuple[str, ...]:
    known = [str(each) for each in column.get("categories", ())]
    shown = ", ".join(known[:MOST]) + (f" and {len(known) - MOST} more" if len(known) > MOST else "")
    unit = f", or a number of {column['unit']}" if "unit" in column else ""
    absent = "is refused" if column["missing"] is None or column.get("strict") else column["missing"]
    return str(column["name"]), column["type"] + unit, column["dtype"], absent, shown
