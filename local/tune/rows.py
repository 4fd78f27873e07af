"""Makes the request that every call sends: the user's own or one from the signature, with the wanted number of rows."""

from __future__ import annotations

import csv
import io
import itertools
import json
from pathlib import Path
from typing import Any

from build.dist.entries import ModelEntry
from build.errors import UserError
from build.host.paths import shown
from build.package import request_files, sample_request
from build.package.request_files import PAYLOAD_LIMIT

LISTS = ("instances", "dataframe_records", "inputs", "Items")  # forms whose rows are a list
# Rows by which the size of a larger request is estimated, because the request itself might not fit into memory
FEW = 1000


class NoRowsToRepeat(UserError):
    template = (
        "--rows repeats the rows of a request with instances, inputs, dataframe_records, dataframe_split or csv, and "
        "this request has no row in any of these: {request}. Give a file that has the rows already, and "
        "leave --rows out."
    )


class TooManyRows(UserError):
    template = (
        "{request} with {count:,} rows has about {size:,} bytes, and Lambda takes requests of at most {limit:,} "
        "(6 MB). Use fewer rows: --rows {fewer}."
    )


def request(model: ModelEntry, path: Path | None, count: int | None) -> tuple[str, bytes]:
    """Return a description of the request, and its bytes.

    Args:
        model: the model's entry in the manifest.
        path: the user's own request. None makes a request with one row that fits the model's signature.
        count: the number of rows. The request's own rows are repeated. None leaves the request unchanged.

    Raises:
        NoRequestFile, BadRequestFile, RequestTooLarge, NoRowsToRepeat, TooManyRows
    """
    named = f"The request in {shown(path)}" if path else "The request that was made up from the signature"
    body = request_files.read_to_send(path).body if path else json.dumps(sample_request.make(model)).encode()
    if count:
        try:
            event = json.loads(body)
        except (ValueError, RecursionError):  # JSON that Python does not read, such as a whole number of 5,000 digits
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
    """Return the request with that number of rows, for which its own rows are repeated.

    Args:
        named: a description of the request, for an error message.

    Raises:
        NoRowsToRepeat
    """
    event = event if isinstance(event, dict) else {}
    repeated: dict[str, Any] = {}
    for form in LISTS:
        if isinstance(event.get(form), list) and event[form] and not _is_tensor(event[form][0]):
            repeated = {form: _cycle(event[form], count)}
    columns, split, lines = event.get("inputs"), event.get("dataframe_split"), _lines(event.get("csv"))
    if (
        isinstance(columns, dict)
        and columns
        and all(isinstance(column, list) and column for column in columns.values())
    ):
        repeated = {"inputs": {name: _cycle(values, count) for name, values in columns.items()}}
    if isinstance(split, dict) and isinstance(split.get("data"), list) and split["data"]:
        rest = {name: value for name, value in split.items() if name != "index"}
        repeated = {"dataframe_split": {**rest, "data": _cycle(split["data"], count)}}
    if len(lines) > 1:
        written = io.StringIO()
        csv.writer(written).writerows([lines[0], *_cycle(lines[1:], count)])
        repeated = {"csv": written.getvalue()}
    if not repeated:
        raise NoRowsToRepeat(request=named)
    return {**event, **repeated}


def _cycle(rows: list[Any], count: int) -> list[Any]:
    return list(itertools.islice(itertools.cycle(rows), count))


def _lines(text: Any) -> list[list[str]]:
    """Return the lines of a CSV file, with its header, or [] if the text is not a CSV file."""
    if not isinstance(text, str):
        return []
    try:
        return [line for line in csv.reader(io.StringIO(text, newline="")) if line]
    except csv.Error:
        return []


def _is_tensor(item: Any) -> bool:
    """Return whether an item is an input tensor of the Open Inference Protocol, which has many rows."""
    return isinstance(item, dict) and {"name", "shape", "datatype"} <= item.keys()
