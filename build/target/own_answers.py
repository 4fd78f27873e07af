"""Finds what a model is and takes, and what it answers by itself. Runs under the target's interpreter.

    python own_answers.py ORDER

ORDER is a JSON file with `build.package.exchange.OwnAnswersOrder` and the file to write. The result is JSON, too: it is
either {"error"}, or `build.package.exchange.OwnAnswers`. The answers come from plain pandas, numpy and predict, and no
code of the handler is involved. prove.py compares the handler's answers with them.
"""

from __future__ import annotations

import json
import os
import pickle
import sys
import warnings
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from serving.requests import without_pandas
from serving.requests.signature import NUMPY_INTEGERS, Signature

if TYPE_CHECKING:
    from build.dist.entries import ModelFacts, SignatureEntry
    from build.package.exchange import OwnAnswers, Tried
    from build.target import containers, declared_columns, examples, one_thread, own_code, rows
else:
    HERE = os.path.dirname(os.path.abspath(__file__))
    sys.path.insert(1, HERE)  # Lambda does not have this folder

    import containers
    import declared_columns
    import one_thread
    import own_code
    import rows

    import examples

    # The model's own modules may have the same names
    sys.path = [folder for folder in sys.path if folder != HERE]
    for name in ("containers", "declared_columns", "examples", "one_thread", "own_code", "rows"):
        del sys.modules[name]

Answer = dict[str, Any]  # {"answer": one value for each row}, or {"error": a text}


class Refused(Exception):
    """The model cannot be served. The kind is a key of `build.package.explanations.REASONS`."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


def main(path: str) -> None:
    with open(path, encoding="utf-8") as stream:
        order = json.load(stream)
    result: Any
    try:
        result = find(order)
    except Refused as error:
        result = {"error": {"type": error.kind, "message": str(error)}}
    except declared_columns.UnknownColumn as error:
        result = {"error": {"type": "BadSignature", "message": str(error)}}
    except examples.BadExample as error:
        result = {"error": {"type": "BadExample", "message": str(error)}}
    except Exception as error:  # the model's own code may raise anything
        result = {"error": {"type": type(error).__name__, "message": str(error)}}
    with open(order["result"], "w", encoding="utf-8") as stream:
        json.dump(result, stream)


def find(order: dict[str, Any]) -> OwnAnswers:
    """Return the whole result.

    Raises:
        Refused, BadExample, UnknownColumn
    """
    estimator, trusted = load(order)
    signature = with_method(estimator, order["method"])
    signature, value, expected = with_rows(order, signature)
    tried: list[Tried] = []
    outputs: dict[str, Any] = {}
    threads = None
    if value is not None:
        fixed = signature
        threads = one_thread.show(estimator, lambda: by_method(estimator, fixed, value))
        signature = with_strict_columns(estimator, signature, value)
        tried, outputs = ask_all(estimator, signature, value)
        if order["rows"]:
            with open(order["rows"], "wb") as stream:
                pickle.dump(value, stream)
    signature = replace(signature, outputs=outputs or None)
    own = own_code.find(estimator)
    needs_pandas = without_pandas.why_not(signature) or own_code.why_pandas(
        own, os.environ["PYTHONPATH"].partition(os.pathsep)[0]
    )
    return {
        "facts": facts(estimator, signature, trusted),
        "signature": cast("SignatureEntry", signature.to_json()),
        "tried": tried,
        "expected": expected,
        "needs_pandas": needs_pandas,
        "numbers": without_pandas.is_numbers(signature) and not own,
        "threads": threads,
    }


def facts(estimator: Any, signature: Signature, trusted: list[str] | None) -> ModelFacts:
    """Return what the manifest says about the model, except the signature."""
    names = signature.names if signature.container == "frame" else None
    model_facts: ModelFacts = {
        "estimator": qualified_name(estimator),
        "n_features_in": signature.width,
        "feature_names_in": [str(name) for name in names] if names else None,
        "classes": list(signature.classes) if signature.classes is not None else None,
    }
    if trusted is not None:
        model_facts["trusted"] = trusted
    return model_facts


def qualified_name(estimator: Any) -> str:
    return f"{type(estimator).__module__}.{type(estimator).__qualname__}"


def load(order: dict[str, Any]) -> tuple[Any, list[str] | None]:
    """Load the estimator as its library does, and return the types in a skops file that skops does not trust."""
    warnings.filterwarnings("error", message="Trying to unpickle estimator")
    trusted = None
    if order["format"] == "skops":
        from skops.io import get_untrusted_types
        from skops.io import load as load_skops

        # The model comes from its owner. Lambda will trust the types that are found here, and no others.
        trusted = sorted(get_untrusted_types(file=order["model"]))
        model = load_skops(order["model"], trusted=trusted)
    elif order["format"] == "joblib":
        import joblib

        model = joblib.load(order["model"])
    else:
        with open(order["model"], "rb") as stream:
            model = pickle.load(stream)
    if isinstance(model, (dict, list, tuple)):
        raise Refused("Container", containers.describe_container(model))
    if type(model).__name__ == "Booster":
        raise Refused("Booster", type(model).__module__.partition(".")[0])
    return model, trusted


def with_method(estimator: Any, method: str | None) -> Signature:
    """Return the signature of the estimator, with the method that answers requests."""
    signature = examples.tell(estimator)
    if not signature.methods:
        raise Refused("NoMethod", qualified_name(estimator))
    check_fitted(estimator)
    method = method or signature.method
    if method not in signature.methods:
        raise Refused("NoSuchMethod", ", ".join(signature.methods))
    return replace(signature, method=method)


def check_fitted(estimator: Any) -> None:
    if "sklearn" in sys.modules and hasattr(estimator, "get_params"):
        from sklearn.utils.validation import check_is_fitted

        check_is_fitted(estimator)


def with_rows(order: dict[str, Any], signature: Signature) -> tuple[Signature, Any, list[Any]]:
    """Return the signature from example, user and MLflow, the rows to ask, and the rows with known answers.

    What MLflow recorded completes what the estimator shows. The types in the example override both, and what the user
    declares overrides everything.
    """
    noted = [column for column in order["columns"] or () if column.get("weak")]
    by_hand = [column for column in order["columns"] or () if not column.get("weak")]
    signature = declared_columns.override(signature, noted)
    if not order["example"]:
        signature = declared_columns.override(signature, by_hand)
        return signature, rows.made_up(signature), []
    value, typed = examples.read(order["example"])
    signature, value = examples.describe(value, typed, signature)
    signature = declared_columns.override(signature, by_hand)
    expected = rows.cells(rows.take(value, list(range(min(len(value), order["expect"])))))
    value = rows.choose(value)
    if not typed and signature.columns is not None and signature.container in ("frame", "array"):
        try:
            value = retyped(signature, value)
        except (TypeError, ValueError, OverflowError) as error:
            raise examples.BadExample(f"{type(error).__name__}: {error}") from error
    return signature, value, expected


def retyped(signature: Signature, value: Any) -> Any:
    """Give the rows of a file without types the types in the signature."""
    cells = rows.cells(value)
    written = getattr(value, "attrs", {}).get("texts", {})  # the texts in a CSV file
    places = list(value.index) if hasattr(value, "index") else range(len(value))
    for at, column in enumerate(signature.columns or ()):
        if column.type != "text":
            continue
        for place, row in zip(places, cells, strict=True):
            if column.name in written:
                text = written[column.name][place]
                row[at] = text if text or column.empty_is_text else None
            elif row[at] is not None and not isinstance(row[at], str):
                row[at] = str(row[at])
    return rows.of_cells(signature, cells)


def with_strict_columns(estimator: Any, signature: Signature, value: Any) -> Signature:
    """Make those integer columns strict for which the model's answers change if they become floats."""
    columns = list(signature.columns or ())
    integers = [at for at, column in enumerate(columns) if column.type == "integer" and column.dtype in NUMPY_INTEGERS]
    if not integers or signature.container == "array":
        return signature
    own = answer(estimator, signature.method, value)

    def differs(places: list[int]) -> bool:
        names = [value.columns[at] for at in places]
        return answer(estimator, signature.method, value.astype(dict.fromkeys(names, "float64"))) != own

    if not differs(integers):
        return signature
    for at in integers:
        if differs([at]):
            columns[at] = replace(columns[at], strict=True)
    return replace(signature, columns=tuple(columns))


def ask_all(estimator: Any, signature: Signature, value: Any) -> tuple[list[Tried], dict[str, Any]]:
    """Ask the estimator all rows, some rows alone, and some with a missing value. Also return its outputs by method."""
    every = list(range(len(value)))
    cells, texts = rows.cells(value), rows.texts(value)
    ambiguous = unclear(signature, cells)
    tried: list[Tried] = []
    for places in [every, *([at] for at in every[: rows.SINGLE])]:
        result = answer(estimator, signature.method, rows.take(value, places))
        trial = _tried(places, signature.method, [cells[at] for at in places], result)
        if texts is not None and not any(at in ambiguous for at in places):
            trial["texts"] = [texts[at] for at in places]
        tried.append(trial)
    again = answer(estimator, signature.method, value)
    if again != {key: entry for key, entry in tried[0].items() if key in again}:
        raise Refused("Random", "")
    outputs: dict[str, Any] = {}
    for method in signature.methods:
        try:
            result = answer(estimator, method, value)
        except Refused:  # the user did not request this method; a request that does gets the error
            continue
        if "answer" in result:
            outputs[method] = shape(result["answer"])
            if method != signature.method:
                tried.append(_tried(every, method, cells, result))
    if signature.columns is not None:
        for name, table, row in rows.without(value, signature):
            trial = _tried([0], signature.method, row, answer(estimator, signature.method, table))
            trial["null"] = name
            tried.append(trial)
    return tried, outputs


def _tried(places: list[int], method: str, cells: list[Any], result: Answer) -> Tried:
    trial: Tried = {"rows": places, "method": method, "cells": cells}
    if "answer" in result:
        trial["answer"] = result["answer"]
    else:
        trial["error"] = result["error"]
    return trial


def unclear(signature: Signature, cells: list[Any]) -> set[int]:
    """Return the rows with a cell that is ambiguous in a CSV file, such as an empty text that means a missing value."""
    ambiguous = set()
    for number, row in enumerate(cells):
        for column, value in zip(signature.columns or (), row if isinstance(row, list) else (), strict=False):
            is_empty = value == ""
            is_missing = value is None and column.type in ("text", "any")
            if (is_empty and not column.empty_is_text) or (is_missing and column.empty_is_text):
                ambiguous.add(number)
            if column.type == "any" and column.dtype == "any":
                ambiguous.add(number)
    return ambiguous


def by_method(estimator: Any, signature: Signature, value: Any) -> dict[str, Answer]:
    """Return each method's answer or error."""
    answers = {}
    for method in signature.methods:
        try:
            answers[method] = answer(estimator, method, value)
        except Refused as error:
            answers[method] = {"error": str(error)}
    return answers


def answer(estimator: Any, method: str, value: Any) -> Answer:
    """Call one of the estimator's methods.

    Raises:
        Refused: it does not return one prediction for each row.
    """
    try:
        predictions = getattr(estimator, method)(value)
    except Exception as error:  # the model may raise anything
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


def shape(listed: list[Any]) -> dict[str, Any]:
    """Return the type and the shape of predictions."""
    flat, sizes = listed, [-1]
    while flat and isinstance(flat[0], list):
        sizes.append(len(flat[0]))
        flat = [cell for row in flat for cell in row]
    kinds = {type(cell) for cell in flat} - {type(None)}
    names = {bool: "boolean", int: "integer", float: "number", str: "text"}
    kind = names.get(kinds.pop(), "any") if len(kinds) == 1 else "number" if kinds and kinds <= {int, float} else "any"
    return {"type": kind, "shape": sizes}


if __name__ == "__main__":
    main(*sys.argv[1:])
