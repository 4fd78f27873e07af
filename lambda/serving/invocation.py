"""Answers invocations.

a request with rows, in a form of `serving.requests.forms`  ->  {"predictions": [...]}
{"Items": [...]}, a batch of Step Functions                 ->  {"predictions": [...]}, or BadRequest is raised
{"warmer": true}, or what a bare schedule sends             ->  {"warm": true, "model_sha256": "..."}
the same requests in the body of an HTTP event              ->  the same answers as a body
anything else                                               ->  {"statusCode": 400, "error": "..."}
"""

from __future__ import annotations

import time
from typing import Any

from serving import telemetry, urls, warming
from serving.environment import Environment
from serving.model import Model
from serving.requests import answers, forms, methods, reader, tables
from serving.requests.words import BadRequest, ModelFault, cut

OURS = (ImportError, MemoryError)  # of a model that lacks something, whatever the rows are


def answer(environment: Environment, event: Any, context: Any) -> dict:
    """Answer one event of whatever kind, and write one line of telemetry."""
    model, record = environment.model, telemetry.record(environment)
    try:
        if warming.is_ping(event):
            return warming.answer(environment, event, context, record)
        if urls.is_http(event):
            return urls.answer(event, lambda request, table=None: respond(model, request, record, table))
        if forms.is_batch(event):
            # Not answered with 400, which a state machine would take for a result, and go on without the batch
            return {"predictions": predict(model, forms.batch(event), model.signature.method, record)}
        return respond(model, event, record)
    except BadRequest:
        record["BadRequests"] = 1
        raise
    except ModelFault:
        record["ModelFaults"] = 1
        raise
    finally:
        telemetry.emit(environment, record)


def respond(model: Model, request: Any, record: dict | None = None, table: Any = None) -> dict:
    """Answer a request. One that the model cannot take is answered with 400, and the environment lives on.

    Args:
        table: the request's rows, where they did not come as JSON.
    """
    record = {} if record is None else record
    try:
        method = methods.wanted(model.signature, request)
        table = forms.table(request) if table is None else table
        found = {"predictions": predict(model, table, method, record)}
        answers.check_size(found)
    except BadRequest as error:
        record["BadRequests"] = 1
        return {"statusCode": 400, "error": str(error)}
    except answers.TooLarge as error:
        record["BadRequests"] = 1
        return {"statusCode": 413, "error": str(error)}
    except ModelFault as error:
        record["ModelFaults"] = 1
        return {"statusCode": 500, "error": str(error)}
    return found


def predict(model: Model, table: Any, method: str, record: dict) -> list:
    """The predictions for the rows of a request, one for each.

    Args:
        table: of `serving.requests.forms`.
        method: one that the estimator has.

    Raises:
        BadRequest: they are no such rows, or the model does not take them.
        ModelFault: what the model gives is no answer.
    """
    count = len(table)
    record["Rows"] = count
    if not count:
        return []
    rows = reader.read(model.signature, table)
    began = time.perf_counter()
    try:
        found = getattr(model.estimator, method)(rows)
    except OURS as error:
        raise ModelFault(f"the model's {method} failed: {said(error)}") from error
    except Exception as error:  # whatever it is, the rows are why
        wanted = tables.expected(model.signature)
        raise BadRequest(f"the model does not take these values: {said(error)}. {wanted}") from error
    record["PredictMilliseconds"] = round((time.perf_counter() - began) * 1e3, 3)
    return answers.to_json(found, count, method)


def said(error: Exception) -> str:
    """A model's own words."""
    text = " ".join(str(error).split())
    known = isinstance(error, (ArithmeticError, AttributeError, LookupError, TypeError, ValueError))
    return cut(
        text if known and text and not isinstance(error, KeyError) else f"{type(error).__name__}: {text}"
    ).rstrip(".")
