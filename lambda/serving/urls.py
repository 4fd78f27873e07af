"""Requests over HTTP: events of a function URL or an HTTP API (payload format 2.0), and their answers."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Mapping
from typing import Any

from serving.requests import forms
from serving.requests.words import BadRequest, cut


def is_http(event: Any) -> bool:
    """Whether an event is an HTTP request. A ping is none, whatever its body says: anybody could send it."""
    return isinstance(event, dict) and event.get("version") == "2.0" and "requestContext" in event


def answer(event: dict, respond: Callable[[Any, Any], dict]) -> dict:
    """Answer the request that the body holds: as JSON, or as CSV where its content type says so.

    Args:
        respond: takes a request of JSON, and its rows where they came apart from it.
    """
    try:
        request, table = _read(event)
    except BadRequest as error:
        answered = {"statusCode": 400, "error": str(error)}
    else:
        answered = respond(request, table)
    status = answered.pop("statusCode", 200)
    return {"statusCode": status, "headers": {"content-type": "application/json"}, "body": json.dumps(answered)}


def _read(event: Mapping[str, Any]) -> tuple[Any, Any]:
    kind, parameters = _content_type(event)
    body = event.get("body") or ""
    try:
        data = base64.b64decode(body, validate=True) if event.get("isBase64Encoded") else body
        text = data if isinstance(data, str) else data.decode()
    except (binascii.Error, UnicodeDecodeError, TypeError, AttributeError) as error:
        raise BadRequest(f"expected a body of text in UTF-8; it is not: {cut(str(error))}") from error
    if kind == "text/csv":
        return {}, forms.of_csv(text, header=parameters.get("header") != "absent")
    try:
        return json.loads(text), None
    except RecursionError as error:
        raise BadRequest("expected a body of JSON; its lists or objects are nested too deep") from error
    except ValueError as error:  # also for a number of more digits than Python reads
        raise BadRequest(f"expected a body of JSON; it is not: {cut(str(error))}") from error


def _content_type(event: Mapping[str, Any]) -> tuple[str, dict[str, str]]:
    headers = event.get("headers")
    given = headers.get("content-type", "") if isinstance(headers, dict) else ""
    kind, *parameters = [part.strip().lower() for part in str(given).split(";")]
    return kind, dict(part.split("=", 1) for part in parameters if "=" in part)
