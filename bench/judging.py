"""Compares a server's replies with the answers of the estimator itself, row by row and to the bit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

RIGHT, WRONG, REFUSED = "right", "wrong", "refused"


@dataclass
class Tally:
    """How many rows of one or more models were answered rightly, wrongly, or not at all."""

    right: int = 0
    wrong: int = 0
    refused: int = 0
    faults: list[str] = field(default_factory=list)  # descriptions of the first faults

    @property
    def all_right(self) -> bool:
        return self.right > 0 and not self.wrong and not self.refused

    def __add__(self, other: Tally) -> Tally:
        sums = (self.right + other.right, self.wrong + other.wrong, self.refused + other.refused)
        return Tally(*sums, [*self.faults, *other.faults])

    def as_json(self) -> dict[str, Any]:
        return {RIGHT: self.right, WRONG: self.wrong, REFUSED: self.refused, "faults": self.faults}

    def words(self) -> str:
        if self.all_right:
            return "all right"
        return ", ".join(f"{count} {name}" for name, count in self.as_json().items() if name != "faults" and count)


def judge(own: Mapping[str, list[Any]], replies: Mapping[str, Any]) -> Tally:
    """Judge all replies in one form.

    Args:
        own: the estimator's answers: for the rows ``together``, and for each row ``alone``.
        replies: the same for the server, as {"predictions": [...]} or {"error": "..."}.
    """
    tally = _judge(own["together"], replies["together"], "all rows together")
    for number, (answers, reply) in enumerate(zip(own["alone"], replies["alone"], strict=True)):
        tally += _judge(answers, reply, f"row {number} alone")
    return Tally(tally.right, tally.wrong, tally.refused, tally.faults[:2])


def _judge(expected: list[Any], reply: Mapping[str, Any], which: str) -> Tally:
    if "error" in reply:
        return Tally(refused=len(expected), faults=[f"{which}: {reply['error']}"])
    predictions = reply["predictions"]
    if not isinstance(predictions, list) or len(predictions) != len(expected):
        return Tally(wrong=len(expected), faults=[f"{which}: {predictions!r} for {len(expected)} rows"])
    tally = Tally()
    for number, (one, other) in enumerate(zip(expected, predictions, strict=True)):
        if same(one, other):
            tally.right += 1
        else:
            tally.wrong += 1
            tally.faults.append(f"{which}, row {number}: {other!r} instead of {one!r}")
    return tally


def same(one: Any, other: Any) -> bool:
    """Return whether two answers are the same. Numbers are compared to the bit, and a boolean is no number."""
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return isinstance(one, bool) == isinstance(other, bool) and one == other


def by_form(own: Mapping[str, list[Any]], replies: Mapping[str, Any], forms: Sequence[str]) -> dict[str, Tally]:
    """Judge all replies for one model. If the model could not be asked at all, each row counts as refused in each form.

    Args:
        replies: by form, as `judge` takes them, or {"error": "..."}.
    """
    if "error" in replies:
        rows = len(own["together"]) + sum(map(len, own["alone"]))
        return {form: Tally(refused=rows, faults=[replies["error"]]) for form in forms}
    return {form: judge(own, replies[form]) for form in forms}
