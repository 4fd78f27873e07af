"""Finds out what a model's answers use, and makes the plan after which the handler imports that and nothing else."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from build.errors import UserError
from build.host import commands
from build.package.process import Process

FILE = "lazy_imports.json"  # as in lambda/serving/lazy_imports


class DoesNotLoad(UserError):
    template = "{error}"

    def __init__(self, error: str, missing: Mapping[str, Sequence[str]]) -> None:
        super().__init__(error=error)
        self.missing = missing  # as in Recording


FAILS = (DoesNotLoad, commands.CommandFailed)  # the latter: a crash


@dataclass(frozen=True)
class Recording:
    """What was found. Without a plan, modules and files are those that plain imports load."""

    plan: dict | None  # as in lambda/serving/lazy_imports: Plan
    why_not: str | None
    modules: dict[str, str]  # modules that were executed -> their files in site-packages
    files: list[str]  # files in site-packages that were opened or mapped
    answers: list[str]  # of plain imports, one for each probe
    partly: list[str]  # packages of which single modules can be put off
    plain: int  # how many of the layer's modules plain imports execute
    missing: Mapping[str, Sequence[str]]  # top-level modules that are not there -> the modules that asked for them

    @property
    def tried(self) -> bool:
        """Whether the first probe got predictions."""
        return "predictions" in self.answers[0]


def record(process: Process, probes: list) -> Recording:
    """Record what the handler uses to answer, and show that a plan made of it changes no answer.

    Three processes: one imports as Python does, one puts off all it can, and one runs by the plan. A plan is only given
    where all three give the same answers, to the last digit.

    Args:
        process: sees a whole layer, and a function without a plan.
        probes: events for the handler; the first is the one that counts for what is imported at init.
    """
    eager = phase(process, "eager", probes)
    told = {name: eager[name] for name in ("modules", "files", "answers", "partly", "missing")}
    plain = Recording(None, None, **told, plain=len(eager["modules"]))
    if not plain.tried:
        return replace(plain, why_not="no prediction could be tried. Give rows to try: --example FILE")
    try:
        lazy = phase(process, "deferred", probes, _plan(eager, eager["names"]))
    except FAILS as error:
        return replace(plain, why_not=f"with imports put off it fails: {error}")
    asked = {module: {name: eager["names"][module][name] for name in names} for module, names in lazy["names"].items()}
    plan = _plan(eager, asked) | {"execute": lazy["execute"]}
    found = replace(plain, plan=plan, modules=lazy["modules"], files=lazy["files"])
    if not same(lazy["answers"], eager["answers"]):
        return replace(plain, why_not="with imports put off it answers otherwise")
    why_not = check(process, probes, found)
    return replace(plain, why_not=why_not) if why_not else found


def phase(process: Process, name: str, probes: list, plan: dict | None = None) -> dict:
    """Run a phase of target/record_use.py on these probes.

    Raises:
        DoesNotLoad
    """
    result, asked = process.scratch / f"{name}.json", process.scratch / "probes.json"
    asked.write_text(json.dumps(probes), encoding="utf-8")
    arguments = [name, result, asked]
    if plan is not None:
        arguments.append(process.scratch / "plan.json")
        arguments[-1].write_text(json.dumps(plan), encoding="utf-8")
    process.run("record_use.py", arguments)
    found: dict = json.loads(result.read_text(encoding="utf-8"))
    if "error" in found:
        raise DoesNotLoad(found["error"], found["missing"])
    return found


def check(process: Process, probes: list, found: Recording) -> str | None:
    """Run by the plan as Lambda will; what is wrong, if anything is. Leaves the plan in the staged function."""
    path = process.function / FILE
    if found.plan is not None:
        path.write_text(json.dumps(found.plan, separators=(",", ":")), encoding="utf-8")
    try:
        answers = phase(process, "planned", probes)["answers"]
    except FAILS as error:
        path.unlink(missing_ok=True)
        return str(error)
    if same(answers, found.answers):
        return None
    path.unlink(missing_ok=True)
    return "it answers otherwise"


def same(answers: list[str], expected: list[str]) -> bool:
    """Whether two runs gave the same predictions, and refused the same probes."""
    return len(answers) == len(expected) and all(
        one == other or not any("predictions" in each for each in (one, other))
        for one, other in zip(answers, expected, strict=True)
    )


def probes(events: Sequence[Any], facts: Mapping[str, Any]) -> list:
    """Events that try what a model may be asked: those whose answers were proved, and some that it has to refuse.

    Args:
        events: as packaging proved them; the first counts for what is imported at init.
        facts: n_features_in, as in the manifest.
    """
    width = facts["n_features_in"]
    refused = [{"instances": [[0] * (width + 1 if width else 1)]}, {"instances": [["text"] * (width or 1)]}, {}]
    return [*events, *refused]


def _plan(eager: dict, names: dict) -> dict:
    return {key: eager[key] for key in ("packages", "dunders", "partly")} | {"names": names, "execute": []}
