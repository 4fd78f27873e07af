"""The request that every call sends: the user's own or one that is made up, of as many rows as are wanted."""

from __future__ import annotations

import csv
import io
import itertools
import json
from pathlib import Path
from typing import Any

from build.errors import UserError
from build.host.paths import shown
from build.package import request_files, samples
from build.package.request_files import PAYLOAD_LIMIT

LISTS = ("instances", "dataframe_records", "inputs", "Items")  # forms whose rows are a list
FEW = 1000  # rows, by which the size of many is known: all at once might not fit into memory


class NoRowsToRepeat(UserError):
    template = (
        "--rows repeats the rows of a request with instances, inputs, dataframe_records, dataframe_split or csv, and "
        "this one has none of these with a row in it: {request}. Give a file that has the rows already, and leave "
        "--rows out."
    )


class TooManyRows(UserError):
    template = (
        "{request} with {count:,} rows has about {size:,} bytes, and Lambda takes requests of at most {limit:,} "
        "(6 MB). Take fewer: --rows {fewer}."
    )


def request(model: dict[str, Any], path: Path | None, count: int | None) -> tuple[str, bytes]:
    """The request, and what it is called.

    Args:
        model: the model's part of the manifest.
        path: the user's own; None makes up a row that fits the model's signature.
        count: rows, which are its own repeated; None leaves it as it is.

    Raises:
        NoRequestFile, BadRequestFile, RequestTooLarge, NoRowsToRepeat, TooManyRows
    """
    named = f"The request in {shown(path)}" if path else "The request that was made up from the signature"
    body = request_files.read_to_send(path).body if path else json.dumps(samples.request(model)).encode()
    if count:
        try:
            event = json.loads(body)
        except (ValueError, RecursionError):  # JSON, but not for Python: a whole number of 5,000 digits
            event = None
        few = min(count, FEW)
        size = len(json.dumps(repeat(event, few, named))) * count // few
        if size < 2 * PAYLOAD_LIMIT:
            body = json.dumps(repeat(event, count, named)).encode()
            size = len(body)
        if size > PAYLOAD_LIMIT:
            fewer = max(1, int(count * PAYLOAD_LIMIT / size * 0.99))
            raise TooManyRows(request=named, count=count, size=size, limit=PAYLOAD_LIMIT, fewer=fewer)
    return named, body


def repeat(event: Any, count: int, named: str) -> dict[str, Any]:
    """The request with so many rows: its own, again and again.

    Args:
        named: what the request is called.

    Raises:
        NoRowsToRepeat
    """
    event = event if isinstance(event, dict) else {}
    found: dict[str, Any] = {}
    for form in LISTS:
        if isinstance(event.get(form), list) and event[form] and not _is_tensor(event[form][0]):
            found = {form: _cycle(event[form], count)}
    columns, split, lines = event.get("inputs"), event.get("dataframe_split"), _lines(event.get("csv"))
    if isinstance(columns, dict) and columns and all(isinstance(each, list) and each for each in columns.values()):
        found = {"inputs": {name: _cycle(values, count) for name, values in columns.items()}}
    if isinstance(split, dict) and isinstance(split.get("data"), list) and split["data"]:
        rest = {name: value for name, value in split.items() if name != "index"}
        found = {"dataframe_split": {**rest, "data": _cycle(split["data"], count)}}
    if len(lines) > 1:
        written = io.StringIO()
        csv.writer(written).writerows([lines[0], *_cycle(lines[1:], count)])
        found = {"csv": written.getvalue()}
    if not found:
        raise NoRowsToRepeat(request=named)
    return {**event, **found}


def _cycle(rows: list[Any], count: int) -> list[Any]:
    return list(itertools.islice(itertools.cycle(rows), count))


def _lines(text: Any) -> list[list[str]]:
    """The lines of a CSV file, with the header; none of what is no such file."""
    if not isinstance(text, str):
        return []
    try:
        return [line for line in csv.reader(io.StringIO(text, newline="")) if line]
    except csv.Error:
        return []


def _is_tensor(item: Any) -> bool:
    """Whether it is an input of the Open Inference Protocol, which holds many rows."""
    return isinstance(item, dict) and {"name", "shape", "datatype"} <= item.keys()
