"""The code that runs in AWS: values of requests that may be read as others."""

import numpy as np
import pandas as pd
import pytest
from serving.http import bodies
from serving.invocation import respond
from serving.loading.model import Model
from serving.requests import forms
from serving.requests.signature import Column, Signature


class Seeing:
    def predict(self, rows):
        self.rows = rows
        return [0] * len(rows)


def of(*columns) -> Model:
    return Model(Seeing(), "a" * 64, Signature("frame", columns))


class TestCategories:
    @pytest.mark.parametrize(
        ("categories", "dtype", "value"),
        [
            ((1, 2), "int64", 1.5),
            ((1, 2), "int64", 2**70),
            ((1, 2), "int64", float("inf")),
            ((1, 2), "int8", 300),
            ((False, True), "bool", 5),
            ((False, True), "bool", 0.5),
            ((1.5, 2.0**60), "float64", 2**60 + 1),
            ((1.5, 2.5), "float64", 10**400),
        ],
    )
    def test_one_that_their_dtype_has_not_is_refused_and_others_are_not(self, categories, dtype, value):
        column = Column("c", "category", "category", categories=categories, categories_dtype=dtype)
        said = respond(of(column), {"instances": [[categories[0]], [None], [value]]})
        assert said["statusCode"] == 400
        assert said["error"].startswith(f"row 2 of instances, column c: expected a value of {dtype}, as its categories")
        assert respond(of(column), {"instances": [[categories[0]], [None]]}) == {"predictions": [0, 0]}

    def test_one_that_the_model_was_not_fitted_with_stays_what_it_is(self):
        model = of(Column("c", "category", "category", categories=(1, 2), categories_dtype="int64"))
        respond(model, {"instances": [[3], [2], [3.0], [-7]]})
        assert model.estimator.rows["c"].tolist() == [3, 2, 3, -7]


class TestDurations:
    @pytest.fixture
    def model(self):
        return of(Column("d", "timedelta", "timedelta64[ns]", missing="NaT", unit="ms"))

    @pytest.mark.parametrize("value", ["5", "-5", " 1000 ", "1.5", "1e3"])
    def test_a_text_without_a_unit_is_refused(self, model, value):
        said = respond(model, {"instances": [[value]]})["error"]
        assert said.startswith("row 0 of instances, column d: expected a duration such as P1DT2H, or a number of ms")

    @pytest.mark.parametrize("value", ["5", "1.5", "1e3", "P1DT2H", "1 days 02:00:00", ""])
    def test_a_cell_is_what_it_is_in_json(self, model, value):
        assert respond(model, {"csv": f"d,e\n{value},1\n"}) == {"predictions": [0]}
        of_cell = model.estimator.rows
        plain = {"": None, "5": 5, "1.5": 1.5, "1e3": 1000}.get(value, value)
        assert respond(model, {"dataframe_records": [{"d": plain}]}) == {"predictions": [0]}
        pd.testing.assert_frame_equal(of_cell, model.estimator.rows)


class TestTensors:
    @pytest.mark.parametrize(("shape", "rows"), [([2], [1.5, 2.5]), ([2, 1], [[1.5], [2.5]]), ([1, 2], [[1.5, 2.5]])])
    def test_one_of_a_model_that_says_nothing_keeps_its_shape(self, shape, rows):
        model = Model(Seeing(), "a" * 64, Signature("unknown"))
        respond(model, {"inputs": [{"name": "x", "shape": shape, "datatype": "FP64", "data": [1.5, 2.5]}]})
        assert np.array(model.estimator.rows).tolist() == rows


class TestCsv:
    @pytest.mark.parametrize("character", ["\x0b", "\x0c", "\x1c", "\x1e", "\x85", "\u2028", "\u2029"])
    def test_a_line_ends_where_rfc_4180_says(self, character):
        model = Model(Seeing(), "a" * 64, Signature("texts"))
        text = f"one{character}more"
        assert respond(model, {"csv": f"text\r\n{text}\r\nother\r\n"}) == {"predictions": [0, 0]}
        assert model.estimator.rows == [text, "other"]

    @pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
    def test_each_end_of_a_line_is_one(self, end):
        assert forms.of_csv(f'a,b{end}1,"x{end}y"{end}', header=False).rows == [["a", "b"], ["1", f"x{end}y"]]

    @pytest.mark.parametrize("names", [("a", "b"), (0, 1)])
    def test_a_file_of_one_line_is_no_line_of_names_if_it_has_values(self, names):
        columns = tuple(Column(name, "number", "float64") for name in names)
        model = Model(Seeing(), "a" * 64, Signature("frame" if names[0] == "a" else "array", columns, dtype="float64"))
        assert "not known here: '1.5', '2.5'" in respond(model, {"csv": "1.5,2.5\n"})["error"]
        assert respond(model, {"csv": f"{names[0]},{names[1]}\n"}) == {"predictions": []}

    def test_a_first_row_of_whole_numbers_is_no_other_order_of_positions(self):
        columns = tuple(Column(at, "number", "float64") for at in range(2))
        model = Model(Seeing(), "a" * 64, Signature("array", columns, dtype="float64"))
        said = respond(model, {"csv": "1,0\n0,1\n"})["error"]
        assert "csv names the columns by their positions in another order, or its first line holds values" in said
        assert respond(model, {"csv": "0,1\n5,6\n"}) == {"predictions": [0]}
        assert model.estimator.rows.tolist() == [[5, 6]]

    def test_a_byte_order_mark_is_no_part_of_the_first_value(self):
        text = bodies.decoded('"Oslo",1\n'.encode("utf-8-sig"))
        assert forms.of_csv(text, header=False).rows == [["Oslo", "1"]]
        assert forms.of_csv(text).names() == ["Oslo", "1"]


def test_an_integer_that_no_number_holds_is_refused_in_an_array_of_numbers_with_objects():
    columns = (Column(0, "number", "float64"), Column(1, "number", "object"))
    model = Model(Seeing(), "a" * 64, Signature("array", columns, dtype="float64"))
    assert respond(model, {"instances": [[1, 2]]}) == {"predictions": [0]}
    said = respond(model, {"instances": [[1, 2], [1, 10**400]]})
    assert said["error"].startswith("row 1 of instances, column 1: expected a number")
