"""The code that runs in AWS: how the values of columns are read, and how a signature is written down."""

import csv
import io
import json

import numpy as np
import pandas as pd
import pytest
from deep_encoders import kinds, table, target
from serving.invocation import respond
from serving.loading.model import describe
from serving.requests import signature as signatures
from serving.requests.inspection import inspect
from serving.requests.signature import Column, Signature
from sklearn.linear_model import LinearRegression


def seen_as(column, values, form="dataframe_records"):
    """What a model that was packaged with this column gets for these values, or the error."""

    class Seeing:
        def predict(self, rows):
            self.rows = rows
            return [0] * len(rows)

    estimator = Seeing()
    model = describe(estimator, "")
    object.__setattr__(model, "signature", Signature("frame", (column,)))
    if form == "csv":
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows([[column.name, "x"], *([value, ""] for value in values)])
        got = respond(model, {"csv": text.getvalue()})
    else:
        got = respond(model, {form: [{column.name: value} for value in values]})
    return estimator.rows[column.name] if "predictions" in got else got["error"]


class TestColumnsOfASignature:
    @pytest.mark.parametrize(
        ("column", "values", "expected"),
        [
            (Column("a", "number", "float32"), [1, 2.5, None], pd.Series([1, 2.5, None], dtype="float32")),
            (Column("a", "integer", "int64"), [1, 2.0], pd.Series([1, 2])),
            (Column("a", "integer", "int64"), [1, None, 2.5], pd.Series([1, None, 2.5])),
            (Column("a", "integer", "uint8"), [1, 255], pd.Series([1, 255], dtype="uint8")),
            (Column("a", "integer", "Int64", "NA"), [1, None], pd.Series([1, None], dtype="Int64")),
            (Column("a", "boolean", "boolean", "NA"), [True, None], pd.Series([True, None], dtype="boolean")),
            (Column("a", "boolean", "object", "None"), [True, None], pd.Series([True, None], dtype=object)),
            (Column("a", "text", "string", "NA"), ["x", None], pd.Series(["x", None], dtype="string")),
            (Column("a", "text", "object", "None"), [None, None], pd.Series([None, None], dtype=object)),
            (
                Column("a", "category", "category", categories=("b", "a"), categories_dtype="object", ordered=True),
                ["a", None],
                pd.Series(pd.Categorical(["a", None], pd.Index(["b", "a"], dtype=object), ordered=True)),
            ),
            (
                Column("a", "category", "category", categories=(3, 1)),
                [1, 3.0],
                pd.Series(pd.Categorical([1, 3], [3, 1])),
            ),
            (
                Column("a", "datetime", "datetime64[ns]", "NaT", unit="ms"),
                ["2026-11-25", "2026-11-25T14:00:00Z", 1764079200000, None],
                pd.Series(["2026-11-25", "2026-11-25 14:00", "2025-11-25 14:00", None], dtype="datetime64[ns]"),
            ),
            (
                Column("a", "datetime", "datetime64[us, Europe/Berlin]", "NaT", unit="s"),
                ["2026-11-25T14:00:00+00:00", 1764079200],
                pd.to_datetime(pd.Series(["2026-11-25 14:00", "2025-11-25 14:00"]), utc=True)
                .dt.tz_convert("Europe/Berlin")
                .astype("datetime64[us, Europe/Berlin]"),
            ),
        ],
    )
    def test_values_of_json_become_what_the_model_was_fitted_with(self, column, values, expected):
        pd.testing.assert_series_equal(seen_as(column, values), expected.rename("a"))

    @pytest.mark.parametrize(
        ("column", "texts", "expected"),
        [
            (Column("a", "number", "float64"), ["1", " 2 ", "-1.5e3", "NA", ""], [1, 2, -1500, np.nan, np.nan]),
            (Column("a", "integer", "int64"), ["1", "2"], [1, 2]),
            (Column("a", "boolean", "bool", None), ["True", "FALSE", "0"], [True, False, False]),
            (Column("a", "text", "object", "None"), ["007", "NA", ""], ["007", "NA", None]),
            (Column("a", "text", "object", empty_is_text=True), ["007", ""], ["007", ""]),
            (Column("a", "category", "category", categories=(1, 2)), ["2", "1"], [2, 1]),
            (Column("a", "category", "category", categories=("1", "NA")), ["NA", "1"], ["NA", "1"]),
        ],
    )
    def test_texts_of_a_csv_file_are_read_as_pandas_reads_them(self, column, texts, expected):
        found = seen_as(column, texts, "csv")
        if column.type in ("number", "integer"):
            assert np.array_equal(found.to_numpy(float), np.array(expected, float), equal_nan=True)
        else:
            assert found.tolist() == expected

    @pytest.mark.parametrize(
        ("column", "value", "said"),
        [
            (
                Column("a", "number", "float64"),
                "41",
                "row 1 of dataframe_records, column a: expected a number; got",
            ),
            (Column("a", "number", "float64"), 2**53 + 1, "a number of at most 53 bits"),
            (Column("a", "integer", "uint8"), 256, "expected a whole number from 0 to 255; got 256"),
            (Column("a", "integer", "int64", strict=True), 1.5, "expected a whole number; got 1.5"),
            (Column("a", "integer", "int64", strict=True), None, "this model has no missing values here; got null"),
            (Column("a", "boolean", "bool", None), None, "expected true or false: this model has no missing values"),
            (Column("a", "boolean", "bool", None), "yes", "expected true or false; got 'yes'"),
            (Column("a", "text", "object"), 7, "expected a text; got 7"),
            (Column("a", "text", "object", None), None, "this model has no missing values here"),
            (Column("a", "category", "category", categories=("a",)), 7, "expected a text, as its categories are"),
            (Column("a", "datetime", "datetime64[ns]", "NaT"), "11/12/2026", "expected a time in ISO 8601"),
            (Column("a", "datetime", "datetime64[ns]", "NaT"), "2026-11-25T14:00+02:00", "a time without an offset"),
            (Column("a", "datetime", "datetime64[ns, UTC]", "NaT"), "2026-11-25T14:00", "a time with its offset"),
            (Column("a", "datetime", "datetime64[ns]", "NaT"), "9999-01-01", "within the bounds of the column"),
        ],
    )
    def test_a_value_that_it_does_not_take_is_named_with_row_and_column(self, column, value, said):
        good = {"number": 1, "integer": 1, "boolean": True, "text": "a", "category": "a"}
        first = good.get(column.type, 1764079200000)
        assert said in seen_as(column, [first, value])


class TestFile:
    def test_it_is_written_and_read_alike(self, tmp_path):
        rows = table(None)
        for estimator in (kinds()["target"].fit(rows, target(rows)), LinearRegression().fit([[0], [1]], [0, 1])):
            found = inspect(estimator)
            said = {"model_sha256": "ab", "signature": found.to_json()}
            (tmp_path / signatures.FILE).write_text(json.dumps(said))
            assert Signature.from_json(signatures.read_packaged(tmp_path, "ab")["signature"]) == found
            assert signatures.read_packaged(tmp_path, "another") is None

    def test_a_wide_array_is_told_in_one_column(self):
        found = inspect(LinearRegression().fit(np.zeros((3, 500)), [1, 2, 3]))
        assert len(json.dumps(found.to_json())) < 400
        assert Signature.from_json(found.to_json()) == found
