"""Asks pipelines of one scikit-learn for answers to a pandas DataFrame and to a table without pandas.

    python frames_of_sklearn.py RESULT

RESULT gets JSON: by pipeline "same", or what differs. PYTHONPATH names lambda/ and the folder with scikit-learn.
"""

import json
import sys
import warnings

import numpy as np
import pandas as pd
import sklearn
from serving.requests.frames import Frame
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer, make_column_selector
from sklearn.ensemble import (
    HistGradientBoostingClassifier,
    RandomForestClassifier,
    StackingClassifier,
    VotingClassifier,
)
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.feature_selection import SelectKBest
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import FeatureUnion, make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, OrdinalEncoder, StandardScaler

NUMBERS, TEXTS = ["age", "income"], ["city", "plan"]


class Ratio(BaseEstimator, TransformerMixin):
    """A transformer as users write them."""

    def fit(self, X, y=None):
        return self

    def transform(self, X):
        X = X.copy()
        X["ratio"] = X["income"] / (X["age"] + 1.0)
        return X[["age", "income", "ratio"]].to_numpy()


def table():
    random = np.random.default_rng(0)
    count = 120
    frame = pd.DataFrame(
        {
            "age": random.integers(18, 90, count).astype(float),
            "income": random.normal(3e4, 1e4, count),
            "visits": random.integers(0, 9, count),
            "member": random.random(count) > 0.5,
            "city": random.choice(["Bern", "Basel", "Chur"], count),
            "plan": random.choice(["a", "b"], count),
            "note": random.choice(["good and fine", "bad", "so so"], count),
        }
    )
    for name in [*TEXTS, "note"]:
        frame[name] = frame[name].astype(object)
    return frame, (frame["age"] + random.normal(0, 20, count) > 50).astype(int)


def encoder():
    return OneHotEncoder(handle_unknown="ignore")


def pipelines():
    logistic = LogisticRegression(max_iter=2000)
    forest = RandomForestClassifier(20, random_state=0)
    columns = ColumnTransformer([("n", StandardScaler(), NUMBERS), ("t", encoder(), TEXTS)])
    filled = ColumnTransformer(
        [
            ("n", make_pipeline(SimpleImputer(), StandardScaler()), NUMBERS),
            ("t", make_pipeline(SimpleImputer(strategy="most_frequent"), encoder()), TEXTS),
        ]
    )
    ordinal = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1)
    return {
        "one-hot": make_pipeline(columns, logistic),
        "imputed": make_pipeline(filled, forest),
        "ordinal": make_pipeline(ColumnTransformer([("t", ordinal, TEXTS)], remainder="drop"), forest),
        "passthrough": make_pipeline(
            ColumnTransformer([("t", encoder(), TEXTS), ("k", "passthrough", ["visits"])]), forest
        ),
        "remainder": make_pipeline(
            ColumnTransformer([("t", encoder(), TEXTS), ("x", "drop", ["note"])], remainder="passthrough"), logistic
        ),
        "positions": make_pipeline(
            ColumnTransformer([("n", StandardScaler(), [0, 1]), ("t", encoder(), [4])]), logistic
        ),
        "selector": make_pipeline(
            ColumnTransformer([("n", StandardScaler(), make_column_selector(dtype_include=np.number))]), logistic
        ),
        "slices": make_pipeline(ColumnTransformer([("n", StandardScaler(), slice("age", "visits"))]), logistic),
        "text": make_pipeline(
            ColumnTransformer([("w", TfidfVectorizer(), "note"), ("n", StandardScaler(), NUMBERS)]), logistic
        ),
        "union": make_pipeline(
            FeatureUnion([("a", ColumnTransformer([("n", StandardScaler(), NUMBERS)])), ("b", columns)]), logistic
        ),
        "own": make_pipeline(Ratio(), StandardScaler(), logistic),
        "logarithm": make_pipeline(
            ColumnTransformer([("l", FunctionTransformer(np.log1p), ["income", "age"])]), StandardScaler(), logistic
        ),
        "grid": GridSearchCV(make_pipeline(columns, logistic), {"logisticregression__C": [0.1, 1.0]}, cv=2),
        "stacking": StackingClassifier(
            [("a", make_pipeline(columns, forest)), ("b", make_pipeline(columns, logistic))], cv=2
        ),
        "voting": VotingClassifier(
            [("a", make_pipeline(columns, forest)), ("b", make_pipeline(columns, logistic))], voting="soft"
        ),
        "calibrated": CalibratedClassifierCV(make_pipeline(columns, forest), cv=2),
        "selected": make_pipeline(columns, SelectKBest(k=3), logistic),
        "boosting": make_pipeline(
            ColumnTransformer([("n", "passthrough", NUMBERS), ("t", ordinal, TEXTS)]), HistGradientBoostingClassifier()
        ),
    }


def asked(frame):
    """Rows to ask: those that it was fitted on, one alone, ones without a value, one that nobody has seen."""
    yield "all", frame
    yield "one", frame.iloc[:1]
    for name in [*NUMBERS, *TEXTS]:
        without = frame.iloc[:4].copy()
        without.loc[without.index[1], name] = np.nan
        yield f"no {name}", without
    unseen = frame.iloc[:3].copy()
    unseen.loc[unseen.index[0], ["city", "plan"]] = "unseen"
    unseen.loc[unseen.index[1], "age"] = 1e300
    yield "unseen", unseen


def answer(model, method, rows):
    try:
        return np.asarray(getattr(model, method)(rows)).tobytes()
    except Exception as error:
        return type(error).__name__


def light(frame):
    return Frame([str(name) for name in frame.columns], [frame[name].to_numpy() for name in frame.columns])


def differences(model, frame):
    for what, rows in asked(frame):
        for method in ("predict", "predict_proba"):
            if hasattr(model, method) and answer(model, method, rows) != answer(model, method, light(rows)):
                yield f"{method}, {what}: {str(answer(model, method, light(rows)))[:60]}"


def main(result):
    warnings.simplefilter("ignore")
    frame, target = table()
    found = {"version": sklearn.__version__}
    for name, model in pipelines().items():
        model.fit(frame, target)
        found[name] = next(differences(model, frame), "same")
    numbers = frame[NUMBERS]
    for name, model in {"forest": RandomForestClassifier(20, random_state=0), "linear": LinearRegression()}.items():
        found[name] = next(differences(model.fit(numbers, target), numbers), "same")
    with open(result, "w", encoding="utf-8") as stream:
        json.dump(found, stream)


if __name__ == "__main__":
    main(*sys.argv[1:])
