"""Batches of Step Functions (ItemBatcher): {"Items": [...], "BatchInput": ...}.

Items of a CSV file come as objects of strings, as the file has no types. Strings that are numbers become numbers, but
in columns of which the model knows that they are text; an empty one is a missing value. Whether a string is a number
does not depend on the others of its batch, so that rows are read alike however they are batched.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from serving.model import Model

NUMBER = re.compile(r"\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*", re.ASCII)
WHOLE = re.compile(r"\s*[+-]?\d+\s*", re.ASCII)


def is_batch(event: Any) -> bool:
    """Whether an event is a batch of items."""
    return isinstance(event, dict) and isinstance(event.get("Items"), list)


def request(model: Model, event: dict) -> dict:
    """A batch as a request."""
    items = event["Items"]
    if not items or not isinstance(items[0], dict):
        return {"instances": [_row(item) for item in items]}
    texts = text_columns(model.estimator)
    return {"dataframe_records": [_record(item, texts) for item in items]}


def text_columns(estimator: Any) -> set[str]:
    """The columns that a fitted model takes as text: those of encoders that saw text, and those of text vectorizers."""
    found = set()
    for step, columns in _column_steps(estimator):
        if isinstance(columns, str):  # one column as such, not a table of one: what vectorizers take
            found.add(columns)
        else:
            categories = getattr(_first(step), "categories_", None)
            if categories is not None and len(categories) == len(columns):
                found.update(columns[at] for at, seen in enumerate(categories) if any(isinstance(v, str) for v in seen))
    return found


def _column_steps(estimator: Any) -> Iterator[tuple[Any, Any]]:
    """What each ColumnTransformer in a pipeline fitted on which columns."""
    for _, step in getattr(estimator, "steps", ()):
        yield from _column_steps(step)
    for name, step, columns in getattr(estimator, "transformers_", ()):
        if name != "remainder" and (isinstance(columns, str) or all(isinstance(each, str) for each in columns)):
            yield step, columns


def _first(step: Any) -> Any:
    """A pipeline's first step that is an encoder: imputers before it leave texts what they are."""
    return next((each for _, each in getattr(step, "steps", ()) if hasattr(each, "categories_")), step)


def _record(item: Any, texts: set[str]) -> Any:
    if not isinstance(item, dict):
        return item
    return {name: value if name in texts and value else _value(value) for name, value in item.items()}


def _row(item: Any) -> Any:
    return [_value(value) for value in item] if isinstance(item, list) else item


def _value(text: Any) -> Any:
    if not isinstance(text, str):
        return text
    if not text:
        return None
    if WHOLE.fullmatch(text):
        return int(text)
    return float(text) if NUMBER.fullmatch(text) else text
