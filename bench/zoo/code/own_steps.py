"""Steps of pipelines as people write them themselves. Models name this module, which is packaged with --code."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin


def date_parts(rows: Any) -> Any:
    """Replace a date by its hour, weekday and month."""
    joined = rows["joined"]
    others = rows.drop(columns="joined")
    return others.assign(hour=joined.dt.hour, weekday=joined.dt.dayofweek, month=joined.dt.month)


def since_epoch(rows: Any) -> Any:
    """Replace a date by an integer in the unit that it happens to have."""
    return rows.assign(joined=rows["joined"].astype("int64"))


def hours(rows: Any) -> Any:
    """Replace a duration by its hours."""
    return rows.assign(waited=rows["waited"].dt.total_seconds() / 3600)


def codes(rows: Any) -> Any:
    """Replace a category by its number among the categories."""
    return rows.assign(code=rows["code"].cat.codes)


class IncomeByAge(TransformerMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """Keeps nothing about what it was fitted on."""

    def fit(self, rows: Any, answers: Any = None) -> IncomeByAge:
        return self

    def transform(self, rows: Any) -> Any:
        return np.column_stack([rows["income"] / rows["age"], rows["age"]])


class Lengths(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Takes texts as they are, and distinguishes None from them."""

    def fit(self, rows: Any, answers: Any = None) -> Lengths:
        return self

    def transform(self, rows: Any) -> Any:
        missing = [value is None for value in rows["colour"]]
        return np.column_stack([rows["code"].str.len(), missing, rows["code"] == "007", rows["income"]])
