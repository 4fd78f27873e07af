"""Files with a request: read and checked before anything is done with them."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from build.errors import UserError

PAYLOAD_LIMIT = 6_291_556  # bytes of the event of a synchronous invocation, as Lambda's API counts them


class NoRequestFile(UserError):
    template = (
        "There is no file {path}. Give a JSON file with a request; invoke train-example writes one for its model."
    )


class BadRequestFile(UserError):
    template = (
        '{path} is no request ({why}). Expected JSON: {{"instances": [[...]]}} or {{"dataframe_records": [{{...}}]}}'
    )


class RequestTooLarge(UserError):
    template = (
        "{path} has {size:,} bytes, and Lambda takes requests of at most {limit:,} (6 MB). Send its rows in several "
        "requests, or score them from S3 with the module's batch."
    )


@dataclass(frozen=True)
class Request:
    """A request as its file has it."""

    path: Path
    body: bytes

    @property
    def event(self) -> Any:
        return json.loads(self.body)


def read(path: Path) -> Request:
    """A request that is there and is JSON.

    Raises:
        NoRequestFile, BadRequestFile
    """
    if not path.is_file():
        raise NoRequestFile(path=path)
    body = path.read_bytes()
    try:
        with suppress(RecursionError):  # nested too deeply to be looked at here; whoever answers it says so
            # numbers stay text: one of 5,000 digits is JSON, whatever Python's int says
            json.loads(body.decode(), parse_int=str, parse_float=str, parse_constant=_refuse)
    except ValueError as error:
        raise BadRequestFile(path=path, why=error) from error
    return Request(path, body)


def read_to_send(path: Path) -> Request:
    """A request that Lambda's API takes.

    Raises:
        NoRequestFile, BadRequestFile, RequestTooLarge
    """
    if path.is_file() and (size := path.stat().st_size) > PAYLOAD_LIMIT:
        raise RequestTooLarge(path=path, size=size, limit=PAYLOAD_LIMIT)
    return read(path)


def _refuse(constant: str) -> None:
    raise ValueError(f"JSON has no {constant}; null stands for a missing value")
