"""The rows that the models of this package are fitted on and asked for: made up, and the same in every run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from bench.zoo import Fitted

FITTED, ASKED = 200, 12
COUNT = FITTED + ASKED
FEW = 12  # different values, up to which a column counts as one of categories


def numbers(count: int = 4) -> np.ndarray:
    """Columns of numbers that no short decimal tells exactly."""
    return np.random.default_rng(11).normal(3, 2, (COUNT, count))


def people() -> dict[str, np.ndarray]:
    """Columns of many kinds, without missing values; texts among them that look like numbers or like nothing."""
    random = np.random.default_rng(7)
    joined = np.datetime64("2021-03-01T06:30", "m") + random.integers(0, 900_000, COUNT).astype("timedelta64[m]")
    return {
        "age": random.integers(18, 90, COUNT),
        "income": random.normal(40_000, 9_000, COUNT),
        "code": random.choice(np.array(["007", "01067", "10115", "1e5", "80331", "0"], dtype=object), COUNT),
        "colour": random.choice(np.array(["red", "green", "blue", "NA"], dtype=object), COUNT),
        "member": random.random(COUNT) < 0.5,
        "joined": joined.astype("datetime64[ns]"),
    }


def lacking(values: Sequence[Any], missing: Any, at: int = 3) -> np.ndarray:
    """The values as objects, each fifth of them missing, from place ``at`` on."""
    found = np.array(list(values), dtype=object)
    found[at::5] = missing
    return found


def frame(*names: str, **columns: Any) -> pd.DataFrame:
    """The named columns of `people`, and those that are given."""
    made = people()
    return pd.DataFrame({**{name: made[name] for name in names}, **columns})


def objects(**columns: Any) -> pd.DataFrame:
    """A frame of columns that stay what they are: pandas would make texts of objects, and NaN of None."""
    return pd.DataFrame({name: pd.Series(values, dtype=object) for name, values in columns.items()})


def outcome(rows: Any) -> np.ndarray:
    """A number for each row on which every column has an influence, missing values too."""
    table = pd.DataFrame(rows)
    return sum((_influence(table.iloc[:, at], 5 + at) for at in range(table.shape[1])), np.zeros(len(table)))


def _influence(column: pd.Series, weight: int) -> np.ndarray:
    places, kinds = pd.factorize(np.array([str(value) for value in column], dtype=object), sort=True)
    return places * float(weight) if len(kinds) <= FEW else column.rank().fillna(77).to_numpy(dtype=float) / 9


def grades(rows: Any) -> np.ndarray:
    """A class for each row."""
    return np.array(["A", "B", "C", "D"], dtype=object)[pd.qcut(outcome(rows), 4, labels=False)]


def fitted(estimator: Any, rows: Any, answers: Any = None) -> Fitted:
    """The estimator, fitted on all rows but the last, which are to be asked.

    Args:
        answers: what it learns to give; without them, the outcome of the rows.
    """
    answers = outcome(rows) if answers is None else answers
    example, asked = rows[:FITTED], rows[FITTED:]
    return Fitted(estimator.fit(example, answers[:FITTED]), example, asked)
