"""Answers invocations.

{"instances": [[5.1, 3.5], [6.2, 2.9]]}           ->  {"predictions": [0, 1]}
{"dataframe_records": [{"age": 41, "sex": 2}]}    ->  {"predictions": [152.3]}
{"warmer": true}, or what a bare schedule sends   ->  {"warm": true, "model_sha256": "..."}
anything else                                     ->  {"statusCode": 400, "error": "..."}
"""

from __future__ import annotations

from typing import Any

from serving import payload
from serving.model import Model

# What estimators raise for values that they cannot take
NOT_TAKEN = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)


def respond(model: Model, event: Any) -> dict:
    """Answer one event. A request that the model cannot take is answered with 400, and the environment lives on."""
    if is_ping(event):
        return {"warm": True, "model_sha256": model.sha256}
    try:
        return {"predictions": predict(model, event)}
    except payload.BadRequest as error:
        return {"statusCode": 400, "error": str(error)}


def predict(model: Model, event: Any) -> list:
    """The predictions for a request, one for each row.

    Raises:
        BadRequest: it is none, or the model does not take its values.
    """
    try:
        rows = payload.read(model, event)
        predictions = payload.to_json(model.estimator.predict(rows)) if len(rows) else []
    except NOT_TAKEN as error:
        raise payload.BadRequest(f"the model does not take these values: {error}. {payload.expected(model)}") from error
    if len(predictions) != len(rows):
        found = f"the model gave {len(predictions)} predictions for {len(rows)} rows"
        raise payload.BadRequest(f"{found}. {payload.expected(model)}")
    return predictions


def is_ping(event: Any) -> bool:
    """Whether an event only keeps the environment warm."""
    if not isinstance(event, dict):
        return False
    return event.get("warmer") is True or event.get("source") == "aws.events"
