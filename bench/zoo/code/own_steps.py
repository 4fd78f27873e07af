"""Steps of pipelines that people write themselves; models name this module, and it travels by --code."""

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin


def date_parts(rows):
    """The columns, a date replaced by its parts."""
    joined = rows["joined"]
    parts = rows.drop(columns="joined")
    return parts.assign(hour=joined.dt.hour, weekday=joined.dt.dayofweek, month=joined.dt.month)


def since_epoch(rows):
    """The columns, a date replaced by an integer in whatever unit it has."""
    return rows.assign(joined=rows["joined"].astype("int64"))


def hours(rows):
    """The columns, a duration replaced by its hours."""
    return rows.assign(waited=rows["waited"].dt.total_seconds() / 3600)


def codes(rows):
    """The columns, a category replaced by its number among the categories."""
    return rows.assign(code=rows["code"].cat.codes)


class IncomeByAge(TransformerMixin, BaseEstimator):
    """Says nothing of what it was fitted on."""

    def fit(self, rows, answers=None):
        return self

    def transform(self, rows):
        return np.column_stack([rows["income"] / rows["age"], rows["age"]])


class Lengths(TransformerMixin, BaseEstimator):
    """Takes texts as such, and tells None from others."""

    def fit(self, rows, answers=None):
        return self

    def transform(self, rows):
        missing = [value is None for value in rows["colour"]]
        return np.column_stack([rows["code"].str.len(), missing, rows["code"] == "007", rows["income"]])
