"""Times large requests. Runs under the target's interpreter, with a layer's packages and the handler's code.

    python time_large.py RESULT ROUNDS

RESULT gets JSON: for each model, form and kind of table, the bytes of the body and the milliseconds of each round for
json.loads, for what the handler adds, and for the estimator's own predict. All of them are processor time
(thread_time), because the machine may do other things meanwhile. A round asks for everything once.
"""

from __future__ import annotations

import gc
import json
import random
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from serving.loading.model import Model

ROWS, COLUMNS, TEXTS = 20_000, 25, 5
DECIMALS = 5  # with this many, the records have 6 MB, which is the most that Lambda accepts
ROWS_OF_FULL = 10_000  # this many rows have 6 MB if their numbers have all of their 16 or 17 digits
LARGEST = 6_291_556
NAMES = [chr(ord("a") + at) for at in range(COLUMNS)]
COLOURS = ("red", "green", "blue", "yellow")


class Timed:
    """An estimator whose predict is timed."""

    def __init__(self, estimator: Any) -> None:
        self.estimator, self.spent = estimator, 0.0

    def predict(self, rows: Any) -> Any:
        began = time.thread_time()
        predictions = self.estimator.predict(rows)
        self.spent = time.thread_time() - began
        return predictions


def forms(rows: list[list[Any]], names: list[str]) -> dict[str, dict[str, Any]]:
    """Return the same rows in each form of a request."""
    lines = [",".join(names), *(",".join(map(str, row)) for row in rows)]
    return {
        "dataframe_records": {"dataframe_records": [dict(zip(names, row, strict=True)) for row in rows]},
        "instances": {"instances": rows},
        "dataframe_split": {"dataframe_split": {"columns": names, "data": rows}},
        "inputs": {"inputs": {name: [row[at] for row in rows] for at, name in enumerate(names)}},
        "csv": {"csv": "\n".join(lines)},
    }


def models(draw: random.Random) -> Iterator[tuple[str, str, Model, list[list[Any]], list[str], list[Any]]]:
    """Yield each model with its name, its kind of table, its rows, their columns' names, and its own answers."""
    import pandas as pd
    from serving.loading.model import describe
    from serving.requests import without_pandas
    from sklearn.compose import ColumnTransformer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    numbers: list[list[Any]] = [[round(draw.uniform(0, 10), DECIMALS) for _ in NAMES] for _ in range(ROWS)]
    mixed = [row[:-TEXTS] + [draw.choice(COLOURS) for _ in range(TEXTS)] for row in numbers]
    classes = [row[0] > 5 for row in numbers]
    table, beside = pd.DataFrame(numbers, columns=NAMES), pd.DataFrame(mixed, columns=NAMES)
    encoded = ColumnTransformer([("texts", OneHotEncoder(), NAMES[-TEXTS:])], remainder=StandardScaler())
    of_numbers = make_pipeline(StandardScaler(), LogisticRegression()).fit(table, classes)
    of_array = make_pipeline(StandardScaler(), LogisticRegression()).fit(table.to_numpy(), classes)
    of_mixed = make_pipeline(encoded, LogisticRegression(max_iter=1000)).fit(beside, classes)
    for name, estimator, rows, own in (
        ("numbers", of_numbers, numbers, table),
        ("numbers and texts", of_mixed, mixed, beside),
    ):
        model = describe(estimator, "0" * 64)
        why = without_pandas.why_not(model.signature)
        if why:
            raise SystemExit(why)
        without = replace(model, signature=replace(model.signature, frame="light"))
        answers = estimator.predict(own).tolist()
        yield name, "light", without, rows, NAMES, answers
        yield name, "pandas", model, rows, NAMES, answers
    full: list[list[Any]] = [[draw.uniform(0, 10) for _ in NAMES] for _ in range(ROWS_OF_FULL)]
    answers = of_numbers.predict(pd.DataFrame(full, columns=NAMES)).tolist()
    without = describe(of_numbers, "0" * 64)
    without = replace(without, signature=replace(without.signature, frame="light"))
    yield "numbers of 16 digits", "light", without, full, NAMES, answers
    names = [str(at) for at in range(COLUMNS)]
    answers = of_array.predict(table.to_numpy()).tolist()
    yield "numbers", "array", describe(of_array, "0" * 64), numbers, names, answers


def main(result: str, rounds: str) -> None:
    from serving import invocation

    cases: list[tuple[dict[str, Any], str, Any, list[Any]]] = []
    for name, kind, model, rows, names, answers in models(random.Random(20261126)):
        for form, event in forms(rows, names).items():
            body = json.dumps(event, separators=(",", ":"))
            if len(body) <= LARGEST or kind == "array":
                facts: dict[str, Any] = {"model": name, "table": kind, "form": form, "body_bytes": len(body)}
                timed = replace(model, estimator=Timed(model.estimator))
                cases.append((facts | {"loads": [], "adds": [], "predict": []}, body, timed, answers))
    gc.collect()
    gc.freeze()  # the handler does the same
    for _ in range(int(rounds)):
        for facts, body, model, answers in cases:
            began = time.thread_time()
            event = json.loads(body)
            parsed = time.thread_time()
            answer = invocation.respond(model, event)
            done = time.thread_time()
            if answer != {"predictions": answers}:
                raise SystemExit(f"{facts['model']}, {facts['form']}: {str(answer)[:300]}")
            spent = model.estimator.spent
            for what, seconds in (("loads", parsed - began), ("adds", done - parsed - spent), ("predict", spent)):
                facts[what].append(round(seconds * 1e3, 3))
            del event, answer  # so that memory is freed before the next request is timed
    with open(result, "w") as stream:
        json.dump([facts for facts, *_ in cases], stream)


if __name__ == "__main__":
    del sys.path[0]
    main(*sys.argv[1:])
