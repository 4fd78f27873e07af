"""Defines a request over HTTP and its answer, independently of the event that brought the request."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from serving.loading.model import Model


@dataclass(frozen=True)
class HttpRequest:
    """One request over HTTP."""

    method: str
    path: str  # without the stage, and still percent-encoded as it was sent
    root: str = ""  # what precedes the path in the URL: the stage
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)  # their names are in lower case
    body: bytes = b""  # no longer in base64, but still compressed

    @property
    def content_type(self) -> tuple[str, dict[str, str]]:
        """Return the media type and its parameters in lower case. The type is empty where the header is missing."""
        kind, *parameters = [part.strip().lower() for part in self.headers.get("content-type", "").split(";")]
        named = dict(parameter.split("=", 1) for parameter in parameters if "=" in parameter)
        return kind, {name.strip(): value.strip().strip('"') for name, value in named.items()}


@dataclass(frozen=True)
class Answer:
    """An answer, whose body is text."""

    status: int
    body: str
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of_json(cls, value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Answer:
        return cls(status, json.dumps(value), headers=headers or {})


@dataclass(frozen=True)
class Call:
    """A request that a protocol has to answer, with all that it needs for that."""

    model: Model
    request: HttpRequest
    record: dict[str, Any]  # the measurements of `serving.telemetry`
    names: Mapping[str, str] = field(default_factory=dict)  # the values of the route's placeholders, such as {name}
    root: str = ""  # what precedes the protocol's own paths in the URL


class Refused(Exception):
    """Refuses a request, with the HTTP status code and the headers of the answer."""

    def __init__(self, status: int, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status, self.headers = status, headers or {}
