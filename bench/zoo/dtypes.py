"""Columns of types that JSON does not have."""

from __future__ import annotations

import numpy as np
import pandas as pd
from sklearn.cluster import KMeans
from sklearn.compose import make_column_transformer
from sklearn.ensemble import HistGradientBoostingRegressor, RandomForestRegressor
from sklearn.impute import SimpleImputer
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, OrdinalEncoder
from sklearn.tree import DecisionTreeRegressor

from bench.zoo import Fitted, model
from bench.zoo.rows import fitted, frame, lacking, numbers, objects, outcome, people

TREE = DecisionTreeRegressor(random_state=0)


def _boosting() -> HistGradientBoostingRegressor:
    return HistGradientBoostingRegressor(max_iter=20, min_samples_leaf=5, random_state=0)


@model("a bool column behind OneHotEncoder")
def bools() -> Fitted:
    columns = make_column_transformer((OneHotEncoder(), ["member"]), remainder="passthrough")
    return fitted(make_pipeline(columns, TREE), frame("member", "income"))


@model("a bool column with None, behind OrdinalEncoder")
def bools_none() -> Fitted:
    rows = objects(member=lacking(people()["member"], None)).assign(income=people()["income"])
    columns = make_column_transformer((OrdinalEncoder(), ["member"]), remainder="passthrough")
    return fitted(make_pipeline(columns, TREE), rows)


@model("a nullable boolean column")
def bools_nullable() -> Fitted:
    rows = frame("income", member=pd.array(lacking(people()["member"], None), dtype="boolean"))
    return fitted(_boosting(), rows)


@model("category columns with missing values, HistGradientBoosting")
def categories() -> Fitted:
    rows = frame(
        "income", code=pd.Categorical(lacking(people()["code"], None)), colour=pd.Categorical(people()["colour"])
    )
    return fitted(_boosting(), rows)


@model("ordered and integer categories, HistGradientBoosting")
def categories_ordered() -> Fitted:
    size = np.array(["L", "S", "M"], dtype=object)[people()["age"] % 3]
    rows = frame(
        "income",
        size=pd.Categorical(size, ["S", "M", "L"], ordered=True),
        rooms=pd.Categorical(people()["age"] % 5, [4, 3, 2, 1, 0]),
    )
    return fitted(_boosting(), rows)


@model("a category column's codes, by an own function", own_code=True)
def category_codes() -> Fitted:
    from own_steps import codes

    rows = frame("income", code=pd.Categorical(people()["code"], ["80331", "007", "1e5", "0", "01067", "10115"]))
    return fitted(make_pipeline(FunctionTransformer(codes), TREE), rows)


@model("a datetime column, .dt in an own function", own_code=True)
def datetimes() -> Fitted:
    from own_steps import date_parts

    return fitted(
        make_pipeline(FunctionTransformer(date_parts), TREE),
        frame("joined", "income"),
        outcome(frame("joined", "income")),
    )


@model("a datetime column with a zone and missing values", own_code=True)
def datetimes_zone() -> Fitted:
    from own_steps import date_parts

    joined = pd.Series(people()["joined"]).dt.tz_localize("UTC").dt.tz_convert("Europe/Berlin")
    joined[4::5] = pd.NaT
    rows = frame("income", joined=joined)
    return fitted(make_pipeline(FunctionTransformer(date_parts), _boosting()), rows)


@model("a datetime column as integers of its unit", own_code=True)
def datetimes_unit() -> Fitted:
    from own_steps import since_epoch

    rows = frame("income", joined=people()["joined"].astype("datetime64[s]"))
    return fitted(make_pipeline(FunctionTransformer(since_epoch), TREE), rows)


@model("a timedelta column with missing values", own_code=True)
def timedeltas() -> Fitted:
    from own_steps import hours

    waited = pd.Series(people()["age"] * 8_125, dtype="timedelta64[s]").astype("timedelta64[ms]")
    waited[2::5] = pd.NaT
    return fitted(make_pipeline(FunctionTransformer(hours), _boosting()), frame("income", waited=waited))


@model("KMeans on a float32 array")
def float32_array() -> Fitted:
    return fitted(KMeans(8, n_init=1, random_state=0), numbers(6).astype(np.float32))


@model("KMeans on a float32 frame")
def float32_frame() -> Fitted:
    rows = pd.DataFrame(numbers(6).astype(np.float32), columns=[f"axis_{at}" for at in range(6)])
    return fitted(KMeans(8, n_init=1, random_state=0), rows)


@model("Ridge on a float32 array")
def float32_ridge() -> Fitted:
    return fitted(Ridge(), numbers(4).astype(np.float32), outcome(numbers(4)).astype(np.float32))


@model("nullable Int64 and Float64 columns")
def nullable_integers() -> Fitted:
    rows = frame(
        age=pd.array(lacking(people()["age"], None), dtype="Int64"),
        income=pd.array(lacking(people()["income"], None, at=4), dtype="Float64"),
    )
    return fitted(make_pipeline(SimpleImputer(), RandomForestRegressor(5, random_state=0)), rows)


@model("nullable string columns behind OneHotEncoder")
def nullable_strings() -> Fitted:
    rows = frame(
        "income", code=pd.array(people()["code"], dtype="string"), colour=pd.array(people()["colour"], dtype="string")
    )
    columns = make_column_transformer((OneHotEncoder(), ["code", "colour"]), remainder="passthrough")
    return fitted(make_pipeline(columns, TREE), rows)


@model("integers of several widths")
def integers() -> Fitted:
    columns = people()
    rows = frame(small=(columns["age"] % 7).astype(np.int8), age=columns["age"], big=columns["age"] * 10**15 + 1)
    return fitted(TREE, rows)
