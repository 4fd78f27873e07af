"""The code that runs in AWS: what a fitted estimator says of its columns, and how requests are read by it."""

import csv
import io
import json

import numpy as np
import pandas as pd
import pytest
from serving.invocation import answer, respond
from serving.loading.model import describe
from serving.loading.settings import Settings
from serving.requests import signature as signatures
from serving.requests.inspection import inspect
from serving.requests.signature import Column, Signature
from serving.requests.words import BadRequest
from serving_parts import environment
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.calibration import CalibratedClassifierCV
from sklearn.cluster import KMeans
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor, make_column_selector
from sklearn.ensemble import (
    BaggingRegressor,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
    StackingRegressor,
    VotingRegressor,
)
from sklearn.feature_extraction import DictVectorizer
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge
from sklearn.model_selection import GridSearchCV
from sklearn.multioutput import MultiOutputRegressor
from sklearn.pipeline import FeatureUnion, make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler, TargetEncoder

CODES = ["007", "01067", "80331", "12"]


def table(missing=None, count=24):
    """Texts that look like numbers, texts with missing values, and numbers."""
    rng = np.random.default_rng(0)
    town = pd.Series(["a", "b", missing, "c"] * (count // 4), dtype=object)
    code = pd.Series((CODES * count)[:count], dtype=object)
    return pd.DataFrame({"code": code, "town": town, "size": rng.random(count), "rank": np.arange(count)})


def target(rows):
    return np.arange(len(rows)) % 7 + 0.5


def encoded(last=None, **options):
    """An encoder of the texts, and what is put behind it."""
    encoder = OneHotEncoder(handle_unknown="ignore")
    return make_pipeline(
        ColumnTransformer([("texts", encoder, ["code", "town"])], **options), Ridge(alpha=0.1) if last is None else last
    )


def kinds():
    """Estimators that hold an encoder of texts in some way."""
    return {
        "grid search": GridSearchCV(encoded(remainder="passthrough"), {"ridge__alpha": [0.1, 1]}, cv=2),
        "voting": VotingRegressor([("a", encoded()), ("b", encoded(RandomForestRegressor(3)))]),
        "stacking": StackingRegressor([("a", encoded()), ("b", encoded(RandomForestRegressor(3)))], cv=2),
        "transformed target": TransformedTargetRegressor(encoded(), func=np.log, inverse_func=np.exp),
        "union": make_pipeline(
            FeatureUnion(
                [
                    ("texts", ColumnTransformer([("t", OneHotEncoder(), ["code", "town"])])),
                    ("numbers", ColumnTransformer([("n", StandardScaler(), ["size", "rank"])])),
                ]
            ),
            Ridge(),
        ),
        "remainder": make_pipeline(
            ColumnTransformer([("n", StandardScaler(), ["size", "rank"])], remainder=OneHotEncoder()), Ridge()
        ),
        "positions": make_pipeline(ColumnTransformer([("t", OneHotEncoder(), [0, 1])]), Ridge()),
        "mask": make_pipeline(ColumnTransformer([("t", OneHotEncoder(), [True, True, False, False])]), Ridge()),
        "slice": make_pipeline(ColumnTransformer([("t", OneHotEncoder(), slice("code", "town"))]), Ridge()),
        "selector": make_pipeline(
            ColumnTransformer([("t", OneHotEncoder(), make_column_selector(dtype_include=object))]), Ridge()
        ),
        "first step": make_pipeline(OneHotEncoder(handle_unknown="ignore"), Ridge()),
        "imputer before": make_pipeline(
            ColumnTransformer(
                [("t", make_pipeline(SimpleImputer(strategy="most_frequent"), OneHotEncoder()), ["code", "town"])]
            ),
            Ridge(),
        ),
        "several outputs": MultiOutputRegressor(encoded()),
        "bagging": BaggingRegressor(make_pipeline(OneHotEncoder(handle_unknown="ignore"), Ridge()), 3, random_state=0),
        "ordinal": make_pipeline(
            ColumnTransformer([("t", OrdinalEncoder(), ["code", "town"])], remainder="passthrough"),
            RandomForestRegressor(5, random_state=0),
        ),
        "target": make_pipeline(
            ColumnTransformer([("t", TargetEncoder(cv=2), ["code", "town"])], remainder="passthrough"), Ridge()
        ),
    }


def in_all_forms(rows):
    """The same rows in each form of request: missing values are null, or empty in a CSV file."""
    cells = [
        [None if pd.isna(value) else getattr(value, "item", lambda v=value: v)() for value in row]
        for row in rows.itertuples(index=False, name=None)
    ]
    names = [str(name) for name in rows.columns]
    records = [dict(zip(names, row, strict=True)) for row in cells]
    text = rows.to_csv(index=False)
    lines = list(csv.reader(io.StringIO(text)))[1:]
    return {
        "dataframe_records": {"dataframe_records": records},
        "dataframe_split": {"dataframe_split": {"columns": names, "data": cells, "index": list(range(len(rows)))}},
        "instances": {"instances": cells},
        "instances of objects": {"instances": [dict(reversed(row.items())) | {"extra": []} for row in records]},
        "inputs": {"inputs": {name: [row[at] for row in cells] for at, name in enumerate(names)}},
        "csv": {"csv": text},
        "Items": {"Items": [dict(zip(names, line, strict=True)) for line in lines]},
        "typed Items": {"Items": records},
    }


def served(model):
    return environment(Settings("a"), model)


def assert_own_answers(model, rows, forms=None):
    """All rows, and each alone, in every form, as the estimator itself answers them."""
    for asked in (rows, *(rows.iloc[[at]] for at in range(0, len(rows), 5))):
        own = model.estimator.predict(asked).tolist()
        for form, event in in_all_forms(asked).items():
            if forms is None or form in forms:
                got = answer(served(model), event, None)
                assert got == {"predictions": own}, form


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
        assert "nothing says which columns of this model are numbers" in refused["error"]

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
            (Column("a", "datetime", "datetime64[ns]", "NaT"), "9999-01-01", "that the column can hold"),
        ],
    )
    def test_a_value_that_it_does_not_take_is_named_with_row_and_column(self, column, value, said):
        good = {"number": 1, "integer": 1, "boolean": True, "text": "a", "category": "a"}
        first = good.get(column.type, 1764079200000)
        assert said in seen_as(column, [first, value])


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
            ({"csv": "a,b\n1\n"}, "line 2 of csv has 1 values; its columns are 2"),
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


class TestFile:
    def test_it_is_written_and_read_alike(self, tmp_path):
        rows = table(None)
        for estimator in (kinds()["target"].fit(rows, target(rows)), LinearRegression().fit([[0], [1]], [0, 1])):
            found = inspect(estimator)
            said = {"model_sha256": "ab", "signature": found.to_json()}
            (tmp_path / signatures.FILE).write_text(json.dumps(said))
            assert Signature.from_json(signatures.found(tmp_path, "ab")["signature"]) == found
            assert signatures.found(tmp_path, "another") is None

    def test_a_wide_array_is_told_in_one_column(self):
        found = inspect(LinearRegression().fit(np.zeros((3, 500)), [1, 2, 3]))
        assert len(json.dumps(found.to_json())) < 400
        assert Signature.from_json(found.to_json()) == found
