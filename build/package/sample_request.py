"""Makes up a request that fits a model's signature. It contains no real data."""

from __future__ import annotations

from typing import Any

from build.dist.entries import ColumnEntry, ModelEntry


def make(model: ModelEntry) -> dict[str, Any]:
    """Return a request with one row.

    Args:
        model: the model's part of the manifest.
    """
    signature = model.get("signature")
    inputs = signature["inputs"] if signature else None
    if isinstance(inputs, list):
        return {"dataframe_records": [{str(column["name"]): value(column) for column in inputs}]}
    if isinstance(inputs, dict):
        tensor = inputs["tensor"]
        columns = tensor.get("columns") or [tensor["column"]] * tensor["shape"][1]
        return {"instances": [[value(column) for column in columns]]}
    if inputs == "texts":
        return {"instances": ["a text"]}
    return {"instances": [[0] * (model["n_features_in"] or 1)]}


def value(column: ColumnEntry) -> Any:
    """Return a value that a column accepts."""
    if column.get("categories"):
        return column["categories"][0]
    has_time_zone = "," in column["dtype"]
    by_type = {
        "boolean": False,
        "text": "a text",
        "datetime": "2026-01-01T00:00:00" + ("+00:00" if has_time_zone else ""),
        "timedelta": "P1D",
    }
    return by_type.get(column["type"], 0)
