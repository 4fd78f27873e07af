"""Sends a model many rows, in one form of table. Runs under the target's interpreter.

    python try_frames.py ORDER

ORDER is a JSON file with "frame", a form of table as in a signature, and "result", the file to write. It also has one
of the following:

    "rows" and "methods"   The script makes requests from them. The result is {"asked", "answers"}.
    "asked" and "answers"  The script sends these requests, and compares the answers. The result is {"differs"}: a text
                           that describes the first difference, or None.

The staged function comes first on PYTHONPATH.
"""

from __future__ import annotations

import json
import sys
import warnings
from dataclasses import replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from serving.loading.model import Model

    from build.package.exchange import Asked

MOST = 300  # the most requests; a model with many trees takes a tenth of a second for one
ALONE = 40  # rows that are sent alone


def main(path: str) -> None:
    with open(path, encoding="utf-8") as stream:
        order = json.load(stream)
    result: Any
    try:
        import handler

        warnings.simplefilter("ignore")
        model = handler.ENVIRONMENT.model
        model = replace(model, signature=replace(model.signature, frame=order["frame"]), again=False)
        if "asked" in order:
            result = {"differs": difference(model, order["asked"], order["answers"])}
        else:
            result = record(model, order["rows"], order["methods"])
    except Exception as error:  # loading the model may raise anything
        result = {"error": {"type": type(error).__name__, "message": str(error)}}
    with open(order["result"], "w", encoding="utf-8") as stream:
        json.dump(result, stream)


def record(model: Model, rows: list[Any], methods: list[str]) -> Asked:
    """Send some rows alone, then all rows at once. Rows that are refused are sent again in halves.

    Finally, the rows that were answered are sent for each method.
    """
    default, answered = model.signature.method, []
    events = [{"instances": [rows[at]], "method": default} for at in range(0, len(rows), max(1, len(rows) // ALONE))]
    answers = [ask(model, event) for event in events]
    waiting = [rows]
    while waiting and len(events) < MOST:
        batch = waiting.pop(0)
        events.append({"instances": batch, "method": default})
        answers.append(ask(model, events[-1]))
        if is_answer(answers[-1]):
            answered += batch
        elif len(batch) > 1:
            half = len(batch) // 2
            waiting += [batch[:half], batch[half:]]
    for method in methods:
        if answered and method != default:
            events.append({"instances": answered, "method": method})
            answers.append(ask(model, events[-1]))
    if answered:
        events.append({"instances": answered, "method": default})
        answers.append(ask(model, events[-1]))
    return {"asked": events, "answers": answers}


def difference(model: Model, events: list[Any], answers: list[str]) -> str | None:
    """Describe the first answer that differs from the one with pandas."""
    for event, expected in zip(events, answers, strict=True):
        answer = ask(model, event)
        if answer == expected or (is_refusal(answer) and is_refusal(expected)):
            continue
        if not is_answer(answer):
            return f"without it the model fails: {answer}"
        if not is_answer(expected):
            return "without it the model answers what it should refuse"
        return "without it the answers differ"
    return None


def ask(model: Model, event: dict[str, Any]) -> str:
    """Return the predictions as JSON text, in which floats are exact, or the status and the message of an error."""
    from serving import invocation

    answer = invocation.respond(model, event)
    if "predictions" in answer:
        return json.dumps(answer["predictions"])
    return f"{answer['statusCode']} {answer['error'].partition('. Expected')[0]}"


def is_answer(text: str) -> bool:
    return text.startswith("[")


def is_refusal(text: str) -> bool:
    """Return whether the rows were refused. An error of the model itself does not count."""
    return text.startswith("400 ")


if __name__ == "__main__":
    del sys.path[0]  # Lambda does not have this folder
    main(*sys.argv[1:])
