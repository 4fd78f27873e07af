"""Finds a model's signature, and proves on rows that the packaged function answers as the estimator itself does.

Two clean processes under the target's Python: one asks the estimator with nothing of this project between
(target/own_answers.py), the other the staged handler, in every form of request (target/prove.py).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from build.host import importable
from build.package import frames, request_files, wishes
from build.package.process import Process, Refused
from build.package.wishes import Wishes

SIGNATURE = "signature.json"  # beside the handler, as in lambda/serving/requests/signature.py
ARROW = (".parquet", ".feather")  # files that pandas reads with pyarrow


@dataclass(frozen=True)
class Proof:
    """What was found of a model, and shown of its answers."""

    facts: dict  # estimator, n_features_in, feature_names_in, classes, signature: as in the manifest
    tried: int  # requests whose answers were compared
    events: list  # of them some, for what else tries the model
    predictions: list | None  # one answer, to show
    why_not: str | None  # why nothing was tried
    frame: frames.Chosen  # what the rows of a table reach it as
    threads: dict | None  # of target/one_thread.py: estimators that have n_jobs, and what one thread answers

    @property
    def takes_pandas(self) -> bool:
        """Whether the reader makes a pandas DataFrame of its rows."""
        inputs = self.facts["signature"]["inputs"]
        return self.frame.frame == "pandas" and (isinstance(inputs, list) or inputs == "frame")


def find(process: Process, model: Path, format_: str, sha256: str, wanted: Wishes) -> Proof:
    """Find the signature, leave it in the staged function, and prove the answers.

    Raises:
        Refused: the model does not load, answers otherwise, or nothing could be tried.
    """
    request = request_files.read(wanted.request).event if wanted.request else None
    example = wanted.example or (wanted.request if _has_rows(request) else None)
    expect = wishes.expectations(wanted.expect) if wanted.expect else None
    rows = process.scratch / "rows.pkl"
    order = {
        "model": str(model.resolve()),
        "format": format_,
        "example": str(example.resolve()) if example else None,
        "columns": wishes.columns(wanted),
        "method": wanted.method,
        "rows": str(rows),
        "expect": len(expect["answers"]) if expect else 0,
    }
    own = process.ask("own_answers.py", order, _reader_of(example, process))
    _leave(process, sha256, own)
    answered = [each for each in own["tried"] if "answer" in each]
    if example and not answered:
        raise Refused("OwnRefusal", own["tried"][0]["error"] if own["tried"] else "it has no rows")
    why_not = None if answered else _why_untried(own)
    if why_not and not wanted.untried:
        raise Refused("Untried", why_not)
    if expect and "event" not in expect:
        expect["event"] = _event(own)
    tried = sorted(own["tried"], key=lambda each: "answer" not in each)  # the first is what imports are planned by
    env = {**process.env, **({"MODEL_TRUSTED": ",".join(own["facts"]["trusted"])} if "trusted" in own["facts"] else {})}
    process = replace(process, env=env)
    frame = frames.choose(process, own)
    if frame.frame != "pandas":
        own["signature"]["frame"] = frame.frame
        _leave(process, sha256, own)
    shown = process.ask(
        "prove.py",
        {
            "own": {**own, "tried": tried},
            "rows": str(rows),
            "requests": [] if request is None else [request],
            "expect": expect,
        },
    )
    if shown["wrong"]:
        raise Refused("Otherwise", "\n".join(map(_difference, shown["wrong"])))
    for answer in shown["answered"]:
        if not answer.get("predictions"):
            raise Refused("RequestRefused", answer.get("error", "no rows"))
    facts = {**own["facts"], "signature": own["signature"]}
    predictions = (
        shown["answered"][0]["predictions"] if shown["answered"] else answered[0]["answer"] if answered else None
    )
    return Proof(facts, shown["tried"], shown["events"], predictions, why_not, frame, own["threads"])


def _leave(process: Process, sha256: str, own: Mapping[str, Any]) -> None:
    """Write the signature beside the handler, and what one thread may do where it was shown to answer the same."""
    said = {"model_sha256": sha256, "signature": own["signature"]}
    if own["threads"] and own["threads"]["same"]:
        said["one_thread"] = own["threads"]["paths"]
    (process.function / SIGNATURE).write_text(json.dumps(said, separators=(",", ":")), encoding="utf-8")


def _has_rows(request: Any) -> bool:
    words = ("dataframe_records", "dataframe_split", "instances", "inputs")
    return isinstance(request, dict) and any(request.get(word) for word in words)


def _reader_of(example: Path | None, process: Process) -> list[Path]:
    """A folder with pyarrow, where the example wants it and the layer has none: it is not part of what is shipped."""
    if example is None or example.suffix.lower() not in ARROW or (process.site_packages / "pyarrow").is_dir():
        return []
    folder = process.scratch / "pyarrow"
    folder.mkdir()
    requirements = folder / "requirements.txt"
    requirements.write_text("pyarrow\n", encoding="utf-8")
    return [importable.of_requirements(requirements, process.runtime, folder, ["--no-deps"])]


def _event(own: dict) -> dict:
    """The rows of the example whose answers are known, as a request."""
    inputs, cells = own["signature"]["inputs"], own["expected"]
    if isinstance(inputs, list):
        names = [str(column["name"]) for column in inputs]
        return {"dataframe_records": [dict(zip(names, row, strict=True)) for row in cells]}
    return {"instances": cells}


def _why_untried(own: dict) -> str:
    if not own["tried"]:
        return "it does not say what it takes"
    return f"it refuses the rows that were made from what it says of its columns ({own['tried'][0]['error']})"


def _difference(wrong: Mapping[str, Any]) -> str:
    column = f", column {wrong['column']}" if wrong["column"] else ""
    own = "the known answer is" if wrong["form"] == "--expect" else "the estimator itself gives"
    return (
        f"  {wrong['form']}, row {wrong['row']}{column}: {own} {wrong['own']}, the packaged function {wrong['handler']}"
    )
