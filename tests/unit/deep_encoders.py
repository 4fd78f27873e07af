"""Models whose encoders lie deep inside them, rows for these models, and the check that each form is answered alike."""

import csv
import io

import numpy as np
import pandas as pd
from serving.invocation import answer
from serving.loading.settings import Settings
from serving_parts import environment
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor, make_column_selector
from sklearn.ensemble import (
    BaggingRegressor,
    RandomForestRegressor,
    StackingRegressor,
    VotingRegressor,
)
from sklearn.impute import SimpleImputer
from sklearn.linear_model import Ridge
from sklearn.model_selection import GridSearchCV
from sklearn.multioutput import MultiOutputRegressor
from sklearn.pipeline import FeatureUnion, make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler, TargetEncoder

CODES = ["007", "01067", "80331", "12"]


def table(missing=None, count=24):
    """Texts that look like numbers, texts with missing values, and numbers."""
    rng = np.random.default_rng(0)
    town = pd.Series(["a", "b", missing, "c"] * (count // 4), dtype=object)
    code = pd.Series((CODES * count)[:count], dtype=object)
    return pd.DataFrame({"code": code, "town": town, "size": rng.random(count), "rank": np.arange(count)})


def target(rows):
    return np.arange(len(rows)) % 7 + 0.5


def encoded(last=None, **options):
    """An encoder of the texts, and what is put behind it."""
    encoder = OneHotEncoder(handle_unknown="ignore")
    return make_pipeline(
        ColumnTransformer([("texts", encoder, ["code", "town"])], **options), Ridge(alpha=0.1) if last is None else last
    )


def kinds():
    """Estimators that hold an encoder of texts in some way."""
    return {
        "grid search": GridSearchCV(encoded(remainder="passthrough"), {"ridge__alpha": [0.1, 1]}, cv=2),
        "voting": VotingRegressor([("a", encoded()), ("b", encoded(RandomForestRegressor(3)))]),
        "stacking": StackingRegressor([("a", encoded()), ("b", encoded(RandomForestRegressor(3)))], cv=2),
        "transformed target": TransformedTargetRegressor(encoded(), func=np.log, inverse_func=np.exp),
        "union": make_pipeline(
            FeatureUnion(
                [
                    ("texts", ColumnTransformer([("t", OneHotEncoder(), ["code", "town"])])),
                    ("numbers", ColumnTransformer([("n", StandardScaler(), ["size", "rank"])])),
                ]
            ),
            Ridge(),
        ),
        "remainder": make_pipeline(
            ColumnTransformer([("n", StandardScaler(), ["size", "rank"])], remainder=OneHotEncoder()), Ridge()
        ),
        "positions": make_pipeline(ColumnTransformer([("t", OneHotEncoder(), [0, 1])]), Ridge()),
        "mask": make_pipeline(ColumnTransformer([("t", OneHotEncoder(), [True, True, False, False])]), Ridge()),
        "slice": make_pipeline(ColumnTransformer([("t", OneHotEncoder(), slice("code", "town"))]), Ridge()),
        "selector": make_pipeline(
            ColumnTransformer([("t", OneHotEncoder(), make_column_selector(dtype_include=object))]), Ridge()
        ),
        "first step": make_pipeline(OneHotEncoder(handle_unknown="ignore"), Ridge()),
        "imputer before": make_pipeline(
            ColumnTransformer(
                [("t", make_pipeline(SimpleImputer(strategy="most_frequent"), OneHotEncoder()), ["code", "town"])]
            ),
            Ridge(),
        ),
        "several outputs": MultiOutputRegressor(encoded()),
        "bagging": BaggingRegressor(make_pipeline(OneHotEncoder(handle_unknown="ignore"), Ridge()), 3, random_state=0),
        "ordinal": make_pipeline(
            ColumnTransformer([("t", OrdinalEncoder(), ["code", "town"])], remainder="passthrough"),
            RandomForestRegressor(5, random_state=0),
        ),
        "target": make_pipeline(
            ColumnTransformer([("t", TargetEncoder(cv=2), ["code", "town"])], remainder="passthrough"), Ridge()
        ),
    }


def in_all_forms(rows):
    """The same rows in each form of request: missing values are null, or empty in a CSV file."""
    cells = [
        [None if pd.isna(value) else getattr(value, "item", lambda v=value: v)() for value in row]
        for row in rows.itertuples(index=False, name=None)
    ]
    names = [str(name) for name in rows.columns]
    records = [dict(zip(names, row, strict=True)) for row in cells]
    text = rows.to_csv(index=False)
    lines = list(csv.reader(io.StringIO(text)))[1:]
    return {
        "dataframe_records": {"dataframe_records": records},
        "dataframe_split": {"dataframe_split": {"columns": names, "data": cells, "index": list(range(len(rows)))}},
        "instances": {"instances": cells},
        "instances of objects": {"instances": [dict(reversed(row.items())) | {"extra": []} for row in records]},
        "inputs": {"inputs": {name: [row[at] for row in cells] for at, name in enumerate(names)}},
        "csv": {"csv": text},
        "Items": {"Items": [dict(zip(names, line, strict=True)) for line in lines]},
        "typed Items": {"Items": records},
    }


def served(model):
    return environment(Settings("a"), model)


def assert_own_answers(model, rows, forms=None):
    """All rows, and each alone, in every form, as the estimator itself answers them."""
    for asked in (rows, *(rows.iloc[[at]] for at in range(0, len(rows), 5))):
        own = model.estimator.predict(asked).tolist()
        for form, event in in_all_forms(asked).items():
            if forms is None or form in forms:
                got = answer(served(model), event, None)
                assert got == {"predictions": own}, form
