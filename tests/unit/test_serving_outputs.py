"""The code that runs in AWS: what the Open Inference Protocol answers, and what it says about models."""

import math
from dataclasses import replace

import pytest
from protocol_clients import COLUMNS, DATATYPES, ROWS, Seeing, by_column, http, infer, post, tensor
from serving.invocation import respond
from serving.loading.model import Model, describe
from serving.requests.signature import Signature
from sklearn.linear_model import LinearRegression


@pytest.fixture
def table():
    """A model of a table with columns of all types."""
    methods = ("predict", "predict_proba", "transform")
    return Model(Seeing(), "a" * 64, Signature("frame", COLUMNS, methods=methods, classes=("no", "yes")))


@pytest.fixture
def plain():
    return describe(LinearRegression().fit([[0, 0], [1, 0], [0, 1]], [0, 1, 1]), "b" * 64)


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
        assert (status, "which no tensor can hold; POST /invocations" in body["error"]) == (500, True)

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
