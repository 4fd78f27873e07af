"""Answers invocations.

a request with rows, in a form of `serving.requests.forms`  ->  {"predictions": [...]}
a request of the Open Inference Protocol                    ->  {"model_name": ..., "outputs": [...]}
{"Items": [...]}, a batch of Step Functions                 ->  {"predictions": [...]}, or BadRequest is raised
{"warmer": true}, or what a bare schedule sends             ->  {"warm": true, "model_sha256": "..."}
a request over HTTP                                         ->  what `serving.http.routes` says
{"Records": [...]}, of SQS or another event source          ->  NoRequest is raised
anything else                                               ->  {"statusCode": 400, "error": "..."}
"""

from __future__ import annotations

import os
import time
from contextlib import nullcontext
from dataclasses import replace
from typing import Any

from serving import telemetry
from serving.environment import Environment
from serving.loading.errors import lacks
from serving.loading.model import Model, no_pandas
from serving.requests import answers, forms, methods, reader, tables
from serving.requests.words import BadRequest, ModelFault, cut
from serving.warming import pings

ANY_THREADS = nullcontext()
REFUSALS = (BadRequest, answers.TooLarge, ModelFault)

# What tells that somebody else than a caller of ours sent an event; requests pay for no more than this look
OF_HTTP = "requestContext"
OF_SOURCES = frozenset(("Records", "records", "eventSource", "awslogs", "detail-type"))
OF_TENSORS = frozenset(("name", "shape", "datatype"))  # what each input of the Open Inference Protocol has


def answer(environment: Environment, event: Any, context: Any) -> dict[str, Any]:
    """Answer one event of whatever kind, and write one line of telemetry."""
    model, record = environment.model, telemetry.record(environment)
    try:
        if pings.is_ping(event):
            return pings.answer(environment, event, context, record)
        if isinstance(event, dict) and OF_HTTP in event:
            from serving.http import envelopes, routes

            envelope = envelopes.find(event)
            if envelope is not None:
                return routes.answer(envelope, event, model, record)
        if isinstance(event, list) or (isinstance(event, dict) and not OF_SOURCES.isdisjoint(event)):
            from serving.protocols import event_sources

            event_sources.check(event)
        if forms.is_batch(event):
            # Not answered with 400, which a state machine would take for a result, and go on without the batch
            method = methods.wanted(model.signature, event)
            return {"predictions": predict(model, forms.batch(event), method, record)}
        return respond(model, event, record)
    except BadRequest:
        record["BadRequests"] = 1
        raise
    except ModelFault:
        record["ModelFaults"] = 1
        raise
    finally:
        telemetry.emit(environment, record)


def respond(model: Model, request: Any, record: dict[str, Any] | None = None) -> dict[str, Any]:
    """Answer a request. One that the model cannot take is answered with 400, and the environment lives on."""
    record = {} if record is None else record
    try:
        return found(model, request, record)
    except REFUSALS as error:
        status, message = refusal(error, record)
        return {"statusCode": status, "error": message}


def refusal(error: Exception, record: dict[str, Any]) -> tuple[int, str]:
    """The status of an error of REFUSALS, and what it says."""
    record["ModelFaults" if isinstance(error, ModelFault) else "BadRequests"] = 1
    if isinstance(error, answers.TooLarge):
        return 413, str(error)
    return 500 if isinstance(error, ModelFault) else 400, str(error)


def found(model: Model, request: Any, record: dict[str, Any], table: Any = None) -> dict[str, Any]:
    """What the model answers to a request.

    Args:
        table: the request's rows, where they did not come as JSON.

    Raises:
        BadRequest, ModelFault, TooLarge
    """
    if table is None and has_tensors(request):
        from serving.protocols import inference_v2

        return inference_v2.found(model, request, record)
    method = methods.wanted(model.signature, request)
    table = forms.table(request) if table is None else table
    said = {"predictions": predict(model, table, method, record)}
    answers.check_size(said, said["predictions"])
    return said


def has_tensors(request: Any) -> bool:
    """Whether a request is one of the Open Inference Protocol."""
    inputs = request.get("inputs") if isinstance(request, dict) else None
    first = inputs[0] if isinstance(inputs, list) and inputs else None
    return isinstance(first, dict) and first.keys() >= OF_TENSORS and isinstance(first["shape"], list)


def model_name() -> str:
    """What clients call the model: the function's name."""
    return os.environ.get("AWS_LAMBDA_FUNCTION_NAME", "local")


def predict(model: Model, table: Any, method: str, record: dict[str, Any]) -> list[Any]:
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
        if table.texts and isinstance(table, tables.Columns):  # a CSV file of one line: it may have been a row
            table.columns(model.signature)
        return []
    try:
        rows = reader.read(model.signature, table)
    except ImportError as error:
        raise ModelFault(f"the rows cannot be made what the model takes: {lacks(error)}") from error
    began = time.perf_counter()
    try:
        with model.one_row if model.one_row and count == 1 else ANY_THREADS:
            predictions = getattr(model.estimator, method)(rows)
    except ImportError as error:  # of a model that lacks something, whatever the rows are
        raise ModelFault(f"the model's {method} failed: {lacks(error)}") from error
    except MemoryError as error:
        raise ModelFault(f"the model's {method} failed: {own_words(error)}") from error
    except Exception as error:  # whatever it is, the rows are why
        if model.signature.frame != "pandas" and model.again and not no_pandas():
            # Packaging has tried many rows, but code of the user's may do with these what only pandas knows
            with_pandas = replace(model, signature=replace(model.signature, frame="pandas"))
            return predict(with_pandas, table, method, record)
        wanted = tables.expected(model.signature)
        raise BadRequest(f"the model does not take these values: {own_words(error)}. {wanted}") from error
    spent = (time.perf_counter() - began) * 1e3
    record["PredictMilliseconds"] = round(record.get("PredictMilliseconds", 0) + spent, 3)  # of all methods
    return answers.to_json(predictions, count, method)


def own_words(error: Exception) -> str:
    """A model's own words."""
    text = " ".join(str(error).split())
    known = isinstance(error, (ArithmeticError, AttributeError, LookupError, TypeError, ValueError))
    return cut(
        text if known and text and not isinstance(error, KeyError) else f"{type(error).__name__}: {text}"
    ).rstrip(".")
