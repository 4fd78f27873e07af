"""The code that runs in AWS: what a fitted estimator says of its columns, and how requests are read by it."""

import json

import numpy as np
import pandas as pd
import pytest
from deep_encoders import CODES, assert_own_answers, encoded, kinds, served, table, target
from serving.invocation import answer, respond
from serving.loading.model import describe
from serving.requests.inspection import inspect
from serving.requests.signature import Column, Signature
from serving.requests.wording import BadRequest
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.calibration import CalibratedClassifierCV
from sklearn.cluster import KMeans
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import (
    HistGradientBoostingRegressor,
    RandomForestClassifier,
)
from sklearn.feature_extraction import DictVectorizer
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge
from sklearn.pipeline import FeatureUnion, make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler


class TestTexts:
    @pytest.mark.parametrize("kind", kinds())
    @pytest.mark.parametrize("missing", [None, np.nan], ids=["None", "NaN"])
    def test_wherever_the_encoder_is_they_stay_texts_and_null_is_what_it_was(self, kind, missing):
        rows = table(missing)
        estimator = kinds()[kind]
        if kind == "imputer before" and missing is None:
            estimator.steps[0][1].transformers[0][1].steps[0][1].missing_values = None
        outputs = np.stack([target(rows), -target(rows)], axis=1) if kind == "several outputs" else target(rows)
        model = describe(estimator.fit(rows, outputs), "")
        assert {column.type for column in model.signature.columns[:2]} == {"text"}
        assert_own_answers(model, rows.iloc[:12])

    def test_a_calibrated_classifier_has_its_encoders_too(self):
        rows = table(None)
        estimator = CalibratedClassifierCV(encoded(LogisticRegression()), cv=2).fit(rows, np.arange(len(rows)) % 2)
        assert_own_answers(describe(estimator, ""), rows.iloc[:8])

    def test_one_record_without_its_text_is_answered_as_in_company(self):
        rows = table(None)
        model = describe(kinds()["ordinal"].fit(rows, target(rows)), "")
        alone = respond(model, {"dataframe_records": [{"code": "007", "town": None, "size": 1.0, "rank": 2}]})
        other = {"code": "12", "town": "a", "size": 1.0, "rank": 2}
        both = respond(model, {"dataframe_records": [{"code": "007", "town": None, "size": 1.0, "rank": 2}, other]})
        assert alone["predictions"] == both["predictions"][:1]

    @pytest.mark.parametrize("missing", [None, np.nan])
    def test_behind_an_imputer_the_encoder_says_which_texts_there_are(self, missing):
        imputer = SimpleImputer(missing_values=missing, strategy="most_frequent")
        inner = ColumnTransformer([("town", make_pipeline(imputer, OneHotEncoder()), ["town"])])
        rows = table(missing)
        column = {
            column.name: column for column in inspect(make_pipeline(inner, Ridge()).fit(rows, target(rows))).columns
        }
        assert column["town"].categories == ("a", "b", "c")
        assert (column["town"].type, column["town"].missing) == ("text", "NaN" if missing else "None")

    def test_what_one_part_leaves_out_another_may_know(self):
        codes = ColumnTransformer([("code", OrdinalEncoder(), ["code"])])
        towns = ColumnTransformer([("town", OneHotEncoder(), ["town"]), ("size", StandardScaler(), ["size"])])
        rows = table("d")
        union = make_pipeline(FeatureUnion([("codes", codes), ("towns", towns)]), Ridge()).fit(rows, target(rows))
        told = {column.name: (column.type, column.categories) for column in inspect(union).columns}
        assert told["town"] == ("text", ("a", "b", "c", "d"))
        assert told["code"] == ("text", tuple(sorted(CODES)))
        assert told["size"] == ("number", None)
        assert told["rank"] == ("any", None)

    def test_an_array_of_objects_has_the_missing_value_that_its_imputer_knows(self):
        rows = np.array([[1, "x"], [np.nan, "y"], [3, np.nan], [4, "y"]], dtype=object)
        columns = ColumnTransformer(
            [
                ("n", SimpleImputer(), [0]),
                ("t", make_pipeline(SimpleImputer(strategy="most_frequent"), OneHotEncoder()), [1]),
            ]
        )
        model = describe(make_pipeline(columns, Ridge()).fit(rows, [1, 2, 3, 4]), "")
        own = model.estimator.predict(rows).tolist()
        assert respond(model, {"instances": [[1, "x"], [None, "y"], [3, None], [4, "y"]]}) == {"predictions": own}

    def test_empty_texts_of_a_vectorizer_are_texts(self):
        rows = pd.DataFrame({"note": pd.Series(["good fine", "", "bad", "7"], dtype=object), "size": [1.0, 2, 3, 4]})
        columns = ColumnTransformer([("t", CountVectorizer(token_pattern=r"\w+"), "note")], remainder="passthrough")
        assert_own_answers(describe(make_pipeline(columns, Ridge()).fit(rows, [1, 2, 3, 4]), ""), rows)


class TestOtherTypes:
    def test_booleans(self):
        rows = pd.DataFrame({"new": [True, False, True, False] * 3, "size": np.arange(12.0)})
        columns = ColumnTransformer([("b", OneHotEncoder(), ["new"])], remainder="passthrough")
        assert_own_answers(describe(make_pipeline(columns, Ridge()).fit(rows, target(rows)), ""), rows)

    def test_booleans_that_numpy_holds_as_objects(self):
        rows = pd.DataFrame({"new": pd.Series([np.True_, np.False_, None] * 4, dtype=object)})
        model = make_pipeline(OrdinalEncoder(), Ridge()).fit(rows, np.arange(12))
        (column,) = inspect(model).columns
        assert (column.type, column.missing) == ("boolean", "None")

    def test_booleans_with_missing_values(self):
        rows = pd.DataFrame({"new": pd.Series([True, False, None] * 4, dtype=object), "size": np.arange(12.0)})
        columns = ColumnTransformer([("b", OneHotEncoder(), ["new"])], remainder="passthrough")
        assert_own_answers(describe(make_pipeline(columns, Ridge()).fit(rows, target(rows)), ""), rows)

    def test_categories_of_gradient_boosting(self):
        rows = pd.DataFrame(
            {"town": pd.Categorical(["b", "a", None] * 20, categories=["b", "a"]), "size": np.arange(60.0)}
        )
        model = describe(HistGradientBoostingRegressor(categorical_features="from_dtype").fit(rows, target(rows)), "")
        assert model.signature.columns[0].categories == ("a", "b")
        assert_own_answers(model, rows.iloc[:12])

    def test_numbers_of_32_bits(self):
        rows = np.random.default_rng(0).random((20, 3), dtype=np.float32)
        model = describe(KMeans(2, n_init=1, random_state=0).fit(rows), "")
        assert model.signature.dtype == "float32"
        own = model.estimator.predict(rows).tolist()
        assert respond(model, {"instances": rows.tolist()}) == {"predictions": own}

    def test_an_own_class_without_names_gets_a_table_of_the_records_own(self):
        class Ages(BaseEstimator, TransformerMixin):
            def fit(self, rows, answers=None):
                return self

            def transform(self, rows):
                return rows[["age"]].to_numpy() * 2.0

        rows = pd.DataFrame({"age": [1, 2, 3], "other": ["x", "y", "z"]})
        model = describe(make_pipeline(Ages(), LinearRegression()).fit(rows, [1, 2, 3]), "")
        own = model.estimator.predict(rows).tolist()
        assert respond(model, {"dataframe_records": rows.to_dict(orient="records")}) == {"predictions": own}
        refused = respond(model, {"csv": rows.to_csv(index=False)})
        assert "nothing says which columns of this model hold numbers" in refused["error"]

    def test_dicts_for_a_vectorizer_of_dicts(self):
        rows = [{"town": "a", "size": 1.0}, {"town": "b", "size": 2.0}, {"size": 3.0}]
        model = describe(make_pipeline(DictVectorizer(), Ridge()).fit(rows, [1, 2, 3]), "")
        assert respond(model, {"instances": rows}) == {"predictions": model.estimator.predict(rows).tolist()}

    def test_positions_name_the_columns_of_an_array(self):
        model = describe(LinearRegression().fit([[0, 0], [1, 0], [0, 1]], [0, 1, 3]), "")
        own = model.estimator.predict([[2, 5]]).tolist()
        for event in (
            {"dataframe_records": [{"1": 5, "0": 2}]},
            {"dataframe_split": {"columns": [1, 0], "data": [[5, 2]]}},
            {"csv": "0,1\n2,5\n"},
        ):
            assert respond(model, event) == {"predictions": own}

    def test_names_with_blanks_are_taken_as_lightgbm_writes_them_and_as_they_are(self):
        rows = pd.DataFrame({"annual_income": [1.0, 2.0, 3.0]})
        model = describe(LinearRegression().fit(rows, [1, 2, 4]), "")
        own = model.estimator.predict(rows[:1]).tolist()
        for name in ("annual_income", "annual income"):
            assert respond(model, {"dataframe_records": [{name: 1.0}]}) == {"predictions": own}


class TestRequests:
    @pytest.fixture
    def model(self):
        rows = table("d")
        return describe(encoded(LogisticRegression()).fit(rows, np.arange(len(rows)) % 2), "")

    def test_a_method_is_named_beside_the_rows_or_in_params(self, model):
        row = {"code": "007", "town": "a", "size": 1, "rank": 2}
        own = model.estimator.predict_proba(pd.DataFrame([row])).tolist()
        for named in ({"method": "predict_proba"}, {"params": {"method": "predict_proba"}}):
            assert respond(model, {"dataframe_records": [row], **named}) == {"predictions": own}

    @pytest.mark.parametrize(
        ("event", "said"),
        [
            ({"method": "predict_probs"}, "it has: predict, predict_proba, predict_log_proba, decision_function"),
            ({"method": "predict_probs"}, 'Is "predict_proba" meant?'),
            ({"method": 7}, "no method 7"),
            ({"params": {"methods": "predict"}}, 'params may have "method"; got \'methods\'. Is "method" meant?'),
            ({"params": []}, "expected as params an object"),
            ({"method": "predict", "params": {"method": "predict_proba"}}, "name different methods"),
            ({"metod": "predict_proba"}, 'Is "method" meant?'),
            ({"anything": 1}, "got beside it 'anything'"),
        ],
    )
    def test_what_else_is_beside_the_rows_is_refused(self, model, event, said):
        got = respond(model, {"dataframe_records": [{"code": "7", "town": "a", "size": 1, "rank": 2}], **event})
        assert got["statusCode"] == 400
        assert said in got["error"]

    @pytest.mark.parametrize(
        ("event", "said"),
        [
            ({"dataframe_split": {"columns": ["a", "a"], "data": []}}, "the column 'a' more than once"),
            ({"dataframe_split": {"columns": ["a"], "data": [[1, 2]]}}, "row 0 of dataframe_split has 2 values"),
            ({"dataframe_split": [1]}, 'expected {"columns"'),
            ({"inputs": {"a": 1}}, "not the list of a column's values"),
            ({"inputs": {"a": [1], "b": []}}, "columns of 0 to 1 values"),
            ({"csv": "a,b\n1\n"}, "line 2 of csv has 1 values; there are 2 columns"),
            ({"csv": ""}, "csv is empty"),
            ({"csv": 'a\n"1'}, "csv is not a CSV file"),
            ({"instances": [{"code": "7"}, 3]}, "row 1 of instances is a number, not an object"),
        ],
    )
    def test_a_form_that_is_not_kept_to_is_refused(self, model, event, said):
        got = respond(model, event)
        assert got["statusCode"] == 400
        assert said in got["error"]

    def test_a_batch_that_is_not_read_raises(self, model):
        with pytest.raises(BadRequest, match="row 0 of Items lacks code"):
            answer(served(model), {"Items": [{"size": "1"}]}, None)

    def test_a_batch_may_name_a_method(self):
        model = describe(LogisticRegression().fit([[0.0], [1.0]], [0, 1]), "")
        said = answer(served(model), {"Items": [["0.5"], ["2"]], "method": "predict_proba"}, None)
        assert said == {"predictions": model.estimator.predict_proba([[0.5], [2.0]]).tolist()}
        with pytest.raises(BadRequest, match="this model has no method"):
            answer(served(model), {"Items": [["0.5"]], "method": "transform"}, None)

    def test_an_empty_text_of_a_typed_item_is_one(self):
        rows = pd.DataFrame({"note": pd.Series(["a", "", None, "b"], dtype=object), "size": [1.0, 2.0, 3.0, 4.0]})
        columns = ColumnTransformer([("t", OneHotEncoder(), ["note"])], remainder="passthrough")
        model = describe(make_pipeline(columns, Ridge()).fit(rows, [1, 5, 2, 9]), "")
        object.__setattr__(
            model,
            "signature",
            Signature("frame", (Column("note", "text", "object", "None"), Column("size", "number", "float64"))),
        )
        own = model.estimator.predict(rows).tolist()
        assert_own_answers(model, rows, ("dataframe_records", "instances", "typed Items"))
        lists = [
            [None if pd.isna(value) else value for value in row] for row in rows.itertuples(index=False, name=None)
        ]
        assert answer(served(model), {"Items": lists}, None) == {"predictions": own}

    def test_probabilities_of_several_outputs_are_by_row(self):
        rows = np.arange(12.0).reshape(6, 2)
        classes = np.array([["a", "x"], ["b", "y"], ["a", "z"], ["b", "x"], ["a", "y"], ["b", "z"]])
        model = describe(RandomForestClassifier(3, random_state=0).fit(rows, classes), "")
        first, second = model.estimator.predict_proba(rows)
        got = respond(model, {"instances": rows.tolist(), "method": "predict_proba"})["predictions"]
        assert got == [[one.tolist(), other.tolist()] for one, other in zip(first, second, strict=True)]

    def test_a_csv_body_is_read_by_its_content_type(self, root, model):
        event = json.loads((root / "tests" / "fixtures" / "events" / "function_url.json").read_text())
        event |= {"body": "code,town,size,rank\n007,a,1,2\n", "headers": {"content-type": "text/csv; charset=utf-8"}}
        own = model.estimator.predict(pd.DataFrame({"code": ["007"], "town": ["a"], "size": [1], "rank": [2]}))
        assert json.loads(answer(served(model), event, None)["body"]) == {"predictions": own.tolist()}
        event |= {"body": "007,a,1,2\n", "headers": {"content-type": "text/csv; header=absent"}}
        assert json.loads(answer(served(model), event, None)["body"]) == {"predictions": own.tolist()}
