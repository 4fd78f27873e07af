"""The code that runs in AWS: the OpenAPI document is valid, and says what is answered."""

import json

import numpy as np
import openapi_spec_validator
import pandas as pd
import pytest
from jsonschema import Draft202012Validator
from protocol_clients import COLUMNS, Seeing, http, post
from serving.invocation import answer, respond
from serving.loading.model import Model, describe
from serving.loading.settings import Settings
from serving.protocols import openapi, schemas
from serving.requests.signature import Signature
from serving_parts import environment
from sklearn.feature_extraction import DictVectorizer
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.naive_bayes import MultinomialNB
from sklearn.pipeline import make_pipeline


@pytest.fixture
def plain():
    return describe(LinearRegression().fit([[0, 0], [1, 0], [0, 1]], [0, 1, 1]), "b" * 64)


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
