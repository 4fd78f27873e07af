"""The code that runs in AWS: what it answers to requests."""

import json
import math

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from serving.invocation import respond
from serving.model import describe
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.naive_bayes import MultinomialNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder


@pytest.fixture(scope="module")
def named():
    """A pipeline on two named columns, one of them a category."""
    rows = pd.DataFrame({"size": [1.0, 2.0, 3.0, 4.0], "kind": ["a", "b", "a", "b"]})
    columns = ColumnTransformer([("kind", OneHotEncoder(), ["kind"])], remainder="passthrough")
    return describe(make_pipeline(columns, LinearRegression()).fit(rows, [1, 4, 3, 8]), "0" * 64)


@pytest.fixture(scope="module")
def plain():
    """A regression on two columns without names: the sum of both."""
    return describe(LinearRegression().fit([[0, 0], [1, 0], [0, 1]], [0, 1, 1]), "0" * 64)


class TestRequests:
    def test_instances_are_rows_of_values(self, plain):
        assert respond(plain, {"instances": [[1, 2], [3, 4]]})["predictions"] == pytest.approx([3, 7])

    def test_records_name_their_values_in_any_order_and_may_bring_more(self, named):
        answer = respond(named, {"dataframe_records": [{"kind": "b", "size": 2, "id": 7}, {"size": 3, "kind": "a"}]})
        own = named.estimator.predict(pd.DataFrame({"size": [2, 3], "kind": ["b", "a"]}))
        assert answer == {"predictions": own.tolist()}

    def test_instances_of_a_model_with_names_are_in_the_order_of_the_names(self, named):
        answer = respond(named, {"instances": [[2.0, "b"]]})
        assert answer == respond(named, {"dataframe_records": [{"size": 2.0, "kind": "b"}]})

    @pytest.mark.parametrize(
        "rows",
        [
            [{"a": 1.5, "b": 2.0}, {"a": 3.0, "b": 4.0}],
            [{"a": 1, "b": 2}, {"a": 3, "b": -4}],
            [{"a": 1, "b": 2.5}, {"a": 3, "b": None}],
            [{"a": 1, "b": 1 << 70}],
            [{"a": "x", "b": True}, {"a": None, "b": False}],
        ],
    )
    def test_records_become_the_table_that_pandas_makes_of_them(self, rows):
        class Seeing:
            feature_names_in_ = ("a", "b")

            def predict(self, table):
                pd.testing.assert_frame_equal(table, pd.DataFrame(rows))
                return [0] * len(table)

        assert respond(describe(Seeing(), ""), {"dataframe_records": rows}) == {"predictions": [0] * len(rows)}

    def test_null_stands_for_a_missing_value(self, named):
        rows = pd.DataFrame({"a": [1.0, 2.0, np.nan, 4.0] * 10})
        model = describe(HistGradientBoostingRegressor().fit(rows, [1, 2, 3, 4] * 10), "")
        own = model.estimator.predict(pd.DataFrame({"a": [np.nan]})).tolist()
        assert respond(model, {"dataframe_records": [{"a": None}]}) == {"predictions": own}

    def test_texts_for_a_vectorizer(self):
        model = make_pipeline(CountVectorizer(), MultinomialNB()).fit(["good fine", "bad awful"], ["yes", "no"])
        assert respond(describe(model, ""), {"instances": ["fine", "awful"]}) == {"predictions": ["yes", "no"]}

    def test_strings_beside_numbers_stay_what_they_are(self):
        rows = np.array([[1, "a"], [2, "b"]], dtype=object)
        model = make_pipeline(OneHotEncoder(handle_unknown="ignore"), LogisticRegression()).fit(rows, [0, 1])
        assert respond(describe(model, ""), {"instances": [[1, "a"], [2, "b"]]}) == {"predictions": [0, 1]}

    def test_no_rows_no_predictions(self, plain, named):
        assert respond(plain, {"instances": []}) == {"predictions": []}
        assert respond(named, {"dataframe_records": []}) == {"predictions": []}

    def test_labels_integers_and_several_outputs_are_json(self):
        labels = describe(LogisticRegression().fit([[0], [1]], ["no", "yes"]), "")
        assert respond(labels, {"instances": [[0], [1]]}) == {"predictions": ["no", "yes"]}
        several = describe(LinearRegression().fit([[0], [1]], [[0, 1], [1, 0]]), "")
        answer = json.loads(json.dumps(respond(several, {"instances": [[1]]})))
        assert np.allclose(answer["predictions"], [[1, 0]])

    @pytest.mark.parametrize(
        "given",
        [
            pd.DataFrame({"p": [1, 0]}),
            sparse.csr_matrix([[1], [0]]),
            np.array([[1], [0]], dtype=object),
            [[np.int64(1)], [np.int64(0)]],
        ],
    )
    def test_predictions_of_every_kind_are_rows_of_plain_numbers(self, given):
        class Odd:
            def predict(self, rows):
                return given

        answer = respond(describe(Odd(), ""), {"instances": [[1], [2]]})
        assert json.dumps(answer) == '{"predictions": [[1], [0]]}'

    def test_times_are_texts(self):
        class Odd:
            def predict(self, rows):
                return pd.DataFrame({"when": pd.to_datetime(["2026-11-23"])})

        assert "2026-11-23" in json.dumps(respond(describe(Odd(), ""), {"instances": [[1]]}))

    def test_numbers_that_json_has_not_become_null(self):
        class Odd:
            def predict(self, rows):
                return np.array([1.5, math.nan, math.inf])

        answer = respond(describe(Odd(), ""), {"instances": [[1], [2], [3]]})
        assert answer == {"predictions": [1.5, None, None]}


class TestBadRequests:
    @pytest.mark.parametrize(
        ("event", "said"),
        [
            (None, "got null"),
            ([1, 2], "got a list"),
            ("instances", "got a string"),
            ({}, "got an object with nothing"),
            ({"data": [[1, 2]]}, "got an object with 'data'"),
            ({"instances": [[1, 2]], "dataframe_records": []}, "got an object with 'instances', 'dataframe_records'"),
            ({"instances": {"a": 1}}, "instances is an object with 'a'"),
            ({"instances": [[1, 2], 3]}, "row 1 of instances is a number, not a list. Expected for each row: 2 values"),
            ({"instances": [[1, 2, 3]]}, "row 0 of instances has 3 values. Expected for each row: 2 values"),
            ({"instances": [[1, "x"]]}, "could not convert string to float: 'x'. Expected for each row: 2 values"),
            ({"instances": [[1, None]]}, "the model does not take these values: Input X contains NaN"),
            ({"instances": [[10**400, 1]]}, "the model does not take these values: "),
            ({"instances": [[1, 2], [[3], 4]]}, "the model does not take these values: "),
            ({"dataframe_records": [[1, 2]]}, "fitted without feature names: send instances. Expected for each row: 2"),
        ],
    )
    def test_each_names_what_was_expected(self, plain, event, said):
        answer = respond(plain, event)
        assert answer["statusCode"] == 400
        assert said in answer["error"]
        assert respond(plain, {"instances": [[1, 2]]})["predictions"] == pytest.approx([3])

    def test_a_missing_feature_is_named_with_its_row_beside_what_might_be_its_misspelling(self, named):
        rows = [{"size": 1, "kind": "a"}, {"Size": 1, "kind": "a"}]
        assert respond(named, {"dataframe_records": rows})["error"] == (
            "row 1 of dataframe_records lacks size (unknown: Size); null stands for a missing value. "
            "Expected for each row: size, kind"
        )

    @pytest.mark.parametrize("rows", [[1, 2], [None], [["good"]], [{"text": "good"}]])
    def test_a_model_of_texts_takes_texts(self, rows):
        model = make_pipeline(CountVectorizer(), MultinomialNB()).fit(["good fine", "bad awful"], ["yes", "no"])
        answer = respond(describe(model, ""), {"instances": rows})
        assert answer["statusCode"] == 400
        assert "Expected as instances: what the model was fitted with, such as texts" in answer["error"]
        answer = respond(describe(model, ""), {"dataframe_records": [{"text": "good"}]})
        assert "send instances" in answer["error"]

    def test_fewer_predictions_than_rows_are_no_answer(self):
        class Odd:
            def predict(self, rows):
                return [1]

        answer = respond(describe(Odd(), ""), {"instances": ["a", "b"]})
        assert answer["error"].startswith("the model gave 1 predictions for 2 rows. Expected ")

    def test_a_failure_that_is_not_the_callers_is_not_hidden(self):
        class Broken:
            def predict(self, rows):
                raise RuntimeError("ours")

        with pytest.raises(RuntimeError):
            respond(describe(Broken(), ""), {"instances": [[1]]})
