"""Answers invocations.

a request with rows, in a form of `serving.requests.forms`  ->  {"predictions": [...]}
a request of the Open Inference Protocol                    ->  {"model_name": ..., "outputs": [...]}
{"Items": [...]}, a batch of Step Functions                 ->  {"predictions": [...]}, or BadRequest is raised
{"warmer": true}, or the event of a bare schedule           ->  {"warm": true, "model_sha256": "..."}
a request over HTTP                                         ->  the answer of `serving.http.routes`
{"Records": [...]} of SQS or another event source           ->  NoRequest is raised
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
from serving.requests.wording import BadRequest, ModelFault, cut
from serving.warming import pings

ANY_THREADS = nullcontext()
REFUSALS = (BadRequest, answers.TooLarge, ModelFault)

# These keys show that an event is no direct invocation. Ordinary requests pay only for looking them up
OF_HTTP = "requestContext"
OF_SOURCES = frozenset(("Records", "records", "eventSource", "awslogs", "detail-type"))
OF_TENSORS = frozenset(("name", "shape", "datatype"))  # the keys of each input in the Open Inference Protocol


def answer(environment: Environment, event: Any, context: Any) -> dict[str, Any]:
    """Answer an event of any kind, and write one line of telemetry."""
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
            # An error is raised: a state machine would take an answer with status 400 for a result, and go on
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
    """Answer a request. Errors become answers with a status code, so the execution environment stays alive."""
    record = {} if record is None else record
    try:
        return evaluate(model, request, record)
    except REFUSALS as error:
        status, message = refusal(error, record)
        return {"statusCode": status, "error": message}


def refusal(error: Exception, record: dict[str, Any]) -> tuple[int, str]:
    """Return the status and the message for an error of REFUSALS, and count it in the record."""
    record["ModelFaults" if isinstance(error, ModelFault) else "BadRequests"] = 1
    if isinstance(error, answers.TooLarge):
        return 413, str(error)
    return 500 if isinstance(error, ModelFault) else 400, str(error)


def evaluate(model: Model, request: Any, record: dict[str, Any], table: Any = None) -> dict[str, Any]:
    """Return the model's answer to a request.

    Args:
        table: the request's rows, where they did not come as JSON.

    Raises:
        BadRequest, ModelFault, TooLarge
    """
    if table is None and has_tensors(request):
        from serving.protocols import inference_v2

        return inference_v2.evaluate(model, request, record)
    method = methods.wanted(model.signature, request)
    table = forms.table(request) if table is None else table
    answer = {"predictions": predict(model, table, method, record)}
    answers.check_size(answer, answer["predictions"])
    return answer


def has_tensors(request: Any) -> bool:
    """Return whether a request is one of the Open Inference Protocol."""
    inputs = request.get("inputs") if isinstance(request, dict) else None
    first = inputs[0] if isinstance(inputs, list) and inputs else None
    return isinstance(first, dict) and first.keys() >= OF_TENSORS and isinstance(first["shape"], list)


def model_name() -> str:
    """Return the name under which clients know the model: the function's name."""
    return os.environ.get("AWS_LAMBDA_FUNCTION_NAME", "local")


def predict(model: Model, table: Any, method: str, record: dict[str, Any]) -> list[Any]:
    """Return the predictions for the rows of a request, one for each row.

    Args:
        table: the rows, as `serving.requests.forms` returns them.
        method: a method that the estimator has.

    Raises:
        BadRequest: the rows are not of the expected kind, or the model does not take them.
        ModelFault: the model fails whatever the rows are, or its result cannot be written as an answer.
    """
    count = len(table)
    record["Rows"] = count
    if not count:
        if table.texts and isinstance(table, tables.Columns):  # a CSV file's only line may hold a row and not a header
            table.columns(model.signature)
        return []
    try:
        rows = reader.read(model.signature, table)
    except ImportError as error:
        raise ModelFault(f"the rows cannot be converted for the model: {lacks(error)}") from error
    began = time.perf_counter()
    try:
        with model.one_row if model.one_row and count == 1 else ANY_THREADS:
            predictions = getattr(model.estimator, method)(rows)
    except ImportError as error:  # the model lacks a module, whatever the rows are
        raise ModelFault(f"the model's {method} failed: {lacks(error)}") from error
    except MemoryError as error:
        raise ModelFault(f"the model's {method} failed: {own_words(error)}") from error
    except Exception as error:  # every other error is attributed to the rows
        if model.signature.frame != "pandas" and model.again and not no_pandas():
            # Packaging has tried many rows, but the user's own code may do something with these rows that needs pandas
            with_pandas = replace(model, signature=replace(model.signature, frame="pandas"))
            return predict(with_pandas, table, method, record)
        wanted = tables.expected(model.signature)
        raise BadRequest(f"the model does not take these values: {own_words(error)}. {wanted}") from error
    milliseconds = (time.perf_counter() - began) * 1e3
    # The sum for all methods that the request asks for
    record["PredictMilliseconds"] = round(record.get("PredictMilliseconds", 0) + milliseconds, 3)
    return answers.to_json(predictions, count, method)


def own_words(error: Exception) -> str:
    """Return the message of the model's own error, shortened if it is long."""
    text = " ".join(str(error).split())
    speaks = isinstance(error, (ArithmeticError, AttributeError, LookupError, TypeError, ValueError))
    return cut(
        text if speaks and text and not isinstance(error, KeyError) else f"{type(error).__name__}: {text}"
    ).rstrip(".")
