"""Common models. The rows that each can be asked with are easily read in another way than those it was fitted on.

Each model is a function that fits it and returns what it was fitted on. These functions run under the target's
interpreter, with the packages of a layer (`bench/target/fit_zoo.py`). Their names and needs are also read by this
project's own interpreter, so the modules of this package import only pandas and scikit-learn, and the functions import
everything else.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

CODE = Path(__file__).with_name("code")  # the folder that models with `own_code` are packaged with, as --code
SUBJECTS = ("missing", "codes", "dtypes", "boosters", "shapes")  # the modules with models, in the order of the table


@dataclass(frozen=True)
class Fitted:
    """A model, the rows that it was fitted on, and more rows of the same kind."""

    estimator: Any
    example: Any
    asked: Any


@dataclass(frozen=True)
class Entry:
    """A model of the table."""

    name: str
    what: str  # in words, for the table
    needs: tuple[str, ...]  # packages in addition to those of the default layer
    own_code: bool
    fit: Callable[[], Fitted]


_ENTRIES: dict[str, Entry] = {}


def model(
    what: str, *, needs: tuple[str, ...] = (), own_code: bool = False
) -> Callable[[Callable[[], Fitted]], Callable[[], Fitted]]:
    """Enter a function in the table. The name of the function becomes the name of the model."""

    def enter(fit: Callable[[], Fitted]) -> Callable[[], Fitted]:
        name = fit.__name__.replace("_", "-")
        _ENTRIES[name] = Entry(name, what, needs, own_code, fit)
        return fit

    return enter


def entries() -> dict[str, Entry]:
    """Return all models by name."""
    for subject in SUBJECTS:
        import_module(f"{__name__}.{subject}")
    return dict(_ENTRIES)
