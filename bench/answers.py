"""Checks whether this project's and MLflow's answers are the estimator's own, for common models and all forms."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench import Outcome, asking, judging, zoo
from bench.judging import Tally
from bench.mlflow import MLflow
from build.runtimes import DEFAULT_PYTHON, runtime
from build.saying import Say

HEADINGS = ["", "this project", "this project, asked as MLflow is", "MLflow"]


@dataclass(frozen=True)
class Row:
    """The outcome for one model."""

    entry: zoo.Entry
    ours: dict[str, Tally]  # by the form of the request
    mlflow: dict[str, Tally]
    left_out: dict[str, str]  # forms that were not asked for, each with the reason

    def tallies(self) -> tuple[Tally, Tally, Tally]:
        """Return the tallies in the order of the headings."""
        alike = [tally for form, tally in self.ours.items() if form in self.mlflow]
        return total(self.ours.values()), total(alike), total(self.mlflow.values())

    def as_json(self) -> dict[str, Any]:
        sides = {"this_project": self.ours, "mlflow": self.mlflow}
        forms = {side: {form: tally.as_json() for form, tally in tallies.items()} for side, tallies in sides.items()}
        return {"model": self.entry.name, "what": self.entry.what, **forms, "left_out": self.left_out}


def run(results: Path, say: Say) -> Outcome:
    """Ask both servers, and write answers.json into a folder."""
    target = runtime(DEFAULT_PYTHON)
    with TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name).resolve()
        models = folder / "models"
        shops = asking.open_shops(folder, target, say)
        replies = asking.ask_all(shops, models, say)
        say("Asking MLflow")
        packages = {name: version for shop in shops for name, version in shop.entry["packages"].items()}
        mlflow = MLflow.install(folder, target, packages, [])
        theirs = mlflow.ask(models, replies)
        rows = [_row(entry, models / name, replies[name], theirs[name]) for name, entry in zoo.entries().items()]
    facts: dict[str, Any] = {"python": target.python, "mlflow": mlflow.version, "packages": packages, **summary(rows)}
    facts["models"] = [row.as_json() for row in rows]
    results.mkdir(exist_ok=True)
    path = results / "answers.json"
    path.write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")
    ratios = {
        "models_all_right_vs_mlflow": facts["this_project"]["models_all_right"] / facts["mlflow"]["models_all_right"]
    }
    title = "Rows answered as by the estimator itself"
    return Outcome(title, HEADINGS, cells(rows), ratios, [path])


def total(tallies: Iterable[Tally]) -> Tally:
    return sum(tallies, Tally())


def summary(rows: list[Row]) -> dict[str, dict[str, int]]:
    """Return the figures of each side."""
    figures = {}
    for side, tallies in zip(("this_project", "asked_as_mlflow", "mlflow"), _columns(rows), strict=True):
        whole = total(tallies)
        figures[side] = {
            "models": len(rows),
            "models_all_right": sum(tally.all_right for tally in tallies),
            "rows_right": whole.right,
            "rows_wrong": whole.wrong,
            "rows_refused": whole.refused,
        }
    return figures


def cells(rows: list[Row]) -> list[list[str]]:
    """Return the cells of the table: first the figures, and then a line for each model."""
    figures = list(summary(rows).values())
    head = [
        ["**models all right**", *(f"**{side['models_all_right']} of {side['models']}**" for side in figures)],
        *(
            [f"**{name.replace('_', ' ')}**", *(f"**{side[name]:,}**" for side in figures)]
            for name in list(figures[0])[2:]
        ),
    ]
    return [*head, *([row.entry.what, *(tally.words() for tally in row.tallies())] for row in rows)]


def _columns(rows: list[Row]) -> Iterator[list[Tally]]:
    return map(list, zip(*(row.tallies() for row in rows), strict=True))


def _row(entry: zoo.Entry, own: Path, ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> Row:
    requests = json.loads((own / "requests.json").read_text(encoding="utf-8"))
    answers = json.loads((own / "answers.json").read_text(encoding="utf-8"))
    left_out = {form: request["left_out"] for form, request in requests.items() if "left_out" in request}
    forms = [form for form in requests if form not in left_out]
    by_mlflow = [form for form in forms if requests[form]["by_mlflow"]]
    return Row(entry, judging.by_form(answers, ours, forms), judging.by_form(answers, theirs, by_mlflow), left_out)
