"""What an estimator gave is written as JSON without the handler's code, so that the two can be compared."""

import importlib.util

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_matrix


@pytest.fixture(scope="module")
def rows(root):
    spec = importlib.util.spec_from_file_location("rows", root / "build" / "target" / "rows.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("predictions", "listed"),
    [
        (np.array([1, 2]), [1, 2]),
        (np.array([0.5, np.nan], dtype="float32"), [0.5, None]),
        (np.array(["a", None], dtype=object), ["a", None]),
        (csr_matrix([[0, 1], [1, 0]]), [[0, 1], [1, 0]]),
        (pd.Series([1.5, np.inf]), [1.5, None]),
        (pd.DataFrame({"a": [1, 2], "b": ["x", None]}, dtype=object), [[1, "x"], [2, None]]),
        ([np.array([[0.25, 0.75]] * 2), np.array([[0.5, 0.25, 0.25]] * 2)], [[[0.25, 0.75], [0.5, 0.25, 0.25]]] * 2),
        ([{"score": np.float64(0.5)}, {"score": None}], [{"score": 0.5}, {"score": None}]),
        ([("a", 1), ("b", 2, 3)], [["a", 1], ["b", 2, 3]]),
        ([np.array([[1]])] * 2, [[[1]], [[1]]]),  # a matrix for each row, and no probabilities by output
    ],
)
def test_answers_are_plain(rows, predictions, listed):
    assert rows.plain(predictions, 2) == listed


@pytest.mark.parametrize("predictions", [None, 3, np.array(3), {"a": 1}, [object()], np.array(["2026-01-31"], "M8[D]")])
def test_what_only_the_handler_writes_is_left_to_it(rows, predictions):
    assert rows.plain(predictions, 2) is None
