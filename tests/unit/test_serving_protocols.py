"""The code that runs in AWS: what clients of MLflow, the Open Inference Protocol and OpenAPI are answered."""

import base64
import json
import math
import struct
from dataclasses import replace

import numpy as np
import openapi_spec_validator
import pandas as pd
import pytest
from jsonschema import Draft202012Validator
from serving.invocation import answer, respond
from serving.loading.model import Model, describe
from serving.loading.settings import Settings
from serving.protocols import openapi, schemas
from serving.requests.signature import Column, Signature
from serving_parts import environment
from sklearn.feature_extraction import DictVectorizer
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.naive_bayes import MultinomialNB
from sklearn.pipeline import make_pipeline

COLUMNS = (
    Column("number", "number", "float64"),
    Column("short", "number", "float32"),
    Column("whole", "integer", "int8"),
    Column("counted", "integer", "Int64", missing="NA"),
    Column("truth", "boolean", "object", missing="None"),
    Column("text", "text", "object", missing="None"),
    Column("size", "category", "category", categories=("s", "m")),
    Column("grade", "category", "category", categories=(1, 2)),
    Column("since", "datetime", "datetime64[ns]", missing="NaT", unit="ms"),
    Column("seen", "datetime", "datetime64[ns, UTC]", missing="NaT"),
)
ROWS = [
    [1.5, 0.25, 3, 2**60, True, "007", "s", 1, "2026-01-31T12:00:00", "2026-01-31T12:00:00+01:00"],
    [-2.0, 7.0, -4, None, None, None, "other", None, None, None],
    [None, None, 5, 7, False, "é", None, 2, "2026-02-01", "2026-01-31T12:00:00Z"],
]
DATATYPES = ["FP64", "FP32", "INT8", "INT64", "BOOL", "BYTES", "BYTES", "INT64", "BYTES", "BYTES"]


class Seeing:
    """Keeps the rows that it was asked, and gives one answer of each kind."""

    def predict(self, rows):
        self.rows = rows
        return [["no", "yes"][at % 2] for at in range(len(rows))]

    def predict_proba(self, rows):
        self.rows = rows
        return np.array([[0.25, 0.75]] * len(rows))

    def transform(self, rows):
        rows = rows.copy() if hasattr(rows, "copy") else rows
        return np.arange(len(rows) * 6).reshape(len(rows), 2, 3)


@pytest.fixture
def table():
    """A model of a table with columns of all types."""
    methods = ("predict", "predict_proba", "transform")
    return Model(Seeing(), "a" * 64, Signature("frame", COLUMNS, methods=methods, classes=("no", "yes")))


@pytest.fixture
def plain():
    return describe(LinearRegression().fit([[0, 0], [1, 0], [0, 1]], [0, 1, 1]), "b" * 64)


def tensor(name, datatype, values, shape=None, **more):
    return {"name": name, "shape": shape or [len(values)], "datatype": datatype, "data": values, **more}


def by_column(rows=ROWS, shape=lambda count: [count]):
    columns = zip(COLUMNS, DATATYPES, zip(*rows, strict=True), strict=True)
    return [tensor(column.name, kind, list(values), shape(len(values))) for column, kind, values in columns]


def post(model, path, body, **headers):
    """The status and the body that an HTTP request is answered with."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return http(model, "POST", path, data, {"content-type": "application/json", **headers})


def http(model, method, path, body=b"", headers=None):
    event = {
        "version": "2.0",
        "rawPath": path,
        "headers": headers or {},
        "requestContext": {"http": {"method": method}},
        "body": base64.b64encode(body).decode(),
        "isBase64Encoded": True,
    }
    reply = answer(environment(Settings("a"), model), event, None)
    assert reply["headers"]["content-type"] == "application/json"
    return reply["statusCode"], json.loads(reply["body"])


def infer(model, body, **headers):
    return post(model, "/v2/models/local/infer", body, **headers)


def as_binary(inputs):
    """The same inputs in the binary extension, and its headers."""
    parts, listed = [], []
    dtypes = {"FP64": "<f8", "FP32": "<f4", "INT8": "i1", "INT64": "<i8", "BOOL": "?"}
    for given in inputs:
        if given["datatype"] == "BYTES":
            encoded = [value.encode() for value in given["data"]]
            part = b"".join(struct.pack("<I", len(value)) + value for value in encoded)
        else:
            part = np.array(given["data"], dtypes[given["datatype"]]).tobytes()
        parts.append(part)
        kept = {name: value for name, value in given.items() if name != "data"}
        listed.append(kept | {"parameters": {"binary_data_size": len(part)}})
    head = json.dumps({"inputs": listed, "parameters": {"binary_data_output": True}}).encode()
    return head + b"".join(parts), {"inference-header-content-length": str(len(head))}


class TestMlflow:
    @pytest.mark.parametrize("path", ["/", "/invocations"])
    def test_all_forms_and_params(self, plain, path):
        for asked in (
            {"instances": [[1, 2]]},
            {"inputs": [[1, 2]]},
            {"dataframe_split": {"data": [[1, 2]]}},
            {"dataframe_records": [{"0": 1, "1": 2}], "params": {"method": "predict"}},
            {"csv": "0,1\n1,2\n"},
        ):
            status, body = post(plain, path, asked)
            assert (status, body["predictions"]) == (200, pytest.approx([3]))

    def test_errors_are_worded_as_mlflows_and_as_ours(self, plain):
        status, body = post(plain, "/invocations", {"instances": [[1]]})
        assert (status, body["error_code"]) == (400, "BAD_REQUEST")
        assert body["message"] == body["error"] == "row 0 of instances has 1 values. Expected for each row: 2 values"

    def test_a_fault_of_the_model_is_500(self, capsys):
        class Broken:
            def predict(self, rows):
                return None

        status, body = post(describe(Broken(), ""), "/invocations", {"instances": ["a"]})
        assert (status, body["error_code"]) == (500, "INTERNAL_ERROR")
        assert json.loads(capsys.readouterr().out)["ModelFaults"] == 1

    def test_who_asks_for_its_health_and_version_is_answered(self, plain, monkeypatch):
        monkeypatch.setenv("AWS_LAMBDA_FUNCTION_NAME", "churn")
        assert http(plain, "GET", "/ping") == http(plain, "GET", "/health") == (200, {"status": "ok"})
        assert http(plain, "GET", "/version") == (200, {"model_name": "churn", "model_sha256": "b" * 64})


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
                "the classification of outputs is not done here",
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


class TestOutputs:
    def test_each_method_that_is_asked_for_is_one(self, table):
        outputs = [{"name": name} for name in ("predict_proba", "transform", "predict", "predict")]
        status, body = infer(table, {"inputs": by_column(ROWS[:2]), "outputs": outputs})
        assert status == 200
        assert body["outputs"] == [
            {"name": "predict_proba", "datatype": "FP64", "shape": [2, 2], "data": [0.25, 0.75, 0.25, 0.75]},
            {"name": "transform", "datatype": "INT64", "shape": [2, 2, 3], "data": list(range(12))},
            {"name": "predict", "datatype": "BYTES", "shape": [2], "data": ["no", "yes"]},
        ]

    def test_the_classes_are_one_in_the_order_of_the_probabilities(self, table, plain):
        outputs = [{"name": "classes"}, {"name": "predict_proba"}]
        status, body = infer(table, {"inputs": by_column(ROWS[:1]), "outputs": outputs})
        assert status == 200
        assert body["outputs"] == [
            {"name": "classes", "datatype": "BYTES", "shape": [2], "data": ["no", "yes"]},
            {"name": "predict_proba", "datatype": "FP64", "shape": [1, 2], "data": [0.25, 0.75]},
        ]
        status, body = infer(
            plain, {"inputs": [tensor("x", "FP64", [1.0, 2.0], [1, 2])], "outputs": [{"name": "classes"}]}
        )
        assert (status, "there is no output" in body["error"]) == (400, True)

    def test_the_classes_alone_are_given_for_rows_of_the_model_only(self, table):
        outputs = [{"name": "classes"}]
        rows = by_column(ROWS[:1])
        status, body = infer(table, {"inputs": rows, "outputs": outputs})
        assert (status, [each["data"] for each in body["outputs"]]) == (200, [["no", "yes"]])
        status, body = infer(table, {"inputs": rows[1:], "outputs": outputs})
        assert (status, "lacks" in body["error"]) == (400, True)

    @pytest.mark.parametrize("classes", [(True, None), (1, "a"), (None, 2**60 + 1)])
    def test_classes_that_no_tensor_holds_are_no_output(self, table, classes):
        model = replace(table, signature=replace(table.signature, classes=classes))
        status, said = http(model, "GET", "/v2/models/local")
        assert (status, [each["name"] for each in said["outputs"]]) == (200, list(model.signature.methods))

    def test_a_method_that_changes_its_rows_changes_no_other_answer(self):
        class Changing:
            n_features_in_ = 1

            def predict(self, rows):
                rows += 1
                return rows[:, 0]

            def transform(self, rows):
                return rows

        outputs = [{"name": "predict"}, {"name": "transform"}]
        asked = {"inputs": [tensor("x", "FP64", [1.0], [1, 1])], "outputs": outputs}
        assert [each["data"] for each in infer(describe(Changing(), ""), asked)[1]["outputs"]] == [[2.0], [1.0]]

    @pytest.mark.parametrize(
        ("given", "datatype", "data"),
        [
            ([True, False], "BOOL", [True, False]),
            ([1, 2**63], "UINT64", [1, 2**63]),
            ([1, -(2**63)], "INT64", [1, -(2**63)]),
            ([1, None], "FP64", [1.0, None]),
            ([2**60, 0.5], "FP64", [2.0**60, 0.5]),
            ([2**63, None], "FP64", [2.0**63, None]),
            ([1, 0.5], "FP64", [1.0, 0.5]),
            ([math.nan, math.inf], "FP64", [None, None]),
            (["a", None], "BYTES", ["a", None]),
        ],
    )
    def test_datatypes(self, given, datatype, data):
        class Giving:
            n_features_in_ = 1

            def predict(self, rows):
                return given

        status, body = infer(describe(Giving(), ""), {"inputs": [tensor("x", "FP64", [1, 2], [2, 1])]})
        assert status == 200
        assert (body["outputs"][0]["datatype"], body["outputs"][0]["data"]) == (datatype, data)

    @pytest.mark.parametrize(
        "given",
        [
            *([1, "a"], [True, None], [True, 1], [{"a": 1}, {}], [[1], [1, 2]], [[1], 2]),
            *([2**60 + 1, None], [2**53 + 1, 0.5], [-1, 2**63], [2**64, 1], [10**400, None]),  # would be other integers
        ],
    )
    def test_what_no_tensor_has_is_500_in_words(self, given):
        class Giving:
            n_features_in_ = 1

            def predict(self, rows):
                return given

        status, body = infer(describe(Giving(), ""), {"inputs": [tensor("x", "FP64", [1, 2], [2, 1])]})
        assert (status, "which no tensor has; POST /invocations" in body["error"]) == (500, True)

    def test_too_many_are_413(self):
        class Wordy:
            n_features_in_ = 1

            def predict(self, rows):
                return ["x" * 1000] * len(rows)

            def transform(self, rows):
                return ["x" * 1000] * len(rows)

        asked = {"inputs": [tensor("x", "FP64", [1] * 4000, [4000, 1])]}
        assert infer(describe(Wordy(), ""), asked)[0] == 200
        asked["outputs"] = [{"name": "predict"}, {"name": "transform"}]
        assert infer(describe(Wordy(), ""), asked)[0] == 413
        assert respond(describe(Wordy(), ""), asked)["statusCode"] == 413


class TestModels:
    def test_the_server_and_its_health(self, plain):
        assert http(plain, "GET", "/v2") == (200, {"name": "local", "version": "b" * 12, "extensions": []})
        assert http(plain, "GET", "/v2/health/live") == (200, {"live": True})
        assert http(plain, "GET", "/v2/health/ready") == (200, {"ready": True})
        assert http(plain, "GET", "/v2/models/local/ready") == (200, {"name": "local", "ready": True})

    def test_a_models_tensors(self, table, plain):
        _, said = http(table, "GET", f"/v2/models/local/versions/{'a' * 12}")
        assert [(each["name"], each["datatype"], each["shape"]) for each in said["inputs"]] == [
            (column.name, kind, [-1, 1]) for column, kind in zip(COLUMNS, DATATYPES, strict=True)
        ]
        assert said["outputs"] == [
            {"name": "predict", "datatype": "BYTES", "shape": [-1]},
            {"name": "predict_proba", "datatype": "FP64", "shape": [-1, 2]},
            {"name": "transform", "datatype": "FP64", "shape": [-1, -1]},
            {"name": "classes", "datatype": "BYTES", "shape": [2]},
        ]
        _, said = http(plain, "GET", "/v2/models/local")
        assert said["inputs"] == [{"name": "instances", "datatype": "FP64", "shape": [-1, 2]}]
        assert (said["name"], said["versions"], said["platform"]) == ("local", ["b" * 12], "sklearn")

    @pytest.mark.parametrize("path", ["other", "other/ready", "local/versions/1", "local/versions/1/ready", "a%2Fb"])
    def test_others_are_404(self, plain, path):
        status, body = http(plain, "GET", f"/v2/models/{path}")
        assert (status, list(body)) == (404, ["error"])
        assert "there is no" in body["error"]
        infer_path = f"/v2/models/{path.removesuffix('/ready')}/infer"
        assert post(plain, infer_path, {"inputs": [tensor("x", "FP64", [1, 2], [1, 2])]})[0] == 404

    def test_a_name_may_be_quoted(self, plain, monkeypatch):
        monkeypatch.setenv("AWS_LAMBDA_FUNCTION_NAME", "my model")
        assert http(plain, "GET", "/v2/models/my%20model/ready")[0] == 200


def models():
    """Models of all kinds of rows."""
    numbers = pd.DataFrame({"age": [1.0, 2, 3, 4], "size": [1, 2, 3, 4]})
    seeing = ("predict", "predict_proba")
    return {
        "table": Model(Seeing(), "a" * 64, Signature("frame", COLUMNS, methods=seeing)),
        "numbers": describe(LogisticRegression().fit(numbers, [0, 0, 1, 1]), "a" * 64),
        "array": describe(LinearRegression().fit([[0, 0], [1, 0], [0, 1]], [0, 1, 1]), "a" * 64),
        "wide": describe(LinearRegression().fit(np.eye(300), np.arange(300)), "a" * 64),
        "texts": describe(make_pipeline(CountVectorizer(), MultinomialNB()).fit(["a text", "no"], [1, 0]), "a" * 64),
        "objects": describe(make_pipeline(DictVectorizer(), LinearRegression()).fit([{"a": 1}], [1]), "a" * 64),
        "unknown": describe(Seeing(), "a" * 64),
        "own names": Model(Seeing(), "a" * 64, Signature("frame", None)),
    }


class TestOpenApi:
    @pytest.mark.parametrize("name", models())
    def test_it_is_valid_and_its_examples_are_answered(self, name):
        model = models()[name]
        status, document = http(model, "GET", "/openapi.json")
        assert status == 200
        openapi_spec_validator.validate(document)
        assert document["openapi"].startswith("3.1")
        for path, operation in document["paths"].items():
            if "post" not in operation:
                continue
            content = operation["post"]["requestBody"]["content"]["application/json"]
            asked = content["example"]
            if name not in ("unknown", "objects", "own names") or "/infer" not in path:
                schema = {**content["schema"], "components": document["components"]}
                Draft202012Validator(schema).validate(asked)
                filled = path.replace("{name}", "local").replace("{version}", "a" * 12)
                status, body = post(model, filled, asked)
                assert status == 200, body

    @pytest.mark.parametrize("name", ["table", "numbers", "array", "wide", "texts"])
    def test_what_is_against_the_schema_is_refused(self, name):
        model = models()[name]
        schema = schemas.requests(model.signature) | {"components": {"schemas": schemas.components(model.signature)}}
        checker = Draft202012Validator(schema)
        asked = schemas.example(model.signature)
        (form,) = asked
        wrong = [
            {},
            {form: {}},
            {form: [None]},
            {form: [7]},
            {form: [[]]},
            {**asked, "more": 1},
            {**asked, "method": "x"},
        ]
        if form == "dataframe_records":
            row = asked[form][0]
            wrong += [{form: [{key: row[key] for key in row if key != name}]} for name in row]
            wrong += [{form: [{**row, name: []}]} for name in row]
        for each in wrong:
            assert not checker.is_valid(each)
            assert respond(model, each).get("statusCode") == 400, each

    def test_its_paths_are_below_the_stage(self, plain):
        event = {
            "version": "2.0",
            "rawPath": "/live/churn/openapi.json",
            "requestContext": {"http": {"method": "GET"}, "stage": "live"},
        }
        reply = answer(environment(Settings("a"), plain), event, None)
        assert json.loads(reply["body"])["servers"] == [{"url": "/live/churn"}]

    def test_it_tells_of_all_paths_that_are_answered(self, plain):
        from serving.http.routes import ROUTES

        told = {
            path: {method.upper() for method in found} for path, found in openapi.describe(plain, "a")["paths"].items()
        }
        assert told == {path: set(methods) for path, methods in ROUTES.items()}
