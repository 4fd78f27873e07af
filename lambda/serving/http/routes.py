"""Finds the protocol that answers a path and a method."""

from __future__ import annotations

import os
from collections.abc import Mapping
from importlib import import_module
from typing import Any
from urllib.parse import unquote

from serving import invocation
from serving.http.envelopes import Envelope
from serving.http.messages import Answer, Call, HttpRequest, Refused
from serving.loading.model import Model
from serving.requests.wording import cut

# Path -> method -> a function in a module of `serving.protocols`
ROUTES: dict[str, dict[str, str]] = {
    "/": {"GET": "openapi.page", "POST": "mlflow.invocations"},
    "/invocations": {"POST": "mlflow.invocations"},
    "/ping": {"GET": "mlflow.ping"},
    "/health": {"GET": "mlflow.ping"},
    "/version": {"GET": "mlflow.version"},
    "/openapi.json": {"GET": "openapi.document"},
    "/v2": {"GET": "inference_v2.server"},
    "/v2/health/live": {"GET": "inference_v2.live"},
    "/v2/health/ready": {"GET": "inference_v2.ready"},
    "/v2/models/{name}": {"GET": "inference_v2.metadata"},
    "/v2/models/{name}/ready": {"GET": "inference_v2.model_ready"},
    "/v2/models/{name}/infer": {"POST": "inference_v2.infer"},
    "/v2/models/{name}/versions/{version}": {"GET": "inference_v2.metadata"},
    "/v2/models/{name}/versions/{version}/ready": {"GET": "inference_v2.model_ready"},
    "/v2/models/{name}/versions/{version}/infer": {"POST": "inference_v2.infer"},
}

LONGEST = max(path.count("/") for path in ROUTES)  # the most segments of a path
MODELS = ["v2", "models"]  # the first segments of the paths that name a model


def answer(envelope: Envelope, event: Mapping[str, Any], model: Model, record: dict[str, Any]) -> dict[str, Any]:
    """Answer a request over HTTP. An invalid request is answered with an error status."""
    module = None
    try:
        request = envelope.read(event)
        module, name, call = _route(request, model, record)
        response = getattr(module, name)(call)
        if not envelope.takes(response):
            raise Refused(
                413, f"the answer has more than {envelope.largest:,} bytes. Ask for fewer rows in one request"
            )
    except Refused as error:
        record["BadRequests"] = 1
        response = _refusal(module, error.status, str(error), error.headers)
    except invocation.REFUSALS as error:
        response = _refusal(module, *invocation.refusal(error, record))
    return envelope.write(event, response)


def docs_are_on(environ: Mapping[str, str] = os.environ) -> bool:
    """Return whether the function shows its web page, which MODEL_DOCS=true asks for."""
    return environ.get("MODEL_DOCS") == "true"


def _route(request: HttpRequest, model: Model, record: dict[str, Any]) -> tuple[Any, str, Call]:
    """Return the protocol's module, the name of its function, and the call that the function has to answer.

    Raises:
        Refused: there is no such path, or it does not take this method.
    """
    path, names, prefix = _find(request.path)
    methods = ROUTES.get(path, {})
    if path == "/" and request.method == "GET" and not docs_are_on():
        methods = {}
    if not methods:
        raise Refused(
            404, f"there is no {request.method} {cut(unquote(request.path))}. This function answers {_known()}"
        )
    if request.method not in methods:
        allowed = ", ".join(methods)
        raise Refused(405, f"{path} takes {allowed}; got {cut(request.method) or 'no method'}", {"allow": allowed})
    module, name = methods[request.method].split(".")
    call = Call(model, request, record, names, request.root + prefix)
    return import_module(f"serving.protocols.{module}"), name, call


def _find(path: str) -> tuple[str, dict[str, str], str]:
    """Return the path of ROUTES that a request means, the values of its placeholders, and the prefix before it.

    A load balancer's rule or a custom domain's mapping may leave a prefix before the path.
    """
    segments = path.strip("/").split("/")
    if segments == [""]:
        return "/", {}, ""
    for start in range(max(len(segments) - LONGEST, 0), len(segments)):
        for route in ROUTES:
            names = _match(route.split("/")[1:], segments[start:])
            if names is not None:
                return route, names, "".join(f"/{segment}" for segment in segments[:start])
        # Otherwise /invocations would be found in /v2/models/other/invocations
        if segments[start : start + 2] == MODELS:
            break
    return "", {}, ""


def _match(route: list[str], segments: list[str]) -> dict[str, str] | None:
    if len(route) != len(segments):
        return None
    names = {}
    for expected, segment in zip(route, segments, strict=True):
        if expected.startswith("{"):
            names[expected.strip("{}")] = unquote(segment)
        elif expected != segment:
            return None
    return names


def _known() -> str:
    hidden = () if docs_are_on() else ("GET /",)
    routes = [f"{method} {path}" for path, methods in ROUTES.items() for method in methods]
    return ", ".join(route for route in routes if route not in hidden and "/versions/" not in route)


def _refusal(module: Any, status: int, message: str, headers: Mapping[str, str] | None = None) -> Answer:
    """Return an error in the protocol's own form."""
    content = module.error(status, message) if hasattr(module, "error") else {"error": message}
    return Answer.of_json(content, status, headers)
