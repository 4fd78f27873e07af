"""Texts that look like numbers, for encoders deep inside a model: "007" is not 7, and "1e5" is not 100,000."""

from __future__ import annotations

from typing import Any

from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import TransformedTargetRegressor, make_column_selector, make_column_transformer
from sklearn.ensemble import RandomForestClassifier, StackingRegressor, VotingRegressor
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import GridSearchCV, TunedThresholdClassifierCV
from sklearn.multioutput import MultiOutputRegressor
from sklearn.pipeline import FeatureUnion, make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler
from sklearn.tree import DecisionTreeRegressor

from bench.zoo import Fitted, model
from bench.zoo.rows import fitted, frame, grades, outcome

TREE = DecisionTreeRegressor(random_state=0)


def _rows() -> Any:
    return frame("code", "income", "colour")


def _columns() -> Any:
    return make_column_transformer((OneHotEncoder(), ["code", "colour"]), (StandardScaler(), ["income"]))


def _pipeline() -> Any:
    return make_pipeline(_columns(), TREE)


@model("text codes in GridSearchCV")
def grid_search() -> Fitted:
    grid = {"decisiontreeregressor__max_depth": [4, None]}
    return fitted(GridSearchCV(_pipeline(), grid, cv=3), _rows())


@model("text codes in CalibratedClassifierCV")
def calibrated() -> Fitted:
    classifier = make_pipeline(_columns(), RandomForestClassifier(10, random_state=0))
    return fitted(CalibratedClassifierCV(classifier, cv=3), _rows(), grades(_rows()))


@model("text codes in TunedThresholdClassifierCV")
def tuned_threshold() -> Fitted:
    classifier = make_pipeline(_columns(), LogisticRegression())
    return fitted(TunedThresholdClassifierCV(classifier, cv=3, random_state=0), _rows(), outcome(_rows()) > 35)


@model("text codes in VotingRegressor")
def voting() -> Fitted:
    return fitted(VotingRegressor([("tree", _pipeline()), ("ridge", make_pipeline(_columns(), Ridge()))]), _rows())


@model("text codes in StackingRegressor")
def stacking() -> Fitted:
    return fitted(StackingRegressor([("tree", _pipeline())], Ridge(), cv=3), _rows())


@model("text codes in TransformedTargetRegressor")
def transformed_target() -> Fitted:
    return fitted(TransformedTargetRegressor(_pipeline(), transformer=StandardScaler()), _rows())


@model("text codes in FeatureUnion")
def feature_union() -> Fitted:
    ordinal = make_column_transformer((OrdinalEncoder(), ["code"]))
    return fitted(make_pipeline(FeatureUnion([("ordinal", ordinal), ("others", _columns())]), TREE), _rows())


@model("text codes in MultiOutputRegressor, two outputs")
def multi_output_codes() -> Fitted:
    rows = _rows()
    both = rows[["income"]].assign(outcome=outcome(rows)).to_numpy()
    return fitted(MultiOutputRegressor(_pipeline()), rows, both)


@model("text codes in the remainder= of a ColumnTransformer")
def remainder() -> Fitted:
    columns = make_column_transformer((StandardScaler(), ["income"]), remainder=OrdinalEncoder())
    return fitted(make_pipeline(columns, TREE), _rows())


@model("text codes by columns' positions")
def positions() -> Fitted:
    columns = make_column_transformer((OneHotEncoder(), [0, -1]), (StandardScaler(), slice(1, 2)))
    return fitted(make_pipeline(columns, TREE), _rows())


@model("text codes by masks of columns")
def masks() -> Fitted:
    columns = make_column_transformer((OneHotEncoder(), [True, False, True]), (StandardScaler(), [False, True, False]))
    return fitted(make_pipeline(columns, TREE), _rows())


@model("text codes by make_column_selector")
def selectors() -> Fitted:
    texts, others = make_column_selector(dtype_include=["str"]), make_column_selector(dtype_exclude=["str"])
    return fitted(
        make_pipeline(make_column_transformer((OneHotEncoder(), texts), (StandardScaler(), others)), TREE), _rows()
    )


@model("text codes, an encoder as the first step")
def encoder_first() -> Fitted:
    return fitted(make_pipeline(OrdinalEncoder(), TREE), frame("code", "colour"))
