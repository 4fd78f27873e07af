"""Models of the gradient boosting libraries."""

from __future__ import annotations

import pandas as pd

from bench.zoo import Fitted, model
from bench.zoo.rows import fitted, frame, grades, lacking, numbers, people

XGBOOST, LIGHTGBM, CATBOOST = ("xgboost-cpu",), ("lightgbm",), ("catboost",)


def _categories() -> pd.DataFrame:
    columns = people()
    return frame(
        "income", "age", code=pd.Categorical(lacking(columns["code"], None)), colour=pd.Categorical(columns["colour"])
    )


@model("xgboost on an array", needs=XGBOOST)
def xgboost_array() -> Fitted:
    from xgboost import XGBRegressor

    return fitted(XGBRegressor(n_estimators=20, max_depth=4, n_jobs=1), numbers())


@model("xgboost with enable_categorical, missing values", needs=XGBOOST)
def xgboost_categories() -> Fitted:
    from xgboost import XGBRegressor

    booster = XGBRegressor(n_estimators=20, max_depth=4, n_jobs=1, enable_categorical=True, tree_method="hist")
    return fitted(booster, _categories())


@model("lightgbm with category columns, missing values", needs=LIGHTGBM)
def lightgbm_categories() -> Fitted:
    from lightgbm import LGBMRegressor

    return fitted(LGBMRegressor(n_estimators=20, min_child_samples=5, n_jobs=1, verbose=-1), _categories())


@model("lightgbm, names of columns with blanks", needs=LIGHTGBM)
def lightgbm_blanks() -> Fitted:
    from lightgbm import LGBMClassifier

    rows = frame("age", **{"annual income": people()["income"], "is member": people()["member"]})
    return fitted(LGBMClassifier(n_estimators=10, min_child_samples=5, n_jobs=1, verbose=-1), rows, grades(rows))


@model("catboost on numbers", needs=CATBOOST)
def catboost_numbers() -> Fitted:
    from catboost import CatBoostRegressor

    return fitted(
        CatBoostRegressor(iterations=20, thread_count=1, verbose=False, allow_writing_files=False),
        frame("age", "income"),
    )


@model("catboost with text categories", needs=CATBOOST)
def catboost_texts() -> Fitted:
    from catboost import CatBoostClassifier

    rows = frame("code", "income", "colour")
    booster = CatBoostClassifier(
        iterations=20, thread_count=1, verbose=False, allow_writing_files=False, cat_features=["code", "colour"]
    )
    return fitted(booster, rows, grades(rows))
