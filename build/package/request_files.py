"""Reads files with a request, and checks them before anything else is done with them."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from build.errors import UserError

PAYLOAD_LIMIT = 6_291_556  # the most bytes of an event of a synchronous invocation, as Lambda's API counts them


class NoRequestFile(UserError):
    template = (
        "There is no file {path}. Give a JSON file with a request. invoke train-example writes one for its model."
    )


class BadRequestFile(UserError):
    template = (
        '{path} is not a request ({why}). Expected JSON: {{"instances": [[...]]}} or {{"dataframe_records": [{{...}}]}}'
    )


class RequestTooLarge(UserError):
    template = (
        "{path} has {size:,} bytes, and Lambda accepts requests of at most {limit:,} bytes (6 MB). Send its rows in "
        "several requests, or score them from S3 with the module's batch."
    )


@dataclass(frozen=True)
class Request:
    """A request with the exact bytes of its file."""

    path: Path
    body: bytes

    @property
    def event(self) -> Any:
        return json.loads(self.body)


def read(path: Path) -> Request:
    """Read a request, and check that it is JSON.

    Raises:
        NoRequestFile, BadRequestFile
    """
    if not path.is_file():
        raise NoRequestFile(path=path)
    body = path.read_bytes()
    try:
        with suppress(RecursionError):  # it is nested too deeply to be checked here, and the function will report that
            # Numbers stay text: a number of 5,000 digits is JSON, although Python's int refuses it
            json.loads(body.decode(), parse_int=str, parse_float=str, parse_constant=_refuse)
    except ValueError as error:
        raise BadRequestFile(path=path, why=error) from error
    return Request(path, body)


def read_to_send(path: Path) -> Request:
    """Read a request, and check that Lambda's API accepts its size.

    Raises:
        NoRequestFile, BadRequestFile, RequestTooLarge
    """
    if path.is_file() and (size := path.stat().st_size) > PAYLOAD_LIMIT:
        raise RequestTooLarge(path=path, size=size, limit=PAYLOAD_LIMIT)
    return read(path)


def _refuse(constant: str) -> None:
    raise ValueError(f"JSON has no {constant}. Write null for a missing value")
