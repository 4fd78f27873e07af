"""Asks the handler what the estimator was asked, in every form of request. Runs under the target's interpreter.

    python prove.py ORDER

ORDER is JSON: {"own": what own_answers.py found, "rows": the rows as a pickle, "result": the file to write}. The
result: {"tried": how often, "wrong": [{"form", "row", "column", "own", "handler"}, ...]}; PYTHONPATH names the staged
function, with its signature, and the layer.
"""

import csv
import io
import json
import math
import pickle
import sys
from dataclasses import replace

MOST = 3  # differences that are told
PROBES = 24  # of the requests, for what else tries the model


def main(path):
    with open(path, encoding="utf-8") as stream:
        order = json.load(stream)
    import handler

    model = handler.ENVIRONMENT.model
    wrong, events, answered, count, methods = [], [], [], 0, set()
    for tried in order["own"]["tried"]:
        for form, event in forms(model.signature, tried):
            count += 1
            got = ask(handler, event)
            if len(events) < PROBES or "error" in tried or tried["method"] not in methods:
                events.append(event)
            methods.add(tried["method"])
            if not same(tried, got) and len(wrong) < MOST:
                wrong.append(difference(model, form, event, tried, got, order["rows"]))
    for event in order["requests"]:
        events.append(event)
        answered.append(ask(handler, event))
    if order["expect"]:
        wrong += unexpected(ask(handler, order["expect"]["event"]), order["expect"]["answers"])
    with open(order["result"], "w", encoding="utf-8") as stream:
        json.dump({"tried": count, "wrong": wrong, "events": events, "answered": answered}, stream)


def unexpected(got, answers):
    """The first row whose answer is not the one that is known; numbers may differ by their last digits."""
    found = got.get("predictions")
    if found is None:
        return [
            {"form": "--expect", "row": 0, "column": None, "own": json.dumps(answers[:1]), "handler": str(got)[:400]}
        ]
    for at, (own, each) in enumerate(zip(answers, found, strict=False)):
        if not close(own, each):
            return [
                {"form": "--expect", "row": at, "column": None, "own": json.dumps(own), "handler": json.dumps(each)}
            ]
    if len(found) != len(answers):
        said = f"{len(found)} predictions"
        return [{"form": "--expect", "row": 0, "column": None, "own": f"{len(answers)} predictions", "handler": said}]
    return []


def close(own, each):
    if isinstance(own, list) and isinstance(each, list):
        return len(own) == len(each) and all(map(close, own, each))
    numbers = all(isinstance(value, (int, float)) and not isinstance(value, bool) for value in (own, each))
    return math.isclose(own, each, rel_tol=1e-6, abs_tol=1e-12) if numbers else own == each


def ask(handler, event):
    try:
        answer = json.loads(json.dumps(handler.lambda_handler(event, None)))
        return {"predictions": rows_of(answer["outputs"][0])} if "outputs" in answer else answer
    except Exception as error:  # a batch that is refused raises
        return {"error": f"{type(error).__name__}: {error}"}


def same(tried, got):
    if "error" in tried:
        return "predictions" not in got
    return json.dumps(got.get("predictions")) == json.dumps(tried["answer"])


def forms(signature, tried):
    """The request of these rows in each form that this model takes."""
    cells, method = tried["cells"], {"method": tried["method"]}
    if "null" in tried or tried["method"] != signature.method:
        yield from list(typed(signature, cells, method))[:1]
        return
    yield from typed(signature, cells, method)
    yield from untyped(signature, tried)
    yield from tensors(signature, tried)


def typed(signature, cells, method):
    if signature.container == "frame" and signature.columns is not None:
        names = [str(name) for name in signature.names]
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


def untyped(signature, tried):
    texts = tried.get("texts")
    if texts is None or signature.columns is None or signature.container not in ("frame", "array"):
        return
    names = [str(name) for name in signature.names]
    stream = io.StringIO()
    csv.writer(stream).writerows([names, *texts])
    yield "csv", {"csv": stream.getvalue()}
    yield "Items of a CSV file", {"Items": [dict(zip(names, row, strict=True)) for row in texts]}


def tensors(signature, tried):
    """The rows as the Open Inference Protocol has them, where tensors hold their values and their answers."""
    columns = list(zip(*tried["cells"], strict=True)) if signature.columns is not None else ()
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
        for name, kind, values in zip(signature.names, datatypes, columns, strict=True)
    ]
    yield "tensors", {"inputs": inputs, **outputs}


def datatype(values):
    """The datatype that holds values as they are; None if there is none."""
    kinds = {type(value) for value in values} - {type(None)}
    if kinds == {int} and not all(value is None or -(2**63) <= value < 2**63 for value in values):
        return None
    names = {bool: "BOOL", int: "INT64", float: "FP64", str: "BYTES"}
    return names.get(kinds.pop()) if len(kinds) == 1 else None if kinds else "FP64"


def is_tensor(answer):
    """Whether an answer has one shape and one type, and so is a tensor's as it is."""
    values = answer
    while values and isinstance(values[0], list):
        if not all(isinstance(each, list) and len(each) == len(values[0]) for each in values):
            return False
        values = [each for row in values for each in row]
    kind = datatype(values) if values else None
    return kind is not None and (kind in ("FP64", "BYTES") or None not in values)


def rows_of(output):
    """The rows of an output, as predictions have them."""
    rows = output["data"]
    for width in reversed(output["shape"][1:]):
        rows = [rows[at : at + width] for at in range(0, len(rows), width)]
    return rows


def difference(model, form, event, tried, got, path):
    """The first row whose answer differs, and the first column that was read otherwise than it was fitted with."""
    own = tried.get("answer")
    found = got.get("predictions")
    place = 0
    if own is not None and found is not None:
        place = next(
            (at for at, each in enumerate(own) if at >= len(found) or json.dumps(each) != json.dumps(found[at])), 0
        )
    return {
        "form": form,
        "row": tried["rows"][place] if place < len(tried["rows"]) else 0,
        "column": tried.get("null") or column(model, event, tried, path),
        "own": tried.get("error") or json.dumps(own[place])[:200],
        "handler": json.dumps(found[place])[:200] if found else str(got.get("error", got))[:400],
    }


def column(model, event, tried, path):
    """The name of the column that is read otherwise; None if all are alike, or nobody knows."""
    try:
        from serving.requests import forms as known
        from serving.requests import reader

        table = known.batch(event) if "Items" in event else known.table(event)
        read = reader.read(replace(model.signature, frame="pandas"), table)
        with open(path, "rb") as stream:
            rows = pickle.load(stream)
        own = rows.iloc[tried["rows"]] if hasattr(rows, "iloc") else rows[tried["rows"]]
        for at, name in enumerate(model.signature.names or ()):
            ours, theirs = (read.iloc[:, at], own.iloc[:, at]) if hasattr(read, "iloc") else (read[:, at], own[:, at])
            if str(ours.dtype) != str(theirs.dtype) or [repr(v) for v in ours.tolist()] != [
                repr(v) for v in theirs.tolist()
            ]:
                return str(name)
    except Exception:  # what is told of a difference must not hide it
        return None
    return None


if __name__ == "__main__":
    del sys.path[0]  # this folder is not in Lambda
    main(*sys.argv[1:])
