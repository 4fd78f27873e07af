"""A request that fits a signature, made up: no row of anybody's data."""

from __future__ import annotations

from typing import Any


def request(model: dict) -> dict:
    """One row, as a request.

    Args:
        model: the model's part of the manifest.
    """
    inputs = model.get("signature", {}).get("inputs")
    if isinstance(inputs, list):
        return {"dataframe_records": [{str(column["name"]): value(column) for column in inputs}]}
    if isinstance(inputs, dict):
        tensor = inputs["tensor"]
        columns = tensor.get("columns") or [tensor["column"]] * tensor["shape"][1]
        return {"instances": [[value(column) for column in columns]]}
    if inputs == "texts":
        return {"instances": ["a text"]}
    return {"instances": [[0] * (model["n_features_in"] or 1)]}


def value(column: dict) -> Any:
    """A value that a column takes."""
    if column.get("categories"):
        return column["categories"][0]
    zoned = "," in column["dtype"]
    made = {
        "boolean": False,
        "text": "a text",
        "datetime": "2026-01-01T00:00:00" + ("+00:00" if zoned else ""),
        "timedelta": "P1D",
    }
    return made.get(column["type"], 0)
