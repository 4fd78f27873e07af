"""The code that runs in AWS: what clients of MLflow's scoring server are answered."""

import json

import pytest
from protocol_clients import http, post
from serving.loading.model import describe
from sklearn.linear_model import LinearRegression


@pytest.fixture
def plain():
    return describe(LinearRegression().fit([[0, 0], [1, 0], [0, 1]], [0, 1, 1]), "b" * 64)


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
