"""Asks a model many rows, as one kind of table or another. Runs under the target's interpreter.

    python try_frames.py ORDER

ORDER is JSON: {"frame": as in a signature, "result": the file to write}, with "rows" and "methods" to ask as it sees
fit, or with "asked" and "answers" of an earlier run, to be compared with. The result: {"asked", "answers"} of the
former, {"differs": None or the first difference in words} of the latter. The staged function comes first on PYTHONPATH.
"""

import json
import sys
import warnings
from dataclasses import replace

MOST = 300  # requests; a model of many trees takes a tenth of a second for one
ALONE = 40  # of them rows that are asked alone


def main(path):
    with open(path, encoding="utf-8") as stream:
        order = json.load(stream)
    try:
        import handler

        warnings.simplefilter("ignore")
        model = handler.ENVIRONMENT.model
        model = replace(model, signature=replace(model.signature, frame=order["frame"]), again=False)
        if "asked" in order:
            found = {"differs": difference(model, order["asked"], order["answers"])}
        else:
            found = record(model, order["rows"], order["methods"])
    except Exception as error:  # whatever loading the model raises
        found = {"error": {"type": type(error).__name__, "message": str(error)}}
    with open(order["result"], "w", encoding="utf-8") as stream:
        json.dump(found, stream)


def record(model, rows, methods):
    """Ask all rows at once, and by halves those that are refused; then some alone, and those of other methods."""
    default, answered = model.signature.method, []
    asked = [{"instances": [rows[at]], "method": default} for at in range(0, len(rows), max(1, len(rows) // ALONE))]
    answers = [ask(model, event) for event in asked]
    waiting = [rows]
    while waiting and len(asked) < MOST:
        these = waiting.pop(0)
        asked.append({"instances": these, "method": default})
        answers.append(ask(model, asked[-1]))
        if is_answer(answers[-1]):
            answered += these
        elif len(these) > 1:
            half = len(these) // 2
            waiting += [these[:half], these[half:]]
    for method in methods:
        if answered and method != default:
            asked.append({"instances": answered, "method": method})
            answers.append(ask(model, asked[-1]))
    if answered:
        asked.append({"instances": answered, "method": default})
        answers.append(ask(model, asked[-1]))
    return {"asked": asked, "answers": answers}


def difference(model, asked, answers):
    for event, known in zip(asked, answers, strict=True):
        got = ask(model, event)
        if got == known or (is_refusal(got) and is_refusal(known)):
            continue
        if not is_answer(got):
            return f"without it the model fails: {got}"
        return (
            "without it the model answers what it should refuse"
            if not is_answer(known)
            else "without it the answers differ"
        )
    return None


def ask(model, event):
    """The predictions as JSON text, in which floats are exact; of a refusal its status and its words."""
    from serving import invocation

    answer = invocation.respond(model, event)
    if "predictions" in answer:
        return json.dumps(answer["predictions"])
    return f"{answer['statusCode']} {answer['error'].partition('. Expected')[0]}"


def is_answer(text):
    return text.startswith("[")


def is_refusal(text):
    """Whether the rows were refused; a model that failed is none that refused."""
    return text.startswith("400 ")


if __name__ == "__main__":
    del sys.path[0]  # this folder is not in Lambda
    main(*sys.argv[1:])
