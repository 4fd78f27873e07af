"""What a request over HTTP and its answer are, whatever event brought it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from serving.loading.model import Model


@dataclass(frozen=True)
class HttpRequest:
    """A request."""

    method: str
    path: str  # without the stage, as it was sent: %20 is not read yet
    root: str = ""  # what comes before the path in the URL: the stage
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)  # names in lower case
    body: bytes = b""  # without base64; still compressed

    @property
    def content_type(self) -> tuple[str, dict[str, str]]:
        """The media type and its parameters, in lower case; the type is empty where nothing was said."""
        kind, *parameters = [part.strip().lower() for part in self.headers.get("content-type", "").split(";")]
        named = dict(part.split("=", 1) for part in parameters if "=" in part)
        return kind, {name.strip(): value.strip().strip('"') for name, value in named.items()}


@dataclass(frozen=True)
class Answer:
    """An answer; its body is text."""

    status: int
    body: str
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of_json(cls, value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Answer:
        return cls(status, json.dumps(value), headers=headers or {})


@dataclass(frozen=True)
class Call:
    """What a protocol has to answer."""

    model: Model
    request: HttpRequest
    record: dict[str, Any]  # of telemetry
    names: Mapping[str, str] = field(default_factory=dict)  # what the path has in the place of {name}
    root: str = ""  # what comes before the protocol's own paths in the URL


class Refused(Exception):
    """A request that is refused by a status of HTTP's own."""

    def __init__(self, status: int, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status, self.headers = status, headers or {}
