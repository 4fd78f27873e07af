"""Makes a request of as many rows as are wanted, by repeating those that a request has."""

from __future__ import annotations

import csv
import io
import itertools
from typing import Any

from build.errors import UserError

LISTS = ("instances", "dataframe_records", "inputs", "Items")  # forms whose rows are a list


class NoRowsToRepeat(UserError):
    template = (
        "--rows repeats the rows of a request with instances, inputs, dataframe_records, dataframe_split or csv, and "
        "{path} has none of these with a row in it. Give a file that has the rows already, and leave --rows out."
    )


def repeat(event: Any, count: int, path: object) -> dict:
    """The request with so many rows: its own, again and again.

    Args:
        path: what the request is called.

    Raises:
        NoRowsToRepeat
    """
    event = event if isinstance(event, dict) else {}
    found: dict = {}
    for form in LISTS:
        if isinstance(event.get(form), list) and event[form] and not _is_tensor(event[form][0]):
            found = {form: _cycle(event[form], count)}
    columns, split, text = event.get("inputs"), event.get("dataframe_split"), event.get("csv")
    if isinstance(columns, dict) and columns and all(isinstance(each, list) and each for each in columns.values()):
        found = {"inputs": {name: _cycle(values, count) for name, values in columns.items()}}
    if isinstance(split, dict) and isinstance(split.get("data"), list) and split["data"]:
        rest = {name: value for name, value in split.items() if name != "index"}
        found = {"dataframe_split": {**rest, "data": _cycle(split["data"], count)}}
    if isinstance(text, str) and len(lines := [line for line in csv.reader(io.StringIO(text)) if line]) > 1:
        written = io.StringIO()
        csv.writer(written).writerows([lines[0], *_cycle(lines[1:], count)])
        found = {"csv": written.getvalue()}
    if not found:
        raise NoRowsToRepeat(path=path)
    return {**event, **found}


def _cycle(rows: list, count: int) -> list:
    return list(itertools.islice(itertools.cycle(rows), count))


def _is_tensor(item: Any) -> bool:
    """Whether it is an input of the Open Inference Protocol, which holds many rows."""
    return isinstance(item, dict) and {"name", "shape", "datatype"} <= item.keys()
