"""Missing values: an encoder distinguishes None from NaN, and JSON has null for both."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.compose import make_column_transformer
from sklearn.ensemble import RandomForestRegressor
from sklearn.impute import SimpleImputer
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler, TargetEncoder
from sklearn.tree import DecisionTreeRegressor

from bench.zoo import Fitted, model
from bench.zoo.rows import fitted, frame, lacking, numbers, objects, people


def _coloured(missing: object) -> Any:
    """Return a frame of a number and two texts, each of which misses values in rows of its own."""
    columns = people()
    texts = objects(colour=lacking(columns["colour"], missing), code=lacking(columns["code"], missing, at=4))
    return texts.assign(income=columns["income"])


def _encoding(encoder: object) -> Any:
    """Return a pipeline with an encoder for the texts, and a tree."""
    columns = make_column_transformer((encoder, ["colour", "code"]), (StandardScaler(), ["income"]))
    return make_pipeline(columns, DecisionTreeRegressor(random_state=0))


@model("OneHotEncoder, None in text columns")
def onehot_none() -> Fitted:
    return fitted(_encoding(OneHotEncoder()), _coloured(None))


@model("OneHotEncoder, NaN in text columns")
def onehot_nan() -> Fitted:
    return fitted(_encoding(OneHotEncoder()), _coloured(np.nan))


@model("OrdinalEncoder, None in text columns")
def ordinal_none() -> Fitted:
    return fitted(_encoding(OrdinalEncoder()), _coloured(None))


@model("OrdinalEncoder with encoded_missing_value, NaN in text columns")
def ordinal_nan() -> Fitted:
    return fitted(_encoding(OrdinalEncoder(encoded_missing_value=-2)), _coloured(np.nan))


@model("TargetEncoder, None in text columns")
def target_none() -> Fitted:
    return fitted(_encoding(TargetEncoder(random_state=0)), _coloured(None))


@model("SimpleImputer(missing_values=None), then OneHotEncoder")
def imputer_none() -> Fitted:
    imputer = SimpleImputer(missing_values=None, strategy="constant", fill_value="unknown")
    return fitted(_encoding(make_pipeline(imputer, OneHotEncoder())), _coloured(None))


@model("SimpleImputer(missing_values=nan), then OneHotEncoder")
def imputer_nan() -> Fitted:
    imputer = SimpleImputer(strategy="most_frequent")
    return fitted(_encoding(make_pipeline(imputer, OneHotEncoder())), _coloured(np.nan))


@model("None in one text column, NaN in another")
def none_and_nan() -> Fitted:
    columns = people()
    rows = objects(colour=lacking(columns["colour"], None), code=lacking(columns["code"], np.nan, at=4))
    return fitted(_encoding(OneHotEncoder()), rows.assign(income=columns["income"]))


@model("pandas' own text columns (str), with missing values and the text NA")
def text_na() -> Fitted:
    rows = _coloured(np.nan).astype({"colour": "str", "code": "str"})
    return fitted(_encoding(OneHotEncoder(handle_unknown="ignore")), rows)


@model("an empty text and a missing one in the same column")
def text_empty() -> Fitted:
    rows = _coloured(np.nan)
    rows.loc[2::7, "colour"] = ""
    return fitted(_encoding(OneHotEncoder()), rows)


@model("an array of objects, NaN in its texts and numbers")
def object_array_nan() -> Fitted:
    people_ = people()
    rows = np.column_stack(
        [lacking(people_["colour"], np.nan), lacking(people_["income"], np.nan, at=4), people_["age"].astype(object)]
    )
    texts = make_pipeline(SimpleImputer(strategy="most_frequent"), OneHotEncoder())
    columns = make_column_transformer((texts, [0]), (SimpleImputer(), [1, 2]))
    return fitted(make_pipeline(columns, DecisionTreeRegressor(random_state=0)), rows)


@model("an array of objects, None in its texts")
def object_array_none() -> Fitted:
    people_ = people()
    rows = np.column_stack([lacking(people_["code"], None), people_["income"].astype(object)])
    columns = make_column_transformer((OneHotEncoder(), [0]), remainder="passthrough")
    return fitted(make_pipeline(columns, DecisionTreeRegressor(random_state=0)), rows)


@model("numbers with missing values, and rows of nothing else")
def numbers_missing() -> Fitted:
    rows = frame(age=lacking(people()["age"], np.nan).astype(float), income=people()["income"])
    rows.loc[7::10, ["age", "income"]] = np.nan
    return fitted(make_pipeline(SimpleImputer(add_indicator=True), RandomForestRegressor(5, random_state=0)), rows)


@model("numbers in an array, with missing values")
def number_array_missing() -> Fitted:
    rows = numbers(3)
    rows[4::5, 1] = np.nan
    return fitted(make_pipeline(SimpleImputer(), Ridge()), rows)
