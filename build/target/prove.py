"""Sends the handler the rows that the estimator was asked, in every form of request. Runs under the target's Python.

    python prove.py ORDER

ORDER is a JSON file with "own", the result of own_answers.py; "rows", a file with the pickled rows; "requests", the
user's own requests; "expect", the answers that the user knows; and "result", the file to write. The result has the form
of `build.package.exchange.Proved`. PYTHONPATH names the staged function, with its signature, and the layer.
"""

from __future__ import annotations

import csv
import io
import json
import math
import pickle
import sys
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from serving.loading.model import Model
    from serving.requests.signature import Signature

    from build.package.exchange import Proved, Tried, WrongAnswer

    Form = tuple[str, dict[str, Any]]  # the name of a form of request, and the request

MOST = 3  # the most wrong answers that are reported
PROBES = 24  # the most requests that are passed on for other checks of the model


def main(path: str) -> None:
    with open(path, encoding="utf-8") as stream:
        order = json.load(stream)
    import handler

    proved = prove(handler, order)
    for event in order["requests"]:
        proved["events"].append(event)
        proved["answered"].append(ask(handler, event))
    if order["expect"]:
        proved["wrong"] += unexpected(ask(handler, order["expect"]["event"]), order["expect"]["answers"])
    with open(order["result"], "w", encoding="utf-8") as stream:
        json.dump(proved, stream)


def prove(handler: Any, order: dict[str, Any]) -> Proved:
    """Compare the handler's answers with the estimator's own."""
    model = handler.ENVIRONMENT.model
    proved: Proved = {"tried": 0, "wrong": [], "events": [], "answered": []}
    methods: set[str] = set()
    for tried in order["own"]["tried"]:
        for form, event in forms(model.signature, tried):
            proved["tried"] += 1
            answer = ask(handler, event)
            if len(proved["events"]) < PROBES or "error" in tried or tried["method"] not in methods:
                proved["events"].append(event)
            methods.add(tried["method"])
            if not same(tried, answer) and len(proved["wrong"]) < MOST:
                proved["wrong"].append(difference(model, form, event, tried, answer, order["rows"]))
    return proved


def unexpected(answer: dict[str, Any], expected: list[Any]) -> list[WrongAnswer]:
    """Return the first answer that differs from the known one. Numbers may differ in their last digits."""
    predictions = answer.get("predictions")
    if predictions is None:
        return [_wrong(0, json.dumps(expected[:1]), str(answer)[:400])]
    for at, (expected_prediction, prediction) in enumerate(zip(expected, predictions, strict=False)):
        if not close(expected_prediction, prediction):
            return [_wrong(at, json.dumps(expected_prediction), json.dumps(prediction))]
    if len(predictions) != len(expected):
        return [_wrong(0, f"{len(expected)} predictions", f"{len(predictions)} predictions")]
    return []


def _wrong(row: int, own: str, handler: str) -> WrongAnswer:
    return {"form": "--expect", "row": row, "column": None, "own": own, "handler": handler}


def close(one: Any, other: Any) -> bool:
    """Return whether two predictions are equal, except for the last digits of numbers."""
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(close, one, other))
    numbers = all(isinstance(value, (int, float)) and not isinstance(value, bool) for value in (one, other))
    return math.isclose(one, other, rel_tol=1e-6, abs_tol=1e-12) if numbers else bool(one == other)


def ask(handler: Any, event: dict[str, Any]) -> dict[str, Any]:
    """Return the handler's answer."""
    try:
        answer: dict[str, Any] = json.loads(json.dumps(handler.lambda_handler(event, None)))
        return {"predictions": rows_of(answer["outputs"][0])} if "outputs" in answer else answer
    except Exception as error:  # the handler raises if it refuses a batch
        return {"error": f"{type(error).__name__}: {error}"}


def same(tried: Tried, answer: dict[str, Any]) -> bool:
    """Return whether handler and estimator gave the same answer, or both gave none."""
    if "error" in tried:
        return "predictions" not in answer
    return json.dumps(answer.get("predictions")) == json.dumps(tried["answer"])


def forms(signature: Signature, tried: Tried) -> Iterator[Form]:
    """Return the request for these rows in each form that this model accepts."""
    cells, method = tried["cells"], {"method": tried["method"]}
    if "null" in tried or tried["method"] != signature.method:
        yield from list(typed(signature, cells, method))[:1]
        return
    yield from typed(signature, cells, method)
    yield from untyped(signature, tried)
    yield from tensors(signature, tried)


def typed(signature: Signature, cells: list[Any], method: dict[str, str]) -> Iterator[Form]:
    """Return the requests with JSON's values."""
    if signature.container == "frame" and signature.columns is not None:
        names = [str(column.name) for column in signature.columns]
        records = [dict(zip(names, row, strict=True)) for row in cells]
        yield "dataframe_records", {"dataframe_records": records, **method}
        yield "dataframe_split", {"dataframe_split": {"columns": names, "data": cells}, "params": method}
        yield "instances", {"instances": cells, **method}
        yield "instances of objects", {"instances": [dict(reversed(row.items())) for row in records], **method}
        yield "inputs", {"inputs": {name: [row[at] for row in cells] for at, name in enumerate(names)}, **method}
        if method["method"] == signature.method:
            yield "Items", {"Items": records}
    else:
        yield "instances", {"instances": cells, **method}
        yield "inputs", {"inputs": cells, **method}
        if method["method"] == signature.method:
            yield "Items", {"Items": cells}


def untyped(signature: Signature, tried: Tried) -> Iterator[Form]:
    """Return the requests in which all values are texts."""
    texts = tried.get("texts")
    if texts is None or signature.columns is None or signature.container not in ("frame", "array"):
        return
    names = [str(column.name) for column in signature.columns]
    stream = io.StringIO()
    csv.writer(stream).writerows([names, *texts])
    yield "csv", {"csv": stream.getvalue()}
    yield "Items of a CSV file", {"Items": [dict(zip(names, row, strict=True)) for row in texts]}


def tensors(signature: Signature, tried: Tried) -> Iterator[Form]:
    """Return the requests of the Open Inference Protocol, if tensors can hold the values and the answers."""
    columns = list(zip(*tried["cells"], strict=True)) if signature.columns is not None else []
    datatypes = [datatype(values) for values in columns]
    if None in datatypes or not datatypes or not is_tensor(tried.get("answer")):
        return
    outputs = {"outputs": [{"name": tried["method"]}]}
    count, width = len(tried["cells"]), len(columns)
    if signature.container == "array" and len(set(datatypes)) == 1:
        whole = {"name": "rows", "shape": [count, width], "datatype": datatypes[0], "data": tried["cells"]}
        yield "a tensor", {"inputs": [whole], **outputs}
        return
    inputs = [
        {"name": str(name), "shape": [count], "datatype": kind, "data": list(values)}
        for name, kind, values in zip(signature.names or (), datatypes, columns, strict=True)
    ]
    yield "tensors", {"inputs": inputs, **outputs}


def datatype(values: Any) -> str | None:
    """Return the datatype of a tensor that can hold the values unchanged, or None if there is none."""
    kinds = {type(value) for value in values} - {type(None)}
    if kinds == {int} and not all(value is None or -(2**63) <= value < 2**63 for value in values):
        return None
    names = {bool: "BOOL", int: "INT64", float: "FP64", str: "BYTES"}
    return names.get(kinds.pop()) if len(kinds) == 1 else None if kinds else "FP64"


def is_tensor(answer: Any) -> bool:
    """Return whether an answer has one shape and one type, so that a tensor can hold it."""
    values = answer
    while values and isinstance(values[0], list):
        if not all(isinstance(row, list) and len(row) == len(values[0]) for row in values):
            return False
        values = [value for row in values for value in row]
    kind = datatype(values) if values else None
    return kind is not None and (kind in ("FP64", "BYTES") or None not in values)


def rows_of(output: dict[str, Any]) -> list[Any]:
    """Return the rows of an output in the form of predictions."""
    rows: list[Any] = output["data"]
    for width in reversed(output["shape"][1:]):
        rows = [rows[at : at + width] for at in range(0, len(rows), width)]
    return rows


def difference(
    model: Model, form: str, event: dict[str, Any], tried: Tried, answer: dict[str, Any], path: str
) -> WrongAnswer:
    """Describe the first row whose answer differs, and the first column that was read in another way than fitted."""
    own, predictions = tried.get("answer"), answer.get("predictions")
    place = 0
    if own is not None and predictions is not None:
        differing = (
            at
            for at, own_prediction in enumerate(own)
            if at >= len(predictions) or json.dumps(own_prediction) != json.dumps(predictions[at])
        )
        place = next(differing, 0)
    return {
        "form": form,
        "row": tried["rows"][place] if place < len(tried["rows"]) else 0,
        "column": tried.get("null") or column(model, event, tried, path),
        "own": tried.get("error") or json.dumps((own or [None])[place])[:200],
        "handler": json.dumps(predictions[place])[:200] if predictions else str(answer.get("error", answer))[:400],
    }


def column(model: Model, event: dict[str, Any], tried: Tried, path: str) -> str | None:
    """Return the name of the first column that is read in another way than fitted, or None if it is not known."""
    try:
        from serving.requests import forms as request_forms
        from serving.requests import reader

        table = request_forms.batch(event) if "Items" in event else request_forms.table(event)
        read = reader.read(replace(model.signature, frame="pandas"), table)
        with open(path, "rb") as stream:
            rows = pickle.load(stream)
        own = rows.iloc[tried["rows"]] if hasattr(rows, "iloc") else rows[tried["rows"]]
        for at, name in enumerate(model.signature.names or ()):
            ours, theirs = (read.iloc[:, at], own.iloc[:, at]) if hasattr(read, "iloc") else (read[:, at], own[:, at])
            if str(ours.dtype) != str(theirs.dtype) or list(map(repr, ours.tolist())) != list(
                map(repr, theirs.tolist())
            ):
                return str(name)
    except Exception:  # an error here must not hide the wrong answer
        return None
    return None


if __name__ == "__main__":
    del sys.path[0]  # Lambda does not have this folder
    main(*sys.argv[1:])
