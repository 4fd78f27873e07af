"""The code that runs in AWS: tensors of the Open Inference Protocol become the rows that the model was fitted with."""

import json
import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from protocol_clients import COLUMNS, ROWS, Seeing, as_binary, by_column, infer, tensor
from serving.invocation import answer, respond
from serving.loading.model import Model, describe
from serving.loading.settings import Settings
from serving.requests.signature import Signature
from serving_parts import environment
from sklearn.feature_extraction import DictVectorizer
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LinearRegression
from sklearn.naive_bayes import MultinomialNB
from sklearn.pipeline import make_pipeline


@pytest.fixture
def table():
    """A model of a table with columns of all types."""
    methods = ("predict", "predict_proba", "transform")
    return Model(Seeing(), "a" * 64, Signature("frame", COLUMNS, methods=methods, classes=("no", "yes")))


@pytest.fixture
def plain():
    return describe(LinearRegression().fit([[0, 0], [1, 0], [0, 1]], [0, 1, 1]), "b" * 64)


class TestTensors:
    def own(self, model, rows):
        names = [column.name for column in COLUMNS]
        assert respond(model, {"dataframe_split": {"columns": names, "data": rows}})["predictions"]
        return model.estimator.rows

    @pytest.mark.parametrize("shape", [lambda count: [count], lambda count: [count, 1]], ids=["n", "n,1"])
    def test_named_by_column_they_are_the_same_frame_as_rows(self, table, shape):
        own = self.own(table, ROWS)
        status, body = infer(table, {"inputs": by_column(shape=shape)[::-1]})
        assert status == 200
        assert body["outputs"] == [{"name": "predict", "datatype": "BYTES", "shape": [3], "data": ["no", "yes", "no"]}]
        pd.testing.assert_frame_equal(table.estimator.rows, own)

    def test_data_may_be_nested(self, table):
        own = self.own(table, ROWS)
        inputs = by_column(shape=lambda count: [count, 1])
        nested = [given | {"data": [[value] for value in given["data"]]} for given in inputs]
        assert infer(table, {"inputs": nested})[0] == 200
        pd.testing.assert_frame_equal(table.estimator.rows, own)

    def test_binary_ones_are_the_same_frame(self, table):
        rows = [ROWS[0], [*ROWS[0][:7], 2, *ROWS[0][8:]]]
        own = self.own(table, rows)
        body, headers = as_binary(by_column(rows))
        assert infer(table, body, **headers)[0] == 200
        pd.testing.assert_frame_equal(table.estimator.rows, own)

    @pytest.mark.parametrize("kind", ["INT8", "INT16", "INT32", "INT64", "UINT8", "UINT16", "UINT32", "UINT64"])
    @pytest.mark.parametrize("data", [[1, 2, 3, 4], [[1, 2], [3, 4]], [1.0, 2, 3, 4.0]])
    def test_one_tensor_of_all_columns(self, plain, kind, data):
        status, body = infer(plain, {"inputs": [tensor("rows", kind, data, [2, 2])], "id": "7"})
        assert (status, body["id"], body["model_name"], body["model_version"]) == (200, "7", "local", "b" * 12)
        assert body["outputs"][0] | {"data": None} == {
            "name": "predict",
            "datatype": "FP64",
            "shape": [2],
            "data": None,
        }
        assert body["outputs"][0]["data"] == pytest.approx([3, 7])

    @pytest.mark.parametrize(("kind", "dtype"), [("FP16", "<f2"), ("FP32", "<f4"), ("FP64", "<f8"), ("UINT64", "<u8")])
    def test_one_binary_tensor_of_all_columns(self, plain, kind, dtype):
        data = np.array([[1, 2], [3, 4]], dtype).tobytes()
        given = {"name": "x", "shape": [2, 2], "datatype": kind, "parameters": {"binary_data_size": len(data)}}
        head = json.dumps({"inputs": [given]}).encode()
        headers = {"inference-header-content-length": str(len(head)), "content-type": "application/octet-stream"}
        assert infer(plain, head + data, **headers)[1]["outputs"][0]["data"] == pytest.approx([3, 7])

    def test_one_of_a_model_with_names_is_in_their_order(self, table):
        values = [value for row in ROWS for value in row]
        numbers = replace(table, signature=replace(table.signature, columns=COLUMNS[:2]))
        assert infer(numbers, {"inputs": [tensor("number", "FP64", [1, 2, 3, 4], [2, 2])]})[0] == 200
        assert numbers.estimator.rows.to_numpy().tolist() == [[1, 2], [3, 4]]
        status, body = infer(table, {"inputs": [tensor("x", "FP64", [1.0] * len(values), [3, 10])]})
        assert (status, "expected a text" in body["error"]) == (400, True)

    def test_positions_name_the_columns_of_an_array(self, plain):
        inputs = [tensor("1", "FP64", [2]), tensor("0", "FP64", [1])]
        assert infer(plain, {"inputs": inputs})[1]["outputs"][0]["data"] == pytest.approx([3])

    def test_texts_of_a_vectorizer_and_objects_of_another(self):
        texts = describe(make_pipeline(CountVectorizer(), MultinomialNB()).fit(["good", "bad"], ["yes", "no"]), "")
        for shape in ([2], [2, 1]):
            status, body = infer(texts, {"inputs": [tensor("x", "BYTES", ["bad", "good"], shape)]})
            assert (status, body["outputs"][0]["data"]) == (200, ["no", "yes"])
        assert infer(texts, {"inputs": [tensor("x", "BYTES", ["bad", "good"], [1, 2])]})[0] == 400
        model = make_pipeline(DictVectorizer(), LinearRegression()).fit([{"a": 1, "b": 0}, {"a": 0, "b": 1}], [1, 0])
        inputs = [tensor("a", "FP64", [1]), tensor("b", "FP64", [0])]
        assert infer(describe(model, ""), {"inputs": inputs})[1]["outputs"][0]["data"] == pytest.approx([1])

    def test_numbers_are_taken_as_they_are_written(self, plain):
        """A row that says 5.1 is answered alike in each form, whatever the datatype could hold."""
        own = respond(plain, {"instances": [[5.1, 0.1]]})["predictions"]
        for kind in ("FP32", "FP64"):
            inputs = [tensor("x", kind, [5.1, 0.1], [1, 2])]
            assert infer(plain, {"inputs": inputs})[1]["outputs"][0]["data"] == own

    def test_no_rows_have_no_answers_but_a_shape(self, table):
        signature = replace(table.signature, outputs={"predict_proba": {"type": "number", "shape": [-1, 2]}})
        asked = {"inputs": by_column(ROWS[:1])}
        asked["inputs"] = [given | {"shape": [0], "data": []} for given in asked["inputs"]]
        asked["outputs"] = [{"name": "predict_proba"}, {"name": "predict"}]
        status, body = infer(replace(table, signature=signature), asked)
        assert status == 200
        assert [(each["datatype"], each["shape"]) for each in body["outputs"]] == [("FP64", [0, 2]), ("FP64", [0])]

    def test_a_direct_invocation_takes_the_same_body(self, table):
        served = environment(Settings("a"), table)
        asked = {"inputs": by_column(), "outputs": [{"name": "predict"}], "id": "1"}
        assert answer(served, asked, None) == infer(table, asked)[1]
        refused = answer(served, asked | {"outputs": [{"name": "no"}]}, None)
        assert refused["statusCode"] == 400
        assert "there is no output 'no'; this model has: predict, predict_proba" in refused["error"]

    def test_hints_change_nothing(self, plain):
        inputs = [tensor("x", "FP64", [1, 2], [1, 2], parameters={"content_type": "np"})]
        asked = {"inputs": inputs, "parameters": {"content_type": "np"}, "model_name": "x", "outputs": []}
        assert infer(plain, asked)[1]["outputs"][0]["data"] == pytest.approx([3])

    @pytest.mark.parametrize(
        ("asked", "said"),
        [
            ([], 'expected a JSON object with "inputs"'),
            ({"inputs": []}, 'expected a JSON object with "inputs"'),
            ({"inputs": [7]}, "input 0 is a number"),
            ({"inputs": [{"name": 7}]}, "input 0 is an object with 'name'"),
            ({"inputs": [tensor("x", "FP8", [1, 2])]}, "input 'x' has the datatype 'FP8'; expected one of: BOOL, INT8"),
            ({"inputs": [tensor("x", None, [1, 2])]}, "the datatype null"),
            ({"inputs": [tensor("x", [], [1, 2])]}, "the datatype a list"),
            ({"inputs": [tensor("x", "FP64", [1, 2], "2")]}, "has no shape; expected a list of whole numbers"),
            ({"inputs": [tensor("x", "FP64", [1, 2], [-1, 2])]}, "has no shape"),
            ({"inputs": [tensor("x", "FP64", [1, 2], [True, 2])]}, "has no shape"),
            ({"inputs": [tensor("x", "FP64", [1, 2], [10**4000, 10**4000])]}, "has no shape"),
            ({"inputs": [tensor("x", "FP64", [1, 2], [10**9, 10**9])]}, "its shape [1000000000, 1000000000] wants"),
            ({"inputs": [tensor("x", "FP64", [], [10**9, 0])]}, "has 1000000000 rows of no columns"),
            ({"inputs": [tensor("x", "FP64", [1, 2], [1, 1, 2])]}, "has the shape [1, 1, 2]; expected [rows]"),
            ({"inputs": [tensor("x", "FP64", [1, 2, 3], [1, 2])]}, "has 3 values; its shape [1, 2] wants 2"),
            ({"inputs": [tensor("x", "FP64", [[1, 2], [3]], [2, 2])]}, "row 1 of input 'x' has 1 values; its shape"),
            ({"inputs": [tensor("x", "FP64", [[1, 2], 3], [2, 2])]}, "row 1 of input 'x' has a number; its shape"),
            ({"inputs": [tensor("x", "FP64", [[1, 2]], [2, 2])]}, "has 2 values; its shape [2, 2] wants 4"),
            ({"inputs": [tensor("x", "FP64", {}, [1, 2])]}, "has as data an object with nothing"),
            ({"inputs": [{"name": "x", "shape": [1, 2], "datatype": "FP64"}]}, "has as data null"),
            ({"inputs": [tensor("x", "FP64", [1, "2"], [1, 2])]}, "value 1 of input 'x' is no FP64: '2'"),
            ({"inputs": [tensor("x", "FP64", [1, True], [1, 2])]}, "value 1 of input 'x' is no FP64: true"),
            ({"inputs": [tensor("x", "FP32", [1, 1e39], [1, 2])]}, "value 1 of input 'x' is no FP32: 1e+39"),
            ({"inputs": [tensor("x", "FP64", [1, 10**400], [1, 2])]}, "is no FP64: a number of very many digits"),
            ({"inputs": [tensor("x", "FP64", [1, 2**60 + 1], [1, 2])]}, "expected a number of at most 53 bits"),
            ({"inputs": [tensor("x", "INT8", [1, 128], [1, 2])]}, "value 1 of input 'x' is no INT8: 128"),
            ({"inputs": [tensor("x", "UINT64", [1, -1], [1, 2])]}, "is no UINT64: -1"),
            ({"inputs": [tensor("x", "INT64", [1, 1.5], [1, 2])]}, "is no INT64: 1.5"),
            ({"inputs": [tensor("x", "INT64", [1, math.inf], [1, 2])]}, "is no INT64: inf"),
            ({"inputs": [tensor("x", "BOOL", [True, 1], [1, 2])]}, "is no BOOL: 1"),
            ({"inputs": [tensor("x", "BYTES", ["1", 2], [1, 2])]}, "is no BYTES: 2"),
            ({"inputs": [tensor("x", "BYTES", ["1", "2"], [1, 2])]}, "row 0 of inputs, column 0: expected a number"),
            ({"inputs": [tensor("x", "FP64", [1, 2, 3], [1, 3])]}, "row 0 of inputs has 3 values. Expected for each"),
            ({"inputs": [tensor("x", "FP64", [1, 2])]}, "fitted without feature names"),
            ({"inputs": [tensor("x", "FP64", [], [2, 0])]}, "has 2 rows of no columns"),
            ({"inputs": [tensor("0", "FP64", [1])] * 2}, "two inputs are named '0'"),
            ({"inputs": [tensor("0", "FP64", [1]), tensor("1", "FP64", [1, 2])]}, "has 2 rows, and '0' has 1"),
            (
                {"inputs": [tensor("0", "FP64", [1]), tensor("x", "FP64", [1, 2], [1, 2])]},
                "expected one input of shape",
            ),
            ({"inputs": [tensor("0", "FP64", [1])]}, "fitted without feature names"),
            ({"inputs": [tensor("x", "FP64", [1, 2], [1, 2])], "output": []}, "got 'output'. Is \"outputs\" meant?"),
            ({"inputs": [tensor("x", "FP64", [1, 2], [1, 2])], "id": 7}, "expected as id a text"),
            ({"inputs": [tensor("x", "FP64", [1, 2], [1, 2])], "outputs": [7]}, "there is no output a number"),
            ({"inputs": [tensor("x", "FP64", [1, 2], [1, 2])], "outputs": {}}, "there is no output an object"),
            ({"inputs": [tensor("x", "FP64", [1, 2], [1, 2])], "parameters": 7}, "has as parameters a number"),
            ({"inputs": [tensor("x", "FP64", [1, 2], [1, 2], parameters=[1])]}, "has as parameters a list"),
            (
                {"inputs": [tensor("x", "BYTES", ["MQ=="], parameters={"content_type": "base64"})]},
                "the content type base64, which is not read here",
            ),
            (
                {
                    "inputs": [tensor("x", "FP64", [1, 2], [1, 2])],
                    "outputs": [{"name": "predict", "parameters": {"classification": 2}}],
                },
                "outputs cannot be classified here",
            ),
            (
                {"inputs": [tensor("x", "FP64", [1, 2], [1, 2], parameters={"binary_data_size": 16})]},
                "has 16 as binary_data_size; 0 bytes are left",
            ),
        ],
    )
    def test_what_is_wrong_is_400_in_words(self, plain, asked, said):
        status, body = infer(plain, asked)
        assert (status, list(body)) == (400, ["error"])
        assert said in body["error"]

    @pytest.mark.parametrize(
        ("kind", "shape", "size", "data", "length", "said"),
        [
            ("FP64", [1, 2], 16, b"\0" * 16, "x", "expected as inference-header-content-length a number"),
            ("FP64", [1, 2], 16, b"\0" * 16, "-1", "expected as inference-header-content-length a number"),
            ("FP64", [1, 2], 16, b"\0" * 16, "9" * 9, "expected as inference-header-content-length a number"),
            ("FP64", [1, 2], 16, b"\0" * 16, "²", "expected as inference-header-content-length a number"),
            ("FP64", [1, 2], 16, b"\0" * 16, "0", "expected a body of JSON"),
            ("FP64", [1, 2], 15, b"\0" * 15, None, "has 15 bytes; 2 values of FP64 have 16"),
            ("FP64", [1, 2], 16, b"\0" * 17, None, "1 bytes follow the tensors"),
            ("FP64", [1, 2], 16, b"\0" * 8, None, "has 16 as binary_data_size; 8 bytes are left"),
            ("FP64", [1, 2], -1, b"", None, "has -1 as binary_data_size"),
            ("FP64", [1, 2], True, b"\0", None, "has true as binary_data_size"),
            ("FP64", [10**9, 10**9], 16, b"\0" * 16, None, "has 16 bytes; 1000000000000000000 values"),
            ("BYTES", [1, 1], 3, b"\1\0\0", None, "has a text that is cut short"),
            ("BYTES", [1, 1], 5, b"\2\0\0\0a", None, "has a text that is cut short"),
            ("BYTES", [1, 1], 5, b"\1\0\0\0\xff", None, "text 0 of input 'x' is not UTF-8"),
            ("BYTES", [1, 2], 5, b"\1\0\0\0a", None, "has 1 values; its shape [1, 2] wants 2"),
        ],
    )
    def test_binary_ones_that_are_none(self, plain, kind, shape, size, data, length, said):
        given = {"name": "x", "shape": shape, "datatype": kind, "parameters": {"binary_data_size": size}}
        head = json.dumps({"inputs": [given]}).encode()
        status, body = infer(plain, head + data, **{"inference-header-content-length": length or str(len(head))})
        assert (status, said in body["error"]) == (400, True), body
