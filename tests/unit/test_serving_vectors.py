"""The code that runs in AWS: a column of a table without pandas does what pandas does, or refuses."""

import math
from array import array

import numpy as np
import pandas as pd
import pytest
from serving.requests import answers
from serving.requests.vectors import ALIKE, Vector
from table_parts import outcome, shown

VALUES = {
    "numbers": np.array([0.0, -1.5, math.nan, math.inf, 1e300]),
    "integers": np.array([0, 1, -7, 2**40]),
    "truths": np.array([True, False, True]),
    "objects": np.array(["a", None, math.nan, "b"], dtype=object),
}


def both(values):
    return Vector.of(values.copy()), pd.Series(values.copy(), dtype=values.dtype)


def typed(found):
    return np.array([str(found.dtype), *map(repr, np.asarray(found).tolist())], dtype=object)


class TestColumns:
    @pytest.mark.parametrize("values", VALUES.values(), ids=VALUES)
    @pytest.mark.parametrize("ufunc", sorted(ALIKE, key=lambda ufunc: ufunc.__name__))
    def test_what_is_let_through_gives_what_pandas_gives(self, ufunc, values):
        ours, pandas = both(values)
        others = ((),) if ufunc.nin == 1 else ((ours, pandas), (2, 2), (0, 0), ("a", "a"), (None, None), (True, True))
        for other in others:
            got = outcome(lambda other=other: ufunc(ours, *other[:1]))
            with np.errstate(all="ignore"):
                assert got in ("refused", outcome(lambda other=other: ufunc(pandas, *other[1:])))

    @pytest.mark.parametrize(
        "ask",
        [
            lambda column: column // 0,
            lambda column: column % 2,
            lambda column: divmod(column, 2),
            lambda column: column.sum(),
            lambda column: column.mean(),
            lambda column: column.std(),
            lambda column: column.max(),
            np.sum,
            np.mean,
            np.cumsum,
            np.median,
            np.add.reduce,
            lambda column: column.reshape(-1, 1),
            lambda column: column[-1],
            lambda column: column[[0, 1]],
            lambda column: column[:, None],
            lambda column: column.astype(str),
            lambda column: column.astype(int),  # one is missing
            lambda column: column.__setitem__(0, 1.0),
            lambda column: column.copy().__setitem__(column > 0, 0.5),
            lambda column: (column + 1).__setitem__(-1, 0.5),  # a new row of pandas'
            lambda column: column[column > 0][0],  # the label of pandas, and the first here
            lambda column: column[1:] - column[:-1],  # put together by labels in pandas
            lambda column: 0.0 in column,  # a label
            lambda column: column == np.array([1.0]),  # of another length
            lambda column: (column * 0 - 1).fillna(-1).astype("uint8"),
            lambda column: column.str,
            lambda column: column.dt,
            lambda column: column.map({}),
        ],
    )
    def test_what_pandas_does_otherwise_is_refused(self, ask):
        with pytest.raises((TypeError, KeyError, ValueError, AttributeError)):
            ask(Vector.of(VALUES["numbers"].copy()))

    @pytest.mark.parametrize("values", VALUES.values(), ids=VALUES)
    @pytest.mark.parametrize(
        "ask",
        [
            lambda column: column.isna(),
            lambda column: column.notna(),
            lambda column: column.fillna(0),
            lambda column: column.abs(),
            lambda column: column.values,
            lambda column: column.to_numpy(),
            lambda column: column.to_list(),
            lambda column: column**2,
            lambda column: column**-1,
            lambda column: column**0.5,
            lambda column: 2**column,
            lambda column: [value is True for value in column],
            lambda column: np.where(column == 1, 1, 0),
            lambda column: np.column_stack([column, column]),
            lambda column: column.astype(float),
            lambda column: column.astype(bool),
            lambda column: column.astype(int),
            lambda column: (column > 0) & (column < 1),
            lambda column: -column * 2 + 1,
            lambda column: 1 / column,
            lambda column: column == "a",
            lambda column: np.where(column != "a", column, "z"),
        ],
    )
    def test_the_usual_is_as_in_pandas(self, ask, values):
        ours, pandas = both(values)
        assert outcome(lambda: ask(ours)) in ("refused", outcome(lambda: ask(pandas)))
        if values.dtype.kind == "f":
            assert outcome(lambda: ask(ours)) == outcome(lambda: ask(pandas))

    @pytest.mark.parametrize("dtype", ["int8", "uint8", "int32", "int64", "float16", "float32", "float64", "bool"])
    @pytest.mark.parametrize(
        "number",
        [
            *(2, 1000, 0.1, True, np.float64(0.1), np.float32(0.1), np.int64(3), np.int8(3), np.array(0.1)),
            *(np.array([1, 0, 100], dtype=dtype) for dtype in ("int8", "uint8", "int64", "float32", "float64", "bool")),
        ],
        ids=repr,
    )
    def test_numbers_of_every_width_are_put_together_as_in_pandas(self, dtype, number):
        ours, pandas = both(np.array([1, 0, 100]).astype(dtype))
        for ufunc in sorted(ALIKE, key=lambda ufunc: ufunc.__name__):
            if ufunc.nin == 1:
                continue
            with np.errstate(all="ignore"):
                own = outcome(lambda ufunc=ufunc: typed(ufunc(pandas, number)))
            assert outcome(lambda ufunc=ufunc: typed(ufunc(ours, number))) in ("refused", own)

    def test_numbers_of_numpys_are_taken_where_they_make_no_difference(self):
        column = Vector.of(np.array([1.0, math.nan]))
        assert ((column - np.float64(0.5)) / np.float64(2)).tolist()[0] == 0.25
        assert (Vector.of(np.array(["a", None], dtype=object)) == np.str_("a")).tolist() == [True, False]


@pytest.mark.parametrize(
    ("value", "alike"), [(0.1, True), (0, True), (np.float32(0.1), True), (np.float64(0.1), False)]
)
def test_a_column_of_32_bits_is_filled_as_in_pandas_or_not_at_all(value, alike):
    for values in ([0.5, math.nan], [0.5, 1.5]):
        column = np.array(values, dtype="float32")
        if alike:
            assert shown(Vector.of(column).fillna(value).values) == shown(pd.Series(column).fillna(value).to_numpy())
        else:
            with pytest.raises(TypeError):
                Vector.of(column).fillna(value)


@pytest.mark.parametrize("values", VALUES.values(), ids=VALUES)
def test_a_column_can_be_shown_and_so_can_what_it_refuses(values):
    column = Vector.of(values)
    assert str(column) == repr(column) == repr(values)
    with pytest.raises(KeyError, match="single values only, and nothing for array"):
        column[column.isna()]


@pytest.mark.parametrize("values", VALUES.values(), ids=VALUES)
def test_a_column_may_be_what_a_model_answers(values):
    ours, pandas = both(values)
    assert answers.to_json(ours, len(values), "predict") == answers.to_json(pandas, len(values), "predict")


def test_an_array_of_pythons_own_may_be_what_a_model_answers():
    assert answers.to_json(array("d", [1.5, math.nan]), 2, "predict") == [1.5, None]
