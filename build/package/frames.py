"""Chooses what a model gets the rows of a table as: a numpy array, a table without pandas, or a pandas DataFrame.

pandas takes half of a first call and a third of any other. It is left out where, on many rows, the model answers the
same to the last digit without it, and refuses the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from build.host import commands
from build.package import trials
from build.package.process import Process, Refused

CANDIDATES = ("array", "light")  # the fastest first


@dataclass(frozen=True)
class Chosen:
    """What was chosen."""

    frame: str  # as in lambda/serving/requests/signature.py: "array", "light" or "pandas"
    tried: int  # requests that were answered, or refused, alike
    why_not: str | None  # why it is pandas

    def __str__(self) -> str:
        if self.why_not:
            return f"a pandas DataFrame: {self.why_not}"
        what = {"array": "a numpy array", "light": "a table without pandas"}[self.frame]
        return f"{what}: {self.tried} requests were answered, or refused, as with pandas"


def choose(process: Process, own: Mapping[str, Any]) -> Chosen:
    """Ask the model in two clean processes, one with pandas and one without, and compare.

    Args:
        process: sees the staged function, whose signature says pandas.
        own: what target/own_answers.py found.
    """
    if own["needs_pandas"]:
        return Chosen("pandas", 0, own["needs_pandas"])
    answered = next((each for each in own["tried"] if "answer" in each), None)
    if answered is None:
        return Chosen("pandas", 0, "no row is known that the model takes")
    methods = list(own["signature"].get("outputs") or (own["signature"]["method"],))
    order = {"rows": trials.rows(own["signature"]["inputs"], answered["cells"]), "methods": methods}
    known = process.ask("try_frames.py", {**order, "frame": "pandas"})
    why_not = "nothing was tried"
    for frame in CANDIDATES:
        if frame == "array" and not own["numbers"]:
            continue
        try:
            found = process.ask("try_frames.py", {"asked": known["asked"], "frame": frame, "answers": known["answers"]})
        except (commands.CommandFailed, Refused) as error:  # the model's own code ended the process
            why_not = str(error)
            continue
        if found["differs"] is None:
            return Chosen(frame, len(known["asked"]), None)
        why_not = found["differs"]
    return Chosen("pandas", 0, why_not)
