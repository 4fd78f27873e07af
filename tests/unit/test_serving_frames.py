"""The code that runs in AWS: tables without pandas hold what those of pandas hold, and refuse what would differ."""

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from serving.requests import answers, forms, light, reader
from serving.requests.frames import Frame, stacked
from serving.requests.signature import Column, Signature
from serving.requests.vectors import ALIKE, Vector
from serving.requests.words import BadRequest

COLUMNS = (
    Column("number", "number", "float64"),
    Column("single", "number", "float32"),
    Column("integer", "integer", "int64"),
    Column("strict", "integer", "int32", strict=True),
    Column("truth", "boolean", "bool", missing=None),
    Column("object truth", "boolean", "object", missing="None"),
    Column("text", "text", "object", missing="None"),
    Column("own text", "text", "str", missing="NaN"),
    Column("class", "category", "category", categories=("a", "b"), categories_dtype="str"),
    Column("level", "category", "category", categories=(1, 2, 3), categories_dtype="int64", ordered=True),
    Column("share", "category", "category", categories=(0.5, 1.5), categories_dtype="float64"),
    Column("yes", "category", "category", categories=(False, True), categories_dtype="bool"),
    Column("whatever", "any", "any", missing="None"),
)
CELLS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.sampled_from([1, 2, 3, 0.5, "a", "b", "", "c", 2**31])
)
TABLES = st.lists(st.sampled_from(COLUMNS), min_size=1, max_size=4, unique_by=lambda column: column.name).flatmap(
    lambda columns: st.tuples(
        st.just(tuple(columns)),
        st.lists(st.tuples(*(CELLS for _ in columns)).map(list), min_size=1, max_size=4),
    )
)


def read(columns, rows, frame):
    signature = Signature("frame", columns, frame=frame)
    try:
        return reader.read(signature, forms.table({"instances": rows}))
    except BadRequest as error:
        return str(error)


def shown(array):
    return (
        array.dtype,
        [(type(value), repr(value)) for value in array.ravel(order="K").tolist()],
        array.flags.f_contiguous,
    )


@given(TABLES)
def test_a_table_holds_what_that_of_pandas_holds(made):
    columns, rows = made
    with_pandas, without = read(columns, rows, "pandas"), read(columns, rows, "light")
    if isinstance(with_pandas, str) or isinstance(without, str):
        assert with_pandas == without
        return
    for at, name in enumerate(with_pandas.columns):
        own = with_pandas[name].to_numpy()
        own = (
            own
            if own.dtype.kind != "O"
            else np.array([None if value is None else value for value in own], dtype=object)
        )
        assert shown(np.asarray(without.iloc[:, at])) == shown(own)
    assert shown(np.asarray(without)) == shown(np.asarray(with_pandas))
    assert list(without.columns) == list(with_pandas.columns)
    assert without.shape == with_pandas.shape


@given(st.lists(st.lists(st.floats(allow_nan=True), min_size=3, max_size=3), min_size=1, max_size=5), st.booleans())
def test_an_array_is_that_of_pandas(rows, whole):
    columns = tuple(
        Column(name, "integer" if whole and name == "b" else "number", "int64" if whole and name == "b" else "float64")
        for name in "abc"
    )
    with_pandas, without = read(columns, rows, "pandas"), read(columns, rows, "array")
    if isinstance(with_pandas, str):
        assert with_pandas == without
    else:
        assert shown(without) == shown(np.asarray(with_pandas))


class TestWhatNeedsPandas:
    @pytest.mark.parametrize("column", COLUMNS)
    def test_nothing_of_these(self, column):
        assert light.why_not(Signature("frame", (column,))) is None

    @pytest.mark.parametrize(
        ("column", "words"),
        [
            (Column("d", "datetime", "datetime64[ns]", missing="NaT"), "missing value of column d is pandas' own NaT"),
            (Column("i", "integer", "Int64", missing="NA"), "missing value of column i is pandas' own NA"),
            (Column("t", "text", "string[pyarrow]"), "column t is of pandas' own type string[pyarrow]"),
            (Column("f", "number", "Float64"), "column f is of pandas' own type Float64"),
            (
                Column("c", "category", "category", categories=("a",), categories_dtype="string"),
                "categories of column c are of pandas' own type string",
            ),
            (Column(0, "number", "float64"), "name of column 0 is not a text"),
        ],
    )
    def test_each_of_these(self, column, words):
        assert words in light.why_not(Signature("frame", (column,)))

    def test_columns_of_one_name(self):
        assert light.why_not(Signature("frame", (COLUMNS[0], COLUMNS[0]))) == "two of its columns have the same name"

    def test_only_numbers_come_as_an_array(self):
        assert light.is_numbers(Signature("frame", COLUMNS[:5]))
        for column in COLUMNS[5:]:
            assert not light.is_numbers(Signature("frame", (COLUMNS[0], column)))


VALUES = {
    "numbers": np.array([0.0, -1.5, math.nan, math.inf, 1e300]),
    "integers": np.array([0, 1, -7, 2**40]),
    "truths": np.array([True, False, True]),
    "objects": np.array(["a", None, math.nan, "b"], dtype=object),
}


def both(values):
    return Vector.of(values.copy()), pd.Series(values.copy(), dtype=values.dtype)


def outcome(ask):
    try:
        return [repr(value) for value in np.asarray(ask()).tolist()]
    except Exception:
        return "refused"


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


class TestTables:
    @pytest.fixture
    def frame(self):
        return Frame(["a", "b", "c"], [np.array([1.0, 2.0]), np.array([3, 4]), np.array(["x", None], dtype=object)])

    def test_columns_are_chosen_as_in_pandas(self, frame):
        pandas = pd.DataFrame({"a": [1.0, 2.0], "b": [3, 4], "c": pd.Series(["x", None], dtype=object)})
        for ask in (
            lambda table: table[["c", "a"]],
            lambda table: table.loc[:, ["b"]],
            lambda table: table.loc[:, "a":"b"],
            lambda table: table.loc[:, [True, False, True]],
            lambda table: table.iloc[:, [2, 0]],
            lambda table: table.iloc[:, 1:],
            lambda table: table.iloc[:, -1],
            lambda table: table.take([1, 2], axis=1),
            lambda table: table.drop(columns=["a"]),
            lambda table: table.drop("b", axis=1),
            lambda table: [*table],
            lambda table: "a" in table,
            lambda table: table["a"],
        ):
            assert outcome(lambda ask=ask: ask(frame)) == outcome(lambda ask=ask: ask(pandas))

    @pytest.mark.parametrize(
        "ask",
        [
            lambda table: table[table["a"] > 1],
            lambda table: table[0],
            lambda table: table[:1],
            lambda table: table["missing"],
            lambda table: table.iloc[0],
            lambda table: table.iloc[0:1, [0]],
            lambda table: table.loc[0, "a"],
            lambda table: table.drop([0]),
            lambda table: table.take([0]),
            lambda table: table.fillna(0),
            lambda table: table.mean(),
            lambda table: table * 2,
            lambda table: table.a,
            lambda table: table.__setitem__("d", [1, 2, 3]),
            lambda table: table.__setitem__(["a"], 0),
        ],
    )
    def test_rows_and_what_else_pandas_knows_are_refused(self, frame, ask):
        with pytest.raises((TypeError, KeyError, ValueError, AttributeError)):
            ask(frame)

    def test_a_column_is_set_in_a_copy(self, frame):
        other = frame.copy()
        other["a"] = other["a"] * 2
        other["d"] = np.where(other["b"] > 3, "large", "small")
        other["e"] = 7
        assert other["a"].tolist() == [2.0, 4.0]
        assert other["d"].tolist() == ["small", "large"]
        assert other["e"].tolist() == [7, 7]
        assert frame["a"].tolist() == [1.0, 2.0]
        assert list(frame.columns) == ["a", "b", "c"]

    @pytest.mark.parametrize(
        "ask",
        [
            lambda table: table == 0,
            lambda table: np.where(table != table, 0.0, table),  # noqa: PLR0124  (it finds what is missing)
            lambda table: np.sum(table, axis=1),
            np.mean,
            lambda table: np.max(table, axis=0),
            lambda table: np.median(table, axis=1),
            lambda table: np.log1p(table).sum(axis=1),
            np.add.reduce,
            lambda table: np.add(table, np.array([1.0, 2.0])),
        ],
    )
    def test_what_pandas_does_with_a_table_is_not_what_numpy_does(self, ask):
        with pytest.raises((TypeError, AttributeError)):
            ask(Frame.of_block(["a", "b"], np.asfortranarray([[1.0, math.nan], [3.0, 0.0]])))

    @pytest.mark.parametrize(
        "ask",
        [np.log1p, np.sqrt, np.isnan, np.negative, lambda table: np.power(table, 2), lambda table: np.add(1, table)],
    )
    def test_a_function_of_each_value_gives_a_table(self, ask):
        columns = {"a": np.array([1.0, math.nan, 1e300]), "b": np.array([1, 2, 40], dtype="int8")}
        found, own = ask(Frame([*columns], [*columns.values()])), ask(pd.DataFrame(columns))
        assert [*found.columns] == [*own.columns]
        for name in columns:
            assert shown(np.asarray(found[name])) == shown(own[name].to_numpy())
        assert shown(np.asarray(found)) == shown(np.asarray(own))

    @pytest.mark.parametrize(
        "values",
        [
            [1.0, None],
            [None, "a"],
            [True, 2],
            [np.float32(0.1), np.float32(0.2)],
            np.array(["a", None], dtype=object),
            np.array(["2026-01-01", "2026-01-02"], dtype="datetime64[D]"),
        ],
    )
    def test_values_that_pandas_looks_into_are_refused(self, frame, values):
        with pytest.raises((TypeError, ValueError)):
            frame["d"] = values

    @pytest.mark.parametrize(
        "values",
        [[1, 2.5], [1, 2], [True, False], ["a", "b"], np.array(["a", "bc"]), "a", 1, 2.5, np.float32(0.1), True],
    )
    def test_others_are_held_as_in_pandas(self, frame, values):
        pandas = pd.DataFrame({"a": [1.0, 2.0]})
        frame["d"] = pandas["d"] = values
        assert shown(np.asarray(frame["d"])) == shown(np.asarray(pandas["d"]))

    def test_a_column_of_objects_stays_one(self, frame):
        frame["d"] = frame["c"]
        assert frame["d"].tolist() == ["x", None]

    def test_a_block_is_no_longer_used_once_a_column_is_set(self):
        frame = Frame.of_block(["a", "b"], np.asfortranarray([[1.0, 2.0], [3.0, 4.0]]))
        frame["a"] = [5.0, 6.0]
        assert np.asarray(frame).tolist() == [[5.0, 2.0], [6.0, 4.0]]

    def test_booleans_beside_numbers_are_objects(self):
        columns = [np.array([True, False]), np.array([1.0, 2.0])]
        own = np.asarray(pd.DataFrame(dict(enumerate(columns))))
        assert stacked(columns).dtype == own.dtype == object


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
    with pytest.raises(KeyError, match="no part by array"):
        column[column.isna()]


@pytest.mark.parametrize("values", VALUES.values(), ids=VALUES)
def test_a_column_may_be_what_a_model_answers(values):
    ours, pandas = both(values)
    assert answers.to_json(ours, len(values), "predict") == answers.to_json(pandas, len(values), "predict")


def test_a_signature_keeps_what_rows_reach_the_estimator_as():
    for frame in ("light", "array", "pandas"):
        signature = Signature("frame", COLUMNS, frame=frame)
        assert Signature.from_json(signature.to_json()) == signature
    assert "frame" not in Signature("frame", COLUMNS).to_json()
    assert replace(Signature("frame", COLUMNS), frame="light").read_as[7].dtype == "object"
