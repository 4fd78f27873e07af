"""Finds a model's signature, and proves on rows that the packaged function answers as the estimator itself does.

Two clean processes run under the Python of the runtime. The first asks the estimator without any code of this project
(target/own_answers.py). The second asks the staged handler, in every form of request (target/prove.py).
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from build.dist.entries import ModelFacts
from build.host import importable
from build.package import declared as declarations
from build.package import frames, handler_variables, request_files
from build.package.declared import Declared, Expectations
from build.package.exchange import OwnAnswers, OwnAnswersOrder, Proved, Threads, Tried, WrongAnswer
from build.package.process import Process, Refused

SIGNATURE = "signature.json"  # beside the handler, as in lambda/serving/requests/signature.py
ARROW = (".parquet", ".feather")  # files that pandas reads with pyarrow


@dataclass(frozen=True)
class Proof:
    """A model's signature and other facts, and the result of the comparison of its answers."""

    facts: ModelFacts  # with the signature
    tried: int  # the number of requests whose answers were compared
    events: list[Any]  # some of these requests, for the other parts of packaging that try the model
    predictions: list[Any] | None  # one answer, to show to the user
    why_not: str | None  # the reason why nothing was tried
    frame: frames.Chosen  # the form in which the model gets the rows of a table
    threads: Threads | None

    @property
    def takes_pandas(self) -> bool:
        """Return whether the handler makes a pandas DataFrame of the rows."""
        inputs = self.facts["signature"]["inputs"]
        return self.frame.frame == "pandas" and (isinstance(inputs, list) or inputs == "frame")


def find(process: Process, model: Path, format_: str, sha256: str, declared: Declared) -> Proof:
    """Find the signature, write it into the staged function, and prove the answers.

    Raises:
        Refused: the model does not load, gives other answers than the estimator, or nothing could be tried.
    """
    request = request_files.read(declared.request).event if declared.request else None
    example = declared.example or (declared.request if _has_rows(request) else None)
    expect = declarations.expectations(declared.expect) if declared.expect else None
    rows = process.scratch / "rows.pkl"
    own = _ask_estimator(process, model, format_, example, expect, declared, rows)
    _leave_signature(process, sha256, own)
    answered = [tried for tried in own["tried"] if "answer" in tried]
    why_not = _why_untried(own, answered, example)
    if why_not and not declared.untried:
        raise Refused("Untried", why_not)
    if expect and "event" not in expect:
        expect["event"] = _event(own)
    # a request that was answered comes first: the imports are planned by it
    own["tried"] = sorted(own["tried"], key=lambda tried: "answer" not in tried)
    trusted = own["facts"].get("trusted", ())
    process = replace(process, env={**process.env, **handler_variables.trusting(trusted)})
    frame = frames.choose(process, own)
    if frame.frame != "pandas":
        own["signature"]["frame"] = frame.frame
        _leave_signature(process, sha256, own)
    order = {"own": own, "rows": str(rows), "requests": [] if request is None else [request], "expect": expect}
    proved: Proved = process.ask("prove.py", order)
    predictions = _predictions(proved) or (answered[0]["answer"] if answered else None)
    facts: ModelFacts = {**own["facts"], "signature": own["signature"]}
    return Proof(facts, proved["tried"], proved["events"], predictions, why_not, frame, own["threads"])


def _ask_estimator(
    process: Process,
    model: Path,
    format_: str,
    example: Path | None,
    expect: Expectations | None,
    declared: Declared,
    rows: Path,
) -> OwnAnswers:
    """Ask the estimator itself, without the handler."""
    order: OwnAnswersOrder = {
        "model": str(model.resolve()),
        "format": format_,
        "example": str(example.resolve()) if example else None,
        "columns": declarations.columns(declared),
        "method": declared.method,
        "rows": str(rows),
        "expect": len(expect["answers"]) if expect else 0,
    }
    own: OwnAnswers = process.ask("own_answers.py", order, _reader_of(example, process))
    return own


def _predictions(proved: Proved) -> list[Any] | None:
    """Return the answer to the user's own request, if there is one.

    Raises:
        Refused: an answer differs from the estimator's, or the user's own request is not answered.
    """
    if proved["wrong"]:
        raise Refused("Otherwise", "\n".join(map(_difference, proved["wrong"])))
    for answer in proved["answered"]:
        if not answer.get("predictions"):
            raise Refused("RequestRefused", answer.get("error", "no rows"))
    return proved["answered"][0]["predictions"] if proved["answered"] else None


def _leave_signature(process: Process, sha256: str, own: OwnAnswers) -> None:
    """Write the signature beside the handler, and the estimators that give the same answers with one thread."""
    content: dict[str, Any] = {"model_sha256": sha256, "signature": own["signature"]}
    if own["threads"] and own["threads"]["same"]:
        content["one_thread"] = own["threads"]["paths"]
    (process.function / SIGNATURE).write_text(json.dumps(content, separators=(",", ":")), encoding="utf-8")


def _has_rows(request: Any) -> bool:
    words = ("dataframe_records", "dataframe_split", "instances", "inputs")
    return isinstance(request, dict) and any(request.get(word) for word in words)


def _reader_of(example: Path | None, process: Process) -> list[Path]:
    """Install pyarrow in a folder, if the example needs it and the layer does not have it. It is not shipped."""
    if example is None or example.suffix.lower() not in ARROW or (process.site_packages / "pyarrow").is_dir():
        return []
    folder = process.scratch / "pyarrow"
    folder.mkdir()
    requirements = folder / "requirements.txt"
    requirements.write_text("pyarrow\n", encoding="utf-8")
    return [importable.of_requirements(requirements, process.runtime, folder, ["--no-deps"])]


def _event(own: OwnAnswers) -> dict[str, Any]:
    """Return the rows of the example whose answers are known, as a request."""
    inputs, cells = own["signature"]["inputs"], own["expected"]
    if isinstance(inputs, list):
        names = [str(column["name"]) for column in inputs]
        return {"dataframe_records": [dict(zip(names, row, strict=True)) for row in cells]}
    return {"instances": cells}


def _why_untried(own: OwnAnswers, answered: list[Tried], example: Path | None) -> str | None:
    """Return the reason why no prediction could be tried, if there is one.

    Raises:
        Refused: the estimator refuses the user's own example.
    """
    if answered:
        return None
    error = own["tried"][0]["error"] if own["tried"] else None
    if example:
        raise Refused("OwnRefusal", error or "it has no rows")
    if error is None:
        return "it does not say what it takes"
    return f"it refuses the rows that were made up from what it says about its columns ({error})"


def _difference(wrong: WrongAnswer) -> str:
    """Describe one wrong answer to the user."""
    column = f", column {wrong['column']}" if wrong["column"] else ""
    expected = "the known answer is" if wrong["form"] == "--expect" else "the estimator itself gives"
    place = f"  {wrong['form']}, row {wrong['row']}{column}"
    return f"{place}: {expected} {wrong['own']}, the packaged function {wrong['handler']}"
