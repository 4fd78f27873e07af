"""The protocol of MLflow's scoring server, whose paths SageMaker's endpoints use too.

https://mlflow.org/docs/latest/ml/deployment/deploy-model-locally/#inference-server-specification
"""

from __future__ import annotations

from typing import Any

from serving import invocation
from serving.http import bodies
from serving.http.messages import Answer, Call, Refused
from serving.loading.model import Model
from serving.requests import forms
from serving.requests.wording import BadRequest, quoted

TAKEN = "application/json, text/csv"


def invocations(call: Call) -> Answer:
    """Answer with the predictions for a JSON request in any of its forms, or for a CSV file."""
    kind, parameters = call.request.content_type
    if bodies.is_json(kind):
        request = bodies.json_of(bodies.text(call.request))
        return Answer.of_json(invocation.evaluate(call.model, request, call.record))
    if kind != "text/csv":
        raise Refused(415, f"expected as content-type one of {TAKEN}; got {quoted(kind)}", {"accept": TAKEN})
    header = parameters.get("header") != "absent"
    table = forms.of_csv(bodies.text(call.request), header)
    try:
        return Answer.of_json(invocation.evaluate(call.model, {}, call.record, table))
    except BadRequest as error:
        if header and not _names_any(call.model, table):
            hint = "If the first line holds values, send it as text/csv; header=absent"
            raise BadRequest(f"{str(error).rstrip('.')}. {hint}") from error
        raise


def ping(call: Call) -> Answer:
    """Answer that the model is loaded. If it were not, the init would have failed and nothing would answer."""
    return Answer.of_json({"status": "ok"})


def version(call: Call) -> Answer:
    """Answer with the model's name and digest."""
    return Answer.of_json({"model_name": invocation.model_name(), "model_sha256": call.model.sha256})


def error(status: int, message: str) -> dict[str, Any]:
    """Return an error with the keys that MLflow uses and those of a direct invocation."""
    code = "INTERNAL_ERROR" if status >= 500 else "BAD_REQUEST"
    return {"error": message, "error_code": code, "message": message}


def _names_any(model: Model, table: Any) -> bool:
    columns = {str(name) for name in model.signature.names or ()}
    return not columns or any(str(name) in columns for name in table.names())
