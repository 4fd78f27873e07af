"""Packaging finds the code in a model that is of no library known to it, and whether that imports pandas."""

import importlib.util
import operator
import sys
import types
from functools import partial

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator
from sklearn.compose import make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestRegressor
from sklearn.feature_selection import SelectKBest, f_classif
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsRegressor
from sklearn.pipeline import FeatureUnion, make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler

ROWS = pd.DataFrame(np.random.default_rng(0).normal(size=(60, 3)), columns=["a", "b", "c"])
ANSWERS = (ROWS["a"] > 0).astype(int)


class Own(BaseEstimator):
    """As users write them."""


@pytest.fixture(scope="module")
def own_code(root):
    spec = importlib.util.spec_from_file_location("own_code", root / "build" / "target" / "own_code.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def of_main(source, **names):
    """What a file of a model brings along by value: its module is the script that wrote it."""
    space = {"__name__": "__main__", **names}
    exec(source, space)
    return space["f"]


def total(rows):
    return rows.sum(axis=1)


@pytest.mark.parametrize(
    "model",
    [
        RandomForestRegressor(3),
        HistGradientBoostingClassifier(max_iter=3),
        KNeighborsRegressor(),
        make_pipeline(StandardScaler(), SelectKBest(f_classif, k=2), LogisticRegression()),
        make_pipeline(FunctionTransformer(np.log1p), HistGradientBoostingClassifier(max_iter=3)),
        make_column_transformer((OneHotEncoder(), ["a"])),
    ],
)
def test_of_libraries_alone_there_is_none(own_code, model):
    assert own_code.find(model.fit(ROWS, ANSWERS)) == []


def test_what_is_somebodys_own_is_found_wherever_it_is(own_code):
    def inner(rows):
        return total(rows)

    for function in (total, partial(total), inner):
        found = own_code.find(make_pipeline(FeatureUnion([("f", FunctionTransformer(function))]), StandardScaler()))
        assert (function.func if isinstance(function, partial) else function) in found
    assert own_code.find(make_pipeline(Own(), StandardScaler())) == [Own]
    assert own_code.find(FunctionTransformer(operator.methodcaller("mean", axis=1)))


@pytest.mark.parametrize("function", [np.sum, np.mean, np.median])
def test_functions_that_ask_a_table_for_its_own_count_too(own_code, function):
    assert own_code.find(FunctionTransformer(function)) == [function]


@pytest.mark.parametrize(
    ("source", "imports"),
    [
        ("import pandas", True),
        ("x = 1; import numpy as np, pandas as pd", True),
        ("def f(rows):\n    if rows is None: from pandas.api import types", True),
        ("import importlib\npd = importlib.import_module('pandas')", True),
        ("import sys\npd = sys.modules.get('pandas')", True),
        ("import pandas_of_mine", False),
        ('"""Takes what pandas makes."""  # import pandas', False),
    ],
)
def test_a_file_that_imports_pandas_is_found(own_code, tmp_path, monkeypatch, source, imports):
    path = tmp_path / "steps_of_mine.py"
    path.write_text(source)
    module = types.ModuleType("steps_of_mine")
    module.__file__ = str(path)
    monkeypatch.setitem(sys.modules, "steps_of_mine", module)
    expected = "steps_of_mine.py asks for it" if imports else None
    assert own_code.why_pandas([], str(tmp_path)) == expected
    part = type("Step", (), {"__module__": "steps_of_mine"})  # of a library in the layer
    assert own_code.why_pandas([part], str(tmp_path / "elsewhere")) == expected


@pytest.mark.parametrize(
    ("source", "names", "imports"),
    [
        ("f = lambda rows: pd.isna(rows)", {"pd": pd}, True),
        ("f = lambda rows: isinstance(rows, DataFrame)", {"DataFrame": pd.DataFrame}, True),
        ("def f(rows):\n    import pandas\n    return rows", {}, True),
        ("def g(rows):\n    import pandas\n\ndef f(rows):\n    return g(rows)", {}, True),
        ("class f:\n    def transform(self, rows):\n        return pd.isna(rows)", {"pd": pd}, True),
        ("f = lambda rows: rows", {"pd": pd}, False),
    ],
)
def test_a_function_in_the_models_own_file_is_looked_into(own_code, tmp_path, source, names, imports):
    part = of_main(source, **names)
    assert bool(own_code.why_pandas([part], str(tmp_path))) is imports
