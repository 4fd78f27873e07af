"""Rows of other shapes than a frame of named numbers, and answers of other shapes than one number for each row."""

from __future__ import annotations

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer, make_column_transformer
from sklearn.datasets import load_diabetes
from sklearn.ensemble import IsolationForest, RandomForestClassifier, RandomForestRegressor
from sklearn.feature_extraction import DictVectorizer
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.tree import DecisionTreeRegressor

from bench.zoo import Fitted, model
from bench.zoo.rows import ASKED, COUNT, FITTED, fitted, frame, grades, lacking, numbers, objects, outcome, people

WORDS = ("fine", "awful", "good", "café", "slow", "007", "never", "quick", "NA", '"so, so"')


def _texts() -> list[str]:
    random = np.random.default_rng(3)
    return [" ".join(random.choice(WORDS, 6)) for _ in range(COUNT)]


@model("texts, TfidfVectorizer")
def texts() -> Fitted:
    lengths = np.array([len(text) + 9.0 * text.count("fine") for text in _texts()])
    return fitted(make_pipeline(TfidfVectorizer(), Ridge()), _texts(), lengths)


@model("a text column, TfidfVectorizer, beside numbers")
def text_column() -> Fitted:
    rows = frame("income", review=_texts())
    lengths = rows["review"].str.len().to_numpy() + rows["income"].to_numpy() / 1000
    columns = make_column_transformer((TfidfVectorizer(), "review"), (StandardScaler(), ["income"]))
    return fitted(make_pipeline(columns, Ridge()), rows, lengths)


@model("objects, DictVectorizer")
def objects_of_values() -> Fitted:
    columns = people()
    rows = [
        {"code": str(code), "income": float(income), **({"colour": str(colour)} if colour != "red" else {})}
        for code, income, colour in zip(columns["code"], columns["income"], columns["colour"], strict=True)
    ]
    return fitted(
        make_pipeline(DictVectorizer(), DecisionTreeRegressor(random_state=0)),
        rows,
        outcome(frame("code", "income", "colour")),
    )


@model("an own class without feature_names_in_ as the first step", own_code=True)
def own_class() -> Fitted:
    from own_steps import IncomeByAge

    return fitted(make_pipeline(IncomeByAge(), Ridge()), frame("age", "income"))


@model("an own class first, with text columns", own_code=True)
def own_class_texts() -> Fitted:
    from own_steps import Lengths

    columns = people()
    rows = objects(code=columns["code"], colour=lacking(columns["colour"], None)).assign(income=columns["income"])
    return fitted(make_pipeline(Lengths(), DecisionTreeRegressor(random_state=0)), rows)


@model("integers as names of columns")
def integer_names() -> Fitted:
    rows = pd.DataFrame(numbers(3), columns=[10, 20, 30])
    columns = ColumnTransformer([("first", StandardScaler(), [0, 2]), ("second", "passthrough", [1])])
    return fitted(make_pipeline(columns, Ridge()), rows)


@model("two outputs, a forest on an array")
def two_outputs() -> Fitted:
    rows = numbers()
    return fitted(RandomForestRegressor(5, random_state=0), rows, np.column_stack([outcome(rows), rows.sum(axis=1)]))


@model("two outputs of classes, a forest on a frame")
def two_classes() -> Fitted:
    rows = frame("age", "income")
    both = np.column_stack([grades(rows), np.where(rows["age"] > 40, "old", "young").astype(object)])
    return fitted(RandomForestClassifier(5, random_state=0), rows, both)


@model("IsolationForest on a frame")
def isolation_forest() -> Fitted:
    return fitted(IsolationForest(n_estimators=10, contamination=0.4, random_state=0), frame("age", "income"))


@model("a forest on an array")
def forest_array() -> Fitted:
    return fitted(RandomForestRegressor(10, random_state=0), numbers(10))


@model("integers as classes, an array")
def integer_classes() -> Fitted:
    rows = numbers()
    return fitted(
        make_pipeline(StandardScaler(), LogisticRegression()), rows, (outcome(rows) > outcome(rows).mean()).astype(int)
    )


@model("the example of invoke train-example")
def diabetes() -> Fitted:
    patients, progression = load_diabetes(return_X_y=True, as_frame=True, scaled=False)
    others = [name for name in patients.columns if name != "sex"]
    columns = ColumnTransformer([("category", OneHotEncoder(), ["sex"]), ("number", StandardScaler(), others)])
    forest = RandomForestRegressor(20, min_samples_leaf=3, random_state=0)
    pipeline = Pipeline([("columns", columns), ("forest", forest)])
    return fitted(pipeline, patients[: FITTED + ASKED], progression[: FITTED + ASKED])
