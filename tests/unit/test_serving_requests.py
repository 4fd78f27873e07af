"""The code that runs in AWS: what it answers to requests."""

import json
import math
import sys

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from serving.invocation import respond
from serving.loading.model import describe
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
            [{"a": "x", "b": True}, {"a": float("nan"), "b": False}],
        ],
    )
    def test_records_of_a_model_that_says_no_types_become_numbers_and_objects(self, rows):
        class Seeing:
            feature_names_in_ = ("a", "b")

            def predict(self, table):
                own = pd.DataFrame({name: pd.Series([row[name] for row in rows], dtype=object) for name in "ab"})
                numbers = [name for name in "ab" if not {str, bool} & {type(row[name]) for row in rows}]
                truths = [name for name in "ab" if {type(row[name]) for row in rows} == {bool}]
                own = own.astype(dict.fromkeys(numbers, float) | dict.fromkeys(truths, bool))
                pd.testing.assert_frame_equal(table, own)
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

    @pytest.mark.parametrize(
        ("given", "said"),
        [
            (pd.DataFrame({"when": pd.to_datetime(["2026-11-23"])}), [["2026-11-23T00:00:00"]]),
            (pd.Series(pd.to_datetime(["2026-11-23 01:02:03.5"])), ["2026-11-23T01:02:03.500000"]),
            (pd.Series(pd.to_datetime(["2026-11-23"]).tz_localize("Europe/Berlin")), ["2026-11-23T00:00:00+01:00"]),
            (np.array(["2026-11-23T01:02:03.5"], dtype="datetime64[ns]"), ["2026-11-23T01:02:03.5"]),
            (np.array(["2026-11-23"], dtype="datetime64[D]"), ["2026-11-23T00:00:00"]),
            (np.array(["NaT"], dtype="datetime64[s]"), [None]),
            ([pd.NaT], [None]),
            (pd.array([None], dtype="Int64"), [None]),
            (np.array([np.nan], dtype=np.float16), [None]),
            (np.array([np.nan], dtype=np.longdouble), [None]),
            ([(1, np.float32("nan"))], [[1, None]]),
            ([{"a": np.int8(1), 2: (np.inf,)}], [{"a": 1, "2": [None]}]),
        ],
    )
    def test_times_missing_values_tuples_and_dicts_are_what_json_has(self, given, said):
        class Odd:
            def predict(self, rows):
                return given

        answer = respond(describe(Odd(), ""), {"instances": [[1]]})
        assert answer == {"predictions": said}

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
            ("instances", "got a text"),
            ({}, "got an object with nothing"),
            ({"data": [[1, 2]]}, "got an object with 'data'"),
            ({"instances": [[1, 2]], "dataframe_records": []}, "got an object with 'instances', 'dataframe_records'"),
            ({"instances": {"a": 1}}, "instances is an object with 'a'"),
            ({"instances": [[1, 2], 3]}, "row 1 of instances is a number, not a list. Expected for each row: 2 values"),
            ({"instances": [[1, 2, 3]]}, "row 0 of instances has 3 values. Expected for each row: 2 values"),
            ({"instances": [[1, "x"]]}, "row 0 of instances, column 1: expected a number; got 'x'"),
            ({"instances": [[1, None]]}, "the model does not take these values: Input X contains NaN"),
            ({"instances": [[10**400, 1]]}, "row 0 of instances, column 0: expected a number of at most 53 bits"),
            ({"instances": [[1, 2], [[3], 4]]}, "row 1 of instances, column 0: expected a number; got a list"),
            (
                {"dataframe_records": [[1, 2]]},
                "fitted without feature names: send instances",
            ),
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
            "row 1 of dataframe_records lacks size (is 'Size' meant for it?); not known here: 'Size'. null stands for "
            "a missing value. Expected for each row: size, kind"
        )

    @pytest.mark.parametrize("rows", [[1, 2], [None], [["good", "bad"]], [{"text": "good", "more": "bad"}], [[1]]])
    def test_a_model_of_texts_takes_texts(self, rows):
        model = make_pipeline(CountVectorizer(), MultinomialNB()).fit(["good fine", "bad awful"], ["yes", "no"])
        answer = respond(describe(model, ""), {"instances": rows})
        assert answer["statusCode"] == 400
        assert 'Expected as instances a list of texts, such as {"instances": ["a text"]}' in answer["error"]
        answer = respond(describe(model, ""), {"dataframe_records": [{"text": "good"}]})
        assert answer == {"predictions": ["yes"]}

    @pytest.mark.parametrize("error", [RuntimeError, AssertionError, KeyError, type("PatsyError", (Exception,), {})])
    def test_whatever_a_model_raises_on_rows_is_400_with_its_words(self, error):
        class Raising:
            def predict(self, rows):
                raise error("not these")

        answer = respond(describe(Raising(), ""), {"instances": [[1]]})
        assert answer["statusCode"] == 400
        assert f"{error.__name__}: " in answer["error"]
        assert "not these" in answer["error"]


class TestFaultsOfTheModel:
    @pytest.mark.parametrize(
        ("given", "said"),
        [
            ([1], "the model's predict gave 1 predictions for 2 rows"),
            (None, "the model's predict gave nothing (None); expected a list or an array"),
            (3.5, "the model's predict gave one float; expected"),
            (np.float64(3), "the model's predict gave one float64; expected"),
            ("ab", "the model's predict gave one str; expected"),
            (np.array(3), "the model's predict gave one ndarray; expected"),
        ],
    )
    def test_an_answer_that_is_none_is_500(self, given, said):
        class Odd:
            def predict(self, rows):
                return given

        answer = respond(describe(Odd(), ""), {"instances": ["a", "b"]})
        assert answer["statusCode"] == 500
        assert answer["error"].startswith(said)

    def test_a_package_that_the_layer_lacks_is_500(self):
        class Lacking:
            def predict(self, rows):
                import nowhere_to_be_found  # noqa: F401

        answer = respond(describe(Lacking(), ""), {"instances": [[1]]})
        assert answer["statusCode"] == 500
        assert (
            "No module named 'nowhere_to_be_found'. Build the layer with nowhere_to_be_found in it" in answer["error"]
        )

    def test_a_table_in_a_layer_without_pandas_is_500_and_says_what_to_do(self, named, monkeypatch):
        monkeypatch.setitem(sys.modules, "pandas", None)  # as if it were not installed
        answer = respond(named, {"dataframe_records": [{"size": 1, "kind": "a"}]})
        assert answer["statusCode"] == 500
        assert "the rows cannot be converted for the model" in answer["error"]
        assert "pandas in it: invoke build-layer, without the option --without" in answer["error"]

    def test_an_answer_over_the_limit_says_how_much_lambda_takes(self):
        class Wordy:
            def predict(self, rows):
                return ["x" * 1000] * len(rows)

        answer = respond(describe(Wordy(), ""), {"instances": ["a"] * 7000})
        assert answer["statusCode"] == 413
        assert "Lambda takes 6,291,556" in answer["error"]


class TestMessages:
    def test_what_they_repeat_of_a_request_is_cut(self, plain, named):
        for event in (
            {"instances": [["x" * 10_000, 1]]},
            {"x" * 10_000: 1},
            {"dataframe_records": [{"x" * 10_000: 1}]},
            {"instances": [[1, 2]], "method": "x" * 10_000},
        ):
            for model in (plain, named):
                assert len(respond(model, event)["error"]) < 1000

    def test_a_lone_surrogate_is_answered_in_what_utf_8_has(self, plain, named):
        for event in (
            {"dataframe_records": [{"\ud800": 1}]},
            {"instances": [["\ud800", 1]]},
            {"\ud800": 1},
            {"instances": [[1, 2]], "method": "\ud800"},
        ):
            for model in (plain, named):
                json.dumps(respond(model, event), ensure_ascii=False).encode()

    def test_a_prediction_with_a_lone_surrogate_is_sent_without_it(self):
        class Odd:
            def predict(self, rows):
                return ["a\ud800", {"b\udfff": "c\udfff"}]

        answer = respond(describe(Odd(), ""), {"instances": ["a", "b"]})
        assert json.dumps(answer, ensure_ascii=False).encode().decode() == '{"predictions": ["a?", {"b?": "c?"}]}'
