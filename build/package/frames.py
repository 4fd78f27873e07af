"""Chooses the form in which a model gets the rows of a table: a numpy array, a table without pandas, or a DataFrame.

Importing pandas takes half of the time of a first call, and using it takes a third of every other call. It is left out
where, on many rows, the model gives the same answers without it to the last digit, and refuses the same rows.
"""

from __future__ import annotations

from dataclasses import dataclass

from build.host import commands
from build.package import trial_rows
from build.package.exchange import Asked, OwnAnswers
from build.package.process import Process, Refused

CANDIDATES = ("array", "light")  # the fastest one first


@dataclass(frozen=True)
class Chosen:
    """The form that was chosen."""

    frame: str  # "array", "light" or "pandas", as in lambda/serving/requests/signature.py
    tried: int  # the number of requests that were answered, or refused, in the same way
    why_not: str | None  # the reason why it is pandas

    def __str__(self) -> str:
        if self.why_not:
            return f"a pandas DataFrame: {self.why_not}"
        what = {"array": "a numpy array", "light": "a table without pandas"}[self.frame]
        return f"{what}: {self.tried} requests were answered, or refused, as with pandas"


def choose(process: Process, own: OwnAnswers) -> Chosen:
    """Ask the model the same requests in two clean processes, one with pandas and one without, and compare.

    Args:
        process: a process that sees the staged function, whose signature says pandas.
        own: the result of target/own_answers.py.
    """
    if own["needs_pandas"]:
        return Chosen("pandas", 0, own["needs_pandas"])
    answered = next((tried for tried in own["tried"] if "answer" in tried), None)
    inputs = own["signature"]["inputs"]
    if answered is None or not isinstance(inputs, list):
        return Chosen("pandas", 0, "it is not known which rows the model accepts")
    methods = list(own["signature"].get("outputs") or (own["signature"]["method"],))
    order = {"rows": trial_rows.rows(inputs, answered["cells"]), "methods": methods}
    expected: Asked = process.ask("try_frames.py", {**order, "frame": "pandas"})
    why_not = "nothing was tried"
    for frame in CANDIDATES:
        if frame == "array" and not own["numbers"]:
            continue
        try:
            difference = process.ask("try_frames.py", {**expected, "frame": frame})["differs"]
        except (commands.CommandFailed, Refused) as error:  # the model's own code ended the process
            why_not = str(error)
            continue
        if difference is None:
            return Chosen(frame, len(expected["asked"]), None)
        why_not = difference
    return Chosen("pandas", 0, why_not)
