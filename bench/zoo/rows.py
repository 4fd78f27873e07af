"""The rows on which the models of this package are fitted and asked. They are made up, and the same in every run."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from bench.zoo import Fitted

FITTED, ASKED = 200, 12
Array = np.ndarray[Any, np.dtype[Any]]
COUNT = FITTED + ASKED
FEW = 12  # a column with at most this many different values is a column of categories


def numbers(count: int = 4) -> Array:
    """Return columns of numbers that no short decimal expresses exactly."""
    return np.random.default_rng(11).normal(3, 2, (COUNT, count))


def people() -> dict[str, Array]:
    """Return columns of many kinds without missing values. Some of their texts look like numbers, or like nothing."""
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


def lacking(values: Iterable[Any], missing: Any, at: int = 3) -> Array:
    """Return the values as objects, of which every fifth one is missing, beginning at position ``at``."""
    objects_ = np.array(list(values), dtype=object)
    objects_[at::5] = missing
    return objects_


def frame(*names: str, **columns: Any) -> pd.DataFrame:
    """Return the named columns of `people`, and those that are given."""
    columns_ = people()
    return pd.DataFrame({**{name: columns_[name] for name in names}, **columns})


def objects(**columns: Any) -> pd.DataFrame:
    """Return a frame whose columns stay objects. pandas would otherwise convert them to texts, and None to NaN."""
    return pd.DataFrame({name: pd.Series(values, dtype=object) for name, values in columns.items()})


def outcome(rows: Any) -> Array:
    """Return a number for each row, on which every column has an influence, and missing values too."""
    table = pd.DataFrame(rows)
    return sum((_influence(table.iloc[:, at], 5 + at) for at in range(table.shape[1])), np.zeros(len(table)))


def _influence(column: pd.Series, weight: int) -> Array:
    places, kinds = pd.factorize(np.array([str(value) for value in column], dtype=object), sort=True)
    influence: Array = (
        places * float(weight) if len(kinds) <= FEW else column.rank().fillna(77).to_numpy(dtype=float) / 9
    )
    return influence


def grades(rows: Any) -> Array:
    """Return a class for each row."""
    classes: Array = np.array(["A", "B", "C", "D"], dtype=object)[pd.qcut(outcome(rows), 4, labels=False)]
    return classes


def fitted(estimator: Any, rows: Any, answers: Any = None) -> Fitted:
    """Fit an estimator on all rows but the last, which are left to be asked.

    Args:
        answers: what the estimator learns to return. None means the outcome of the rows.
    """
    answers = outcome(rows) if answers is None else answers
    example, request_rows = rows[:FITTED], rows[FITTED:]
    return Fitted(estimator.fit(example, answers[:FITTED]), example, request_rows)
