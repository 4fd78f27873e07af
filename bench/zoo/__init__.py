"""Usual models, one for each way in which a request can be read otherwise than the rows that a model was fitted on.

Each is a function that fits the model and says what it was fitted on. They run under the target's interpreter, with the
packages of a layer (`bench/target/fit_zoo.py`), and their names and needs are read by this project's own interpreter
too. So modules of this package import pandas and scikit-learn, and everything else inside the functions.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

CODE = Path(__file__).with_name("code")  # what models of `own_code` give as --code
PARTS = ("missing", "codes", "dtypes", "boosters", "shapes")  # modules with models, in the order of the table


@dataclass(frozen=True)
class Fitted:
    """A model, the rows that it was fitted on, and rows of the same kind that it has not seen."""

    estimator: Any
    example: Any
    asked: Any


@dataclass(frozen=True)
class Entry:
    """A model of the table."""

    name: str
    what: str  # in words, for the table
    needs: tuple[str, ...]  # packages beside those of the default layer
    own_code: bool
    fit: Callable[[], Fitted]


_FOUND: dict[str, Entry] = {}


def model(
    what: str, *, needs: tuple[str, ...] = (), own_code: bool = False
) -> Callable[[Callable[[], Fitted]], Callable[[], Fitted]]:
    """Enter a function in the table; its name becomes the model's."""

    def enter(fit: Callable[[], Fitted]) -> Callable[[], Fitted]:
        name = fit.__name__.replace("_", "-")
        _FOUND[name] = Entry(name, what, needs, own_code, fit)
        return fit

    return enter


def entries() -> dict[str, Entry]:
    """All models by name."""
    for part in PARTS:
        import_module(f"{__name__}.{part}")
    return dict(_FOUND)
