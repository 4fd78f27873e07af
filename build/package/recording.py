"""Records what a model's answers use, and makes a plan by which the handler imports only that."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from build.dist.entries import ModelFacts
from build.errors import UserError
from build.host import commands
from build.package.exchange import ImportPlan, Imports, Recorded
from build.package.process import Process

FILE = "lazy_imports.json"  # as in lambda/serving/lazy_imports


class DoesNotLoad(UserError):
    template = "{error}"

    def __init__(self, error: str, missing: Mapping[str, Sequence[str]]) -> None:
        super().__init__(error=error)
        self.missing = missing  # as in Recording


FAILURES = (DoesNotLoad, commands.CommandFailed)  # a crash is a failed command


@dataclass(frozen=True)
class Recording:
    """What a model's answers use. Without a plan, ``modules`` and ``files`` are those that plain imports load."""

    plan: ImportPlan | None
    why_not: str | None  # the reason why there is no plan
    modules: dict[str, str]  # the modules that were executed, with their files in site-packages
    files: list[str]  # the files in site-packages that were opened or mapped
    answers: list[str]  # with plain imports, one for each probe
    partly: list[str]  # packages of which single modules can be imported lazily
    plain: int  # how many of the layer's modules plain imports execute
    missing: Mapping[str, Sequence[str]]  # top-level modules that are not there, with the modules that asked for them

    @property
    def tried(self) -> bool:
        """Return whether the first probe was answered with predictions."""
        return "predictions" in self.answers[0]


def record(process: Process, probes: Sequence[Any]) -> Recording:
    """Record what the handler uses to answer, and show that a plan made from it changes no answer.

    Three processes answer the same probes: the first imports as Python does, the second imports everything lazily that
    can be, and the third imports by the plan. There is only a plan if all three give the same answers to the last
    digit.

    Args:
        process: a process that sees a whole layer, and a function without a plan.
        probes: events for the handler. What the first one uses is what the plan imports during init.
    """
    eager = observe(process, "eager", probes)
    plain = Recording(
        plan=None,
        why_not=None,
        modules=eager["modules"],
        files=eager["files"],
        answers=eager["answers"],
        partly=eager["partly"],
        plain=len(eager["modules"]),
        missing=eager["missing"],
    )
    if not plain.tried:
        return replace(plain, why_not="no prediction could be tried. Give rows to try: --example FILE")
    try:
        lazy = observe(process, "lazy", probes, _plan(eager, eager["names"], []))
    except FAILURES as error:
        return replace(plain, why_not=f"with lazy imports it fails: {error}")
    if not same(lazy["answers"], eager["answers"]):
        return replace(plain, why_not="with lazy imports it gives other answers")
    used = {module: {name: eager["names"][module][name] for name in names} for module, names in lazy["names"].items()}
    plan = _plan(eager, used, lazy["execute"])
    planned = replace(plain, plan=plan, modules=lazy["modules"], files=lazy["files"])
    why_not = check(process, probes, planned)
    return replace(plain, why_not=why_not) if why_not else planned


def observe(process: Process, imports: Imports, probes: Sequence[Any], plan: ImportPlan | None = None) -> Recorded:
    """Run target/record_use.py on the probes, with one of its ways to import.

    Raises:
        DoesNotLoad
    """
    result, events = process.scratch / f"{imports}.json", process.scratch / "probes.json"
    events.write_text(json.dumps(probes), encoding="utf-8")
    arguments: list[str | Path] = [imports, result, events]
    if plan is not None:
        path = process.scratch / "plan.json"
        path.write_text(json.dumps(plan), encoding="utf-8")
        arguments.append(path)
    process.run("record_use.py", arguments)
    recorded: Recorded = json.loads(result.read_text(encoding="utf-8"))
    if "error" in recorded:
        raise DoesNotLoad(recorded["error"], recorded["missing"])
    return recorded


def check(process: Process, probes: Sequence[Any], recording: Recording) -> str | None:
    """Answer the probes by the plan, as Lambda will, and return what is wrong, or None.

    The plan is written to the staged function. It is removed again if something is wrong.
    """
    path = process.function / FILE
    if recording.plan is not None:
        path.write_text(json.dumps(recording.plan, separators=(",", ":")), encoding="utf-8")
    try:
        answers = observe(process, "planned", probes)["answers"]
    except FAILURES as error:
        path.unlink(missing_ok=True)
        return str(error)
    if same(answers, recording.answers):
        return None
    path.unlink(missing_ok=True)
    return "it gives other answers"


def same(answers: Sequence[str], expected: Sequence[str]) -> bool:
    """Return whether two runs gave the same predictions, and refused the same probes."""
    return len(answers) == len(expected) and all(
        one == other or not any("predictions" in answer for answer in (one, other))
        for one, other in zip(answers, expected, strict=True)
    )


def probes(events: Sequence[Any], facts: ModelFacts) -> list[Any]:
    """Return the events to try: those whose answers were proved, and some that the model has to refuse.

    Args:
        events: as packaging proved them. What the first one uses is what the plan imports during init.
    """
    width = facts["n_features_in"]
    refused = [{"instances": [[0] * (width + 1 if width else 1)]}, {"instances": [["text"] * (width or 1)]}, {}]
    return [*events, *refused]


def _plan(eager: Recorded, names: dict[str, dict[str, Any]], execute: list[str]) -> ImportPlan:
    """Return a plan.

    Args:
        names: the names, by module, that may be imported lazily.
        execute: the modules to execute during init.
    """
    return {
        "packages": eager["packages"],
        "dunders": eager["dunders"],
        "partly": eager["partly"],
        "names": names,
        "execute": execute,
    }
