"""Draws where the time of a first call goes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from local import bars

TITLE = "Where the first call's time goes, in milliseconds"

# The steps of a first call in their order: the name in the handler's log -> the name in the chart
STEPS = {"start": "start", "wait": "fetch", "import": "import", "unpickle": "unpickle", "predict": "predict"}
COLOURS = {"start": "grey", "wait": "blue", "import": "amber", "unpickle": "purple", "predict": "green"}


def draw(groups: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> str:
    """Draw a group of bars under each title.

    Args:
        groups: by title and by name of the bar, the facts with ``first_call_ms`` and ``phases_ms``.
    """
    panels = [
        bars.Panel(title, [_bar(name, facts) for name, facts in group.items()]) for title, group in groups.items()
    ]
    return bars.draw(panels, TITLE, [(COLOURS[step], name) for step, name in STEPS.items()])


def durations(facts: Mapping[str, Any]) -> dict[str, float]:
    """Return the milliseconds of each step. The time that the handler does not log is the start of the runtime."""
    logged = facts.get("phases_ms", {})
    measured = {step: logged.get(step, 0.0) for step in STEPS if step != "start"}
    return {"start": max(0.0, facts["first_call_ms"] - sum(measured.values())), **measured}


def _bar(name: str, facts: Mapping[str, Any]) -> bars.Bar:
    segments = [
        bars.Segment(size, COLOURS[step], f"{name}, {STEPS[step]}: {size:.0f} ms")
        for step, size in durations(facts).items()
        if size
    ]
    return bars.Bar(name, segments, f"{facts['first_call_ms']:,.0f}")
