"""The events that bring a request over HTTP, and the shape of the answer that each of them expects.

payload 2.0   function URLs, and HTTP APIs by default
payload 1.0   REST APIs, and HTTP APIs that ask for this version
ALB           Application Load Balancers, with single or with multi-value headers

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
https://docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from serving.http.messages import Answer, HttpRequest
from serving.requests.answers import LARGEST
from serving.requests.wording import BadRequest, cut

LARGEST_OF_ALB = 1 << 20  # the most bytes of an answer that a load balancer accepts
ROOM = 2_000  # bytes reserved for everything in an answer except its body


@dataclass(frozen=True)
class Envelope:
    """One kind of event: how it is read, and how its answer is written."""

    read: Callable[[Mapping[str, Any]], HttpRequest]  # raises BadRequest for a body that cannot be read
    write: Callable[[Mapping[str, Any], Answer], dict[str, Any]]
    largest: int = LARGEST

    def takes(self, answer: Answer) -> bool:
        """Return whether an answer is small enough for this kind of event."""
        if 2 * len(answer.body) < self.largest - ROOM:
            return True
        return len(json.dumps(answer.body)) < self.largest - ROOM


def find(event: Mapping[str, Any]) -> Envelope | None:
    """Return the envelope of an event, or None if the event is no request over HTTP."""
    context = event.get("requestContext")
    if not isinstance(context, dict):
        return None
    if "elb" in context:
        return ALB
    if event.get("version") == "2.0" and isinstance(context.get("http"), dict):
        return PAYLOAD_2
    return PAYLOAD_1 if "httpMethod" in event else None


def _read_2(event: Mapping[str, Any]) -> HttpRequest:
    return _read(event, event["requestContext"]["http"].get("method"), event.get("rawPath"))


def _read_1(event: Mapping[str, Any]) -> HttpRequest:
    # `_read` needs the path with its stage. The event's own path has the stage for some APIs and not for others
    full = event["requestContext"].get("path")
    return _read(event, event.get("httpMethod"), full if isinstance(full, str) else event.get("path"))


def _read_alb(event: Mapping[str, Any]) -> HttpRequest:
    return _read(event, event.get("httpMethod"), event.get("path"))


def _read(event: Mapping[str, Any], method: Any, full: Any) -> HttpRequest:
    full = full if isinstance(full, str) and full.startswith("/") else "/"
    stage = event["requestContext"].get("stage")
    root = f"/{stage}"
    if not isinstance(stage, str) or not f"{full}/".startswith(f"{root}/"):
        root = ""
    return HttpRequest(
        method=method.upper() if isinstance(method, str) else "",
        path=full.removeprefix(root) or "/",
        root=root,
        query=_single(event, "queryStringParameters", "multiValueQueryStringParameters"),
        headers={header.lower(): value for header, value in _single(event, "headers", "multiValueHeaders").items()},
        body=_body(event),
    )


def _single(event: Mapping[str, Any], name: str, multiple: str) -> dict[str, str]:
    """Return the last value of each name. A single value takes precedence over a list of values."""
    last: dict[str, str] = {}
    several, single = event.get(multiple), event.get(name)
    if isinstance(several, dict):
        last |= {str(key): str(values[-1]) for key, values in several.items() if isinstance(values, list) and values}
    if isinstance(single, dict):
        last |= {str(key): str(value) for key, value in single.items() if value is not None}
    return last


def _body(event: Mapping[str, Any]) -> bytes:
    body = event.get("body") or ""
    try:
        return base64.b64decode(body, validate=True) if event.get("isBase64Encoded") else body.encode()
    except (binascii.Error, ValueError, TypeError, AttributeError) as error:
        raise BadRequest(f"expected a body of text in UTF-8; it is not: {cut(str(error))}") from error


def _write(event: Mapping[str, Any], answer: Answer) -> dict[str, Any]:
    return {
        "statusCode": answer.status,
        "headers": {"content-type": answer.content_type, **answer.headers},
        "body": answer.body,
        "isBase64Encoded": False,
    }


def _write_alb(event: Mapping[str, Any], answer: Answer) -> dict[str, Any]:
    response = _write(event, answer) | {"statusDescription": f"{answer.status} {HTTPStatus(answer.status).phrase}"}
    # The load balancer then accepts only these headers, and otherwise only single ones
    if "multiValueHeaders" in event:
        response["multiValueHeaders"] = {name: [value] for name, value in response.pop("headers").items()}
    return response


PAYLOAD_2 = Envelope(_read_2, _write)
PAYLOAD_1 = Envelope(_read_1, _write)
ALB = Envelope(_read_alb, _write_alb, LARGEST_OF_ALB)
