"""Which protocol answers a path and a method."""

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
from serving.requests.words import cut

# Path -> method -> the function of a module in `serving.protocols`
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

LONGEST = max(path.count("/") for path in ROUTES)  # parts that a path has
MODELS = ["v2", "models"]  # the beginning of the paths that name a model


def answer(envelope: Envelope, event: Mapping[str, Any], model: Model, record: dict[str, Any]) -> dict[str, Any]:
    """Answer a request over HTTP; whatever is wrong with it is an answer, too."""
    module = None
    try:
        request = envelope.read(event)
        module, name, call = _route(request, model, record)
        found = getattr(module, name)(call)
        if not envelope.takes(found):
            raise Refused(
                413, f"the answer has more than {envelope.largest:,} bytes. Ask for fewer rows in one request"
            )
    except Refused as error:
        record["BadRequests"] = 1
        found = _refusal(module, error.status, str(error), error.headers)
    except invocation.REFUSALS as error:
        found = _refusal(module, *invocation.refusal(error, record))
    return envelope.write(event, found)


def docs_are_on(environ: Mapping[str, str] = os.environ) -> bool:
    """Whether the function shows its page for people: MODEL_DOCS=true."""
    return environ.get("MODEL_DOCS") == "true"


def _route(request: HttpRequest, model: Model, record: dict[str, Any]) -> tuple[Any, str, Call]:
    """The protocol's module, its function, and what it has to answer.

    Raises:
        Refused: there is no such path, or it takes another method.
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
    """The path of ROUTES that a request means, its names, and what comes before it.

    What may come before it is what a load balancer's rule or a custom domain's mapping does not take away.
    """
    parts = path.strip("/").split("/")
    if parts == [""]:
        return "/", {}, ""
    for start in range(max(len(parts) - LONGEST, 0), len(parts)):
        for known in ROUTES:
            names = _match(known.split("/")[1:], parts[start:])
            if names is not None:
                return known, names, "".join(f"/{part}" for part in parts[:start])
        if parts[start : start + 2] == MODELS:  # of which this may be none: /v2/models/other/invocations
            break
    return "", {}, ""


def _match(known: list[str], parts: list[str]) -> dict[str, str] | None:
    if len(known) != len(parts):
        return None
    names = {}
    for each, part in zip(known, parts, strict=True):
        if each.startswith("{"):
            names[each.strip("{}")] = unquote(part)
        elif each != part:
            return None
    return names


def _known() -> str:
    hidden = () if docs_are_on() else ("GET /",)
    routes = [f"{method} {path}" for path, methods in ROUTES.items() for method in methods]
    return ", ".join(each for each in routes if each not in hidden and "/versions/" not in each)


def _refusal(module: Any, status: int, message: str, headers: Mapping[str, str] | None = None) -> Answer:
    """An error as the protocol has it."""
    said = module.error(status, message) if hasattr(module, "error") else {"error": message}
    return Answer.of_json(said, status, headers)
