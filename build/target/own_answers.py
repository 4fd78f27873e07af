"""Says what a model is and takes, and what it answers by itself. Runs under the target's interpreter.

    python own_answers.py ORDER

ORDER is JSON: what `build.package.proof` asks for. The result is JSON too: {"error": ...}, or facts, signature, rows
and the estimator's own answers to them, for which nothing of the handler stands between: plain pandas, numpy and
predict. The handler's answers are compared with these by prove.py.
"""

import json
import os
import pickle
import sys
import warnings
from dataclasses import replace

sys.path.insert(1, os.path.dirname(os.path.abspath(__file__)))  # this folder is not in Lambda

import containers
import one_thread
import own_code
import rows
from serving.requests import without_pandas
from serving.requests.signature import NUMPY_INTEGERS, Column

import examples

# the model's own modules may be called the same
sys.path = [each for each in sys.path if each != os.path.dirname(os.path.abspath(__file__))]
for name in ("containers", "examples", "one_thread", "own_code", "rows"):
    del sys.modules[name]


class Refused(Exception):
    """The model is not one that can be served; the kind tells build/ how to say it."""

    def __init__(self, kind, message):
        super().__init__(message)
        self.kind = kind


def main(path):
    with open(path, encoding="utf-8") as stream:
        order = json.load(stream)
    try:
        answer = find(order)
    except Refused as error:
        answer = {"error": {"type": error.kind, "message": str(error)}}
    except examples.BadExample as error:
        answer = {"error": {"type": "BadExample", "message": str(error)}}
    except Exception as error:  # whatever a model's own code raises is an answer here
        answer = {"error": {"type": type(error).__name__, "message": str(error)}}
    with open(order["result"], "w", encoding="utf-8") as stream:
        json.dump(answer, stream)


def find(order):
    estimator, trusted = load(order)
    told = examples.tell(estimator)
    if not told.methods:
        raise Refused("NoMethod", f"{type(estimator).__module__}.{type(estimator).__qualname__}")
    check_fitted(estimator)
    method = order["method"] or told.method
    if method not in told.methods:
        raise Refused("NoSuchMethod", ", ".join(told.methods))
    told = replace(told, method=method)
    value, typed, expected = None, False, []
    by_hand = [each for each in order["columns"] or () if not each.get("weak")]
    # What MLflow noted fills in what the estimator does not tell; the example's own types count for more than both
    told = override(told, [each for each in order["columns"] or () if each.get("weak")])
    if order["example"]:
        value, typed = examples.read(order["example"])
        told, value = examples.describe(value, typed, told)
        told = override(told, by_hand)
        expected = rows.cells(rows.take(value, list(range(min(len(value), order["expect"])))))
        value = rows.choose(value)
        if not typed and told.columns is not None and told.container in ("frame", "array"):
            try:
                value = retyped(told, value)
            except (TypeError, ValueError, OverflowError) as error:
                raise examples.BadExample(f"{type(error).__name__}: {error}") from error
    else:
        told = override(told, by_hand)
        value = rows.made(told)
    facts = {
        "estimator": f"{type(estimator).__module__}.{type(estimator).__qualname__}",
        "n_features_in": told.width,
        "feature_names_in": [str(name) for name in told.names] if told.container == "frame" and told.names else None,
        "classes": list(told.classes) if told.classes is not None else None,
        **({"trusted": trusted} if trusted is not None else {}),
    }
    tried, outputs, threads = [], {}, None
    if value is not None:
        threads = one_thread.show(estimator, lambda: by_method(estimator, told, value))
        told = strict(estimator, told, value)
        tried, outputs = ask_all(estimator, told, value)
    told = replace(told, outputs=outputs or None)
    if value is not None and order["rows"]:
        with open(order["rows"], "wb") as stream:
            pickle.dump(value, stream)
    own = own_code.parts(estimator)
    return {
        "facts": facts,
        "signature": told.to_json(),
        "tried": tried,
        "expected": expected,
        "needs_pandas": without_pandas.why_not(told)
        or own_code.why_pandas(own, os.environ["PYTHONPATH"].partition(os.pathsep)[0]),
        "numbers": without_pandas.is_numbers(told) and not own,
        "threads": threads,
    }


def load(order):
    """The estimator, read as its library reads it, and of skops the types that it does not know."""
    warnings.filterwarnings("error", message="Trying to unpickle estimator")
    trusted = None
    if order["format"] == "skops":
        from skops.io import get_untrusted_types
        from skops.io import load as load_skops

        # of the model that its owner ships: what is trusted is what was seen here
        trusted = sorted(get_untrusted_types(file=order["model"]))
        found = load_skops(order["model"], trusted=trusted)
    elif order["format"] == "joblib":
        import joblib

        found = joblib.load(order["model"])
    else:
        with open(order["model"], "rb") as stream:
            found = pickle.load(stream)
    if isinstance(found, (dict, list, tuple)):
        raise Refused("Container", containers.describe_container(found))
    if type(found).__name__ == "Booster":
        raise Refused("Booster", type(found).__module__.partition(".")[0])
    return found, trusted


def check_fitted(estimator):
    if "sklearn" in sys.modules and hasattr(estimator, "get_params"):
        from sklearn.utils.validation import check_is_fitted

        check_is_fitted(estimator)


def override(signature, columns):
    """The signature with what was said by hand, or by MLflow: by name or, without names, by position."""
    if not columns:
        return signature
    by_name = {each["name"]: each for each in columns if each.get("name") is not None}
    if signature.columns is None:
        named = [each for each in columns if each.get("name") is not None]
        made = tuple(
            Column.from_json({"missing": None if each.get("dtype") == "bool" else "NaN", **without_weak(each)})
            for each in named
        )
        return replace(signature, container="frame", columns=made, source="the given signature") if made else signature
    known = {column.name for column in signature.columns}
    unknown = [name for name, each in by_name.items() if name not in known and not each.get("weak")]
    if unknown and signature.container == "frame":
        raise Refused("BadSignature", f"it names {unknown[0]!r}, and the model has no such column")
    changed = []
    for column in signature.columns:
        said = by_name.get(column.name)
        if said is None or (said.get("weak") and column.type in ("category", "text", "boolean") and column.missing):
            changed.append(column)
            continue
        fresh = {key: value for key, value in said.items() if key not in ("name", "weak")}
        same = column.type == fresh.get("type")
        kept = column.to_json() if same else {"name": column.name, "missing": "NaN"}
        if not same and fresh.get("type") in ("datetime", "timedelta"):
            kept["missing"] = "NaT"
        if fresh.get("dtype") == "bool":  # which has no missing values
            kept["missing"] = None
        changed.append(Column.from_json({**kept, **fresh, "name": column.name}))
    return replace(signature, columns=tuple(changed))


def without_weak(said):
    return {key: value for key, value in said.items() if key != "weak"}


def retyped(signature, value):
    """Rows of a file without types, as the signature has them."""
    cells = rows.cells(value)
    written = getattr(value, "attrs", {}).get("texts", {})  # of a CSV file
    places = list(value.index) if hasattr(value, "index") else range(len(value))
    for at, column in enumerate(signature.columns):
        if column.type != "text":
            continue
        for place, row in zip(places, cells, strict=True):
            if column.name in written:
                text = written[column.name][place]
                row[at] = text if text or column.empty_is_text else None
            elif row[at] is not None and not isinstance(row[at], str):
                row[at] = str(row[at])
    return rows.of_cells(signature, cells)


def strict(estimator, signature, value):
    """The signature, with those integer columns strict whose model answers otherwise when they become numbers."""
    whole = [at for at, column in enumerate(signature.columns or ()) if column.type == "integer"]
    whole = [at for at in whole if signature.columns[at].dtype in NUMPY_INTEGERS]
    if not whole or signature.container == "array":
        return signature
    own = answer(estimator, signature.method, value)

    def differs(places):
        names = [value.columns[at] for at in places]
        return answer(estimator, signature.method, value.astype(dict.fromkeys(names, "float64"))) != own

    if not differs(whole):
        return signature
    columns = list(signature.columns)
    for at in whole:
        if differs([at]):
            columns[at] = replace(columns[at], strict=True)
    return replace(signature, columns=tuple(columns))


def ask_all(estimator, signature, value):
    """What the estimator answers to all rows, to some alone, and to some without a value; and of what type it is."""
    every = list(range(len(value)))
    cells, texts = rows.cells(value), rows.texts(value)
    ambiguous = unclear(signature, cells)
    tried = []
    for places in [every, *([at] for at in every[: rows.SINGLE])]:
        found = answer(estimator, signature.method, rows.take(value, places))
        each = {"rows": places, "method": signature.method, "cells": [cells[at] for at in places], **found}
        if texts is not None and not any(at in ambiguous for at in places):
            each["texts"] = [texts[at] for at in places]
        tried.append(each)
    again = answer(estimator, signature.method, value)
    if again != {key: tried[0][key] for key in again}:
        raise Refused("Random", "")
    outputs = {}
    for method in signature.methods:
        try:
            found = answer(estimator, method, value)
        except Refused:  # of one that is not asked for, a request is told of it
            continue
        if "answer" in found:
            outputs[method] = shape(found["answer"])
            if method != signature.method:
                tried.append({"rows": every, "method": method, "cells": cells, **found})
    if signature.columns is not None:
        for name, table, row in rows.without(value, signature):
            found = answer(estimator, signature.method, table)
            tried.append({"rows": [0], "method": signature.method, "cells": row, "null": name, **found})
    return tried, outputs


def unclear(signature, cells):
    """Rows with a cell that a CSV file cannot tell: an empty text where that means a missing value, or the reverse."""
    found = set()
    for number, row in enumerate(cells):
        for column, value in zip(signature.columns or (), row if isinstance(row, list) else (), strict=False):
            empty = value == ""
            absent = value is None and column.type in ("text", "any")
            if (empty and not column.empty_is_text) or (absent and column.empty_is_text):
                found.add(number)
            if column.type == "any" and column.dtype == "any":
                found.add(number)
    return found


def by_method(estimator, signature, value):
    """What each method answers, or how it refuses."""
    found = {}
    for method in signature.methods:
        try:
            found[method] = answer(estimator, method, value)
        except Refused as error:
            found[method] = {"error": str(error)}
    return found


def answer(estimator, method, value):
    try:
        predictions = getattr(estimator, method)(value)
    except Exception as error:  # whatever the model raises
        return {"error": f"{type(error).__name__}: {error}"[:300]}
    listed = rows.plain(predictions, len(value))
    if listed is None:
        from serving.requests import answers, wording

        try:
            listed = answers.to_json(predictions, len(value), method)
        except wording.ModelFault as error:
            raise Refused("Fault", str(error)) from error
    if len(listed) != len(value):
        raise Refused("Fault", f"its {method} gives {len(listed)} predictions for {len(value)} rows")
    return {"answer": listed}


def shape(listed):
    """Of what type answers are, and of what shape."""
    flat, shape_ = listed, [-1]
    while flat and isinstance(flat[0], list):
        shape_.append(len(flat[0]))
        flat = [each for row in flat for each in row]
    kinds = {type(each) for each in flat} - {type(None)}
    names = {bool: "boolean", int: "integer", float: "number", str: "text"}
    kind = names.get(kinds.pop(), "any") if len(kinds) == 1 else "number" if kinds and kinds <= {int, float} else "any"
    return {"type": kind, "shape": shape_}


if __name__ == "__main__":
    main(*sys.argv[1:])
