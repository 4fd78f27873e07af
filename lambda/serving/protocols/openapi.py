"""Describes what the function answers over HTTP: as an OpenAPI 3.1 document, and as a web page.

https://spec.openapis.org/oas/v3.1.0
"""

from __future__ import annotations

from typing import Any

from serving import invocation
from serving.http.messages import Answer, Call
from serving.loading.model import Model
from serving.protocols import inference_v2, schemas


def _answer(description: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"description": description, "content": {"application/json": {"schema": schema}}}


ERROR = {"type": "object", "required": ["error"], "properties": {"error": {"type": "string"}}}
REFUSALS = {
    "400": "The model does not take this request; error says what was expected",
    "413": "The request or its answer is too large",
    "415": "The body has a format that is not read here",
    "500": "The model gave no answer",
}
OBJECT = {"type": "object"}
PREDICTIONS = {
    "type": "object",
    "required": ["predictions"],
    "properties": {
        "predictions": {"type": "array", "description": "One prediction for each row, in the order of the rows"}
    },
}
OUTPUTS = {
    "type": "object",
    "required": ["model_name", "model_version", "outputs"],
    "properties": {
        "model_name": {"type": "string"},
        "model_version": {"type": "string"},
        "id": {"type": "string"},
        "outputs": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["name", "shape", "datatype", "data"],
                "properties": {
                    "name": {"type": "string"},
                    "shape": {"type": "array", "items": {"type": "integer"}},
                    "datatype": {"type": "string"},
                    "data": {"type": "array"},
                },
            },
        },
    },
}


PAGE = {
    "operationId": "page",
    "summary": "A web page to try the model",
    "responses": {
        "200": {"description": "The page", "content": {"text/html": {}}},
        "404": _answer("The function does not show its page", ERROR),
    },
}


def document(call: Call) -> Answer:
    """Answer with the description of this model's paths."""
    return Answer.of_json(describe(call.model, invocation.model_name(), call.root or "/"))


def page(call: Call) -> Answer:
    """Answer with the web page."""
    from serving.page import page as make

    return Answer(200, make(call.model, invocation.model_name()), "text/html; charset=utf-8")


def describe(model: Model, name: str, root: str = "/") -> dict[str, Any]:
    """Return the OpenAPI document for a model.

    Args:
        root: the path of the URL below which all other paths lie.
    """
    signature, version = model.signature, model.sha256[: inference_v2.VERSION]
    body = {
        "application/json": {"schema": schemas.requests(signature), "example": schemas.example(signature)},
        "text/csv": {"schema": {}},
    }
    tensors = {
        "application/json": {"schema": schemas.tensors(signature), "example": schemas.example_of_tensors(signature)}
    }
    one = [_parameter("name", name)]
    both = [*one, _parameter("version", version)]
    paths = {
        "/": {"get": PAGE, "post": _post("predictByRoot", "The same as /invocations", body, PREDICTIONS)},
        "/invocations": {"post": _post("predict", "Predictions for rows", body, PREDICTIONS)},
        "/ping": {"get": _get("ping", "Whether the model is loaded")},
        "/health": {"get": _get("health", "The same as /ping")},
        "/version": {"get": _get("version", "Which model answers")},
        "/openapi.json": {"get": _get("openapi", "This document")},
        "/v2": {"get": _get("server", "Open Inference Protocol: the server")},
        "/v2/health/live": {"get": _get("live", "Open Inference Protocol: whether the server is alive")},
        "/v2/health/ready": {"get": _get("ready", "Open Inference Protocol: whether the server is ready")},
    }
    for path, parameters, suffix in (
        ("/v2/models/{name}", one, ""),
        ("/v2/models/{name}/versions/{version}", both, "OfVersion"),
    ):
        protocol = "Open Inference Protocol: "
        infer = _post(f"infer{suffix}", protocol + "outputs for tensors", tensors, OUTPUTS)
        paths |= {
            path: {"get": _get(f"model{suffix}", protocol + "what the model takes and gives", parameters)},
            f"{path}/ready": {"get": _get(f"modelReady{suffix}", protocol + "whether the model is ready", parameters)},
            f"{path}/infer": {
                "post": {
                    **infer,
                    "parameters": parameters,
                    "responses": {**infer["responses"], "404": _error("There is no such model")},
                }
            },
        }
    return {
        "openapi": "3.1.0",
        "info": {"title": name, "version": version, "description": f"The model with the SHA-256 {model.sha256}"},
        "servers": [{"url": root}],
        "paths": paths,
        "components": {"schemas": schemas.components(signature)},
    }


def _get(operation: str, summary: str, parameters: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    responses = {"200": _answer("It answers", OBJECT)}
    if parameters:
        responses["404"] = _error("There is no such model")
    return {
        "operationId": operation,
        "summary": summary,
        **({"parameters": parameters} if parameters else {}),
        "responses": responses,
    }


def _post(operation: str, summary: str, content: dict[str, Any], answered: dict[str, Any]) -> dict[str, Any]:
    refusals = {status: _error(description) for status, description in REFUSALS.items()}
    return {
        "operationId": operation,
        "summary": summary,
        "requestBody": {"required": True, "content": content},
        "responses": {"200": _answer("The answer", answered), **refusals},
    }


def _error(description: str) -> dict[str, Any]:
    return _answer(description, ERROR)


def _parameter(name: str, value: str) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "schema": {"const": value, "type": "string"}}
