"""Requests over HTTP: events of a function URL or an HTTP API (payload format 2.0), and their answers."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any


def is_http(event: Any) -> bool:
    """Whether an event is an HTTP request. A ping is none, whatever its body says: anybody could send it."""
    return isinstance(event, dict) and event.get("version") == "2.0" and "requestContext" in event


def answer(event: dict, respond: Callable[[Any], dict]) -> dict:
    """Answer the request that the body holds, as JSON."""
    try:
        body = event.get("body") or ""
        request = json.loads(base64.b64decode(body) if event.get("isBase64Encoded") else body)
    except ValueError as error:
        answered = {"statusCode": 400, "error": f"expected a body of JSON; it is not: {error}"}
    else:
        answered = respond(request)
    status = answered.pop("statusCode", 200)
    return {"statusCode": status, "headers": {"content-type": "application/json"}, "body": json.dumps(answered)}
