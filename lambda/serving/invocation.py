"""Answers invocations.

{"instances": [[5.1, 3.5], [6.2, 2.9]]}           ->  {"predictions": [0, 1]}
{"dataframe_records": [{"age": 41, "sex": 2}]}    ->  {"predictions": [152.3]}
{"Items": [...]}, a batch of Step Functions       ->  {"predictions": [...]}, or BadRequest is raised
{"warmer": true}, or what a bare schedule sends   ->  {"warm": true, "model_sha256": "..."}
the same requests in the body of an HTTP event    ->  the same answers as a body
anything else                                     ->  {"statusCode": 400, "error": "..."}
"""

from __future__ import annotations

import time
from typing import Any

from serving import batches, payload, telemetry, urls, warming
from serving.environment import Environment
from serving.model import Model

# What estimators raise for values that they cannot take
NOT_TAKEN = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)


def answer(environment: Environment, event: Any, context: Any) -> dict:
    """Answer one event of whatever kind, and write one line of telemetry."""
    model, record = environment.model, telemetry.record(environment)
    try:
        if warming.is_ping(event):
            return warming.answer(environment, event, context, record)
        if urls.is_http(event):
            return urls.answer(event, lambda request: respond(model, request, record))
        if batches.is_batch(event):
            # Not answered with 400, which a state machine would take for a result, and go on without the batch
            return {"predictions": predict(model, batches.request(model, event), record)}
        return respond(model, event, record)
    except payload.BadRequest:
        record["BadRequests"] = 1
        raise
    finally:
        telemetry.emit(environment, record)


def respond(model: Model, request: Any, record: dict | None = None) -> dict:
    """Answer a request. One that the model cannot take is answered with 400, and the environment lives on."""
    record = {} if record is None else record
    try:
        return {"predictions": predict(model, request, record)}
    except payload.BadRequest as error:
        record["BadRequests"] = 1
        return {"statusCode": 400, "error": str(error)}


def predict(model: Model, request: Any, record: dict) -> list:
    """The predictions for a request, one for each row.

    Raises:
        BadRequest: it is none, or the model does not take its values.
    """
    try:
        rows = payload.read(model, request)
        began = time.perf_counter()
        found = model.estimator.predict(rows) if len(rows) else []
        record["PredictMilliseconds"] = round((time.perf_counter() - began) * 1e3, 3)
        record["Rows"] = len(rows)
        predictions = payload.to_json(found)
    except NOT_TAKEN as error:
        raise payload.BadRequest(f"the model does not take these values: {error}. {payload.expected(model)}") from error
    if len(predictions) != len(rows):
        found = f"the model gave {len(predictions)} predictions for {len(rows)} rows"
        raise payload.BadRequest(f"{found}. {payload.expected(model)}")
    return predictions
