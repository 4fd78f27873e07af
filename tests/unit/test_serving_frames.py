"""The code that runs in AWS: tables without pandas hold what those of pandas hold, and refuse what would differ."""

import math
import sys
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from serving.invocation import respond
from serving.loading.model import Model
from serving.requests import forms, reader, without_pandas
from serving.requests.frames import Frame, stacked
from serving.requests.signature import Column, Signature
from serving.requests.wording import BadRequest
from table_parts import outcome, shown

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
IN_PANDAS = [each for each in COLUMNS if each.dtype != "str" or int(pd.__version__.partition(".")[0]) >= 3]
TABLES = st.lists(st.sampled_from(IN_PANDAS), min_size=1, max_size=4, unique_by=lambda column: column.name).flatmap(
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
    numbers = [column.categories is not None and not isinstance(column.categories[0], str) for column in columns]
    if not any(row[at] is None or row[at] != row[at] for row in rows for at in range(len(columns)) if numbers[at]):
        # of a missing category pandas makes the smallest integer, or True, beside such columns: packaging sees it
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
        assert without_pandas.why_not(Signature("frame", (column,))) is None

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
        assert words in without_pandas.why_not(Signature("frame", (column,)))

    def test_columns_of_one_name(self):
        assert (
            without_pandas.why_not(Signature("frame", (COLUMNS[0], COLUMNS[0])))
            == "two of its columns have the same name"
        )

    def test_only_numbers_come_as_an_array(self):
        assert without_pandas.is_numbers(Signature("frame", COLUMNS[:5]))
        for column in COLUMNS[5:]:
            assert not without_pandas.is_numbers(Signature("frame", (COLUMNS[0], column)))


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
            [2**63, 1],
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


def test_a_signature_keeps_what_rows_reach_the_estimator_as():
    for frame in ("light", "array", "pandas"):
        signature = Signature("frame", COLUMNS, frame=frame)
        assert Signature.from_json(signature.to_json()) == signature
    assert "frame" not in Signature("frame", COLUMNS).to_json()
    assert replace(Signature("frame", COLUMNS), frame="light").read_as[7].dtype == "object"


class OfManyYears:
    """A model whose code does with some rows what only pandas can."""

    def predict(self, rows):
        self.asked = [*getattr(self, "asked", ()), type(rows).__name__]
        if (rows["number"].to_numpy() > 100).any():
            return rows["number"].clip(upper=100).round(1).to_numpy()
        return rows["number"].to_numpy()


class TestRowsThatNeedPandas:
    @pytest.fixture
    def model(self):
        return Model(OfManyYears(), "a" * 64, Signature("frame", COLUMNS[:1], frame="light"))

    def test_are_answered_with_it(self, model):
        assert respond(model, {"instances": [[1], [2]]}) == {"predictions": [1.0, 2.0]}
        assert respond(model, {"instances": [[1], [200]]}) == {"predictions": [1.0, 100.0]}
        assert model.estimator.asked == ["Frame", "Frame", "DataFrame"]

    def test_are_refused_where_the_layer_has_none(self, model, monkeypatch):
        monkeypatch.setitem(sys.modules, "pandas", None)
        said = respond(model, {"instances": [[200]]})
        assert said["statusCode"] == 400
        assert "a column without pandas has no 'clip'" in said["error"]

    def test_are_refused_where_packaging_tries_without_it(self, model):
        assert respond(replace(model, again=False), {"instances": [[200]]})["statusCode"] == 400

    def test_are_refused_in_the_words_of_a_model_that_refuses_them_with_it_too(self, model):
        model.estimator.predict = lambda rows: 1 / 0 if len(rows) > 1 else rows.sort_values("number").nothing
        assert "division by zero" in respond(model, {"instances": [[1], [2]]})["error"]
        assert "'DataFrame' object has no attribute 'nothing'" in respond(model, {"instances": [[1]]})["error"]
