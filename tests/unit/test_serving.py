"""The code that runs in AWS: which model it loads, and what it answers."""

import hashlib
import io
import json
import math
import pickle

import boto3
import joblib
import numpy as np
import pandas as pd
import pytest
from moto import mock_aws
from scipy import sparse
from serving.errors import ModelError
from serving.invocation import respond
from serving.model import describe, load
from serving.settings import Settings, SettingsError
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.naive_bayes import MultinomialNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder


class Loud:
    """A pickle of it tells when it is unpickled."""

    def __reduce__(self):
        return (pytest.fail, ("it was unpickled",))


def written(folder, model, name="model.pkl"):
    path = folder / name
    path.write_bytes(pickle.dumps(model))
    return path, hashlib.sha256(path.read_bytes()).hexdigest()


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


class TestSettings:
    def test_a_bundled_model_lies_below_the_task_root(self, tmp_path):
        environ = {"MODEL_SHA256": "ab", "MODEL_FILE": "model.pkl", "LAMBDA_TASK_ROOT": str(tmp_path)}
        assert Settings.from_environment(environ).file == tmp_path / "model.pkl"

    def test_a_stored_model_has_a_bucket_and_a_key(self):
        environ = {"MODEL_SHA256": "ab", "MODEL_BUCKET": "b", "MODEL_KEY": "k", "MODEL_VERSION_ID": "v"}
        settings = Settings.from_environment(environ)
        assert (settings.bucket, settings.key, settings.version_id, settings.file) == ("b", "k", "v", None)

    @pytest.mark.parametrize(
        "environ",
        [
            {},
            {"MODEL_SHA256": "ab"},
            {"MODEL_FILE": "model.pkl"},
            {"MODEL_SHA256": "ab", "MODEL_BUCKET": "b"},
            {"MODEL_SHA256": "ab", "MODEL_BUCKET": "b", "MODEL_KEY": "k", "MODEL_FILE": "model.pkl"},
        ],
    )
    def test_anything_else_is_refused(self, environ):
        with pytest.raises(SettingsError, match="MODEL_SHA256, and either MODEL_FILE or both of MODEL_BUCKET"):
            Settings.from_environment(environ)


class TestLoad:
    def test_the_model_that_was_deployed(self, tmp_path, plain):
        path, digest = written(tmp_path, plain.estimator)
        model = load(Settings(digest, file=path))
        assert (model.n_features_in, model.feature_names_in, model.sha256) == (2, None, digest)
        assert model.estimator.predict([[3, 4]]) == pytest.approx([7])

    def test_joblib_with_and_without_compression(self, tmp_path, plain):
        for compress in (0, 3):
            path = tmp_path / f"{compress}.joblib"
            joblib.dump(plain.estimator, path, compress=compress)
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            assert load(Settings(digest, format="joblib", file=path)).n_features_in == 2

    def test_other_bytes_are_not_unpickled(self, tmp_path):
        path, digest = written(tmp_path, Loud())
        with pytest.raises(ModelError, match=f"SHA-256 {digest}, expected {'0' * 64}: not unpickled"):
            load(Settings("0" * 64, file=path))

    def test_a_model_of_another_scikit_learn_is_not_unpickled(self, tmp_path):
        path, digest = written(tmp_path, Loud())
        with pytest.raises(ModelError, match=r"fitted with scikit-learn 0\.1, the layer has .*: not unpickled"):
            load(Settings(digest, sklearn_version="0.1", file=path))

    def test_an_estimator_that_says_itself_that_it_is_of_another_version_is_refused(self, tmp_path, plain):
        state = plain.estimator.__getstate__() | {"_sklearn_version": "0.1"}
        path = tmp_path / "model.pkl"
        path.write_bytes(_pickled_with_state(LinearRegression, state))
        with pytest.raises(Warning, match=r"from version 0\.1 when using version"):
            load(Settings(hashlib.sha256(path.read_bytes()).hexdigest(), file=path))

    def test_an_unknown_format_lists_the_known_ones(self, tmp_path):
        with pytest.raises(ModelError, match="expected one of: pickle, joblib"):
            load(Settings("0" * 64, format="onnx", file=tmp_path))


def _pickled_with_state(cls, state):
    class Pickler(pickle.Pickler):
        def reducer_override(self, each):
            return (cls.__new__, (cls,), state) if type(each) is cls else NotImplemented

    stream = io.BytesIO()
    Pickler(stream).dump(cls())
    return stream.getvalue()


class TestStorage:
    @pytest.fixture
    def bucket(self, monkeypatch, tmp_path):
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            monkeypatch.setenv(name, "test")
        monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
        (tmp_path / "tmp").mkdir()
        monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
        with mock_aws():
            s3 = boto3.client("s3")
            s3.create_bucket(Bucket="bucket", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
            s3.put_bucket_versioning(Bucket="bucket", VersioningConfiguration={"Status": "Enabled"})
            yield s3

    def test_a_model_is_fetched_at_its_version_once_per_environment(self, bucket, tmp_path, plain):
        path, digest = written(tmp_path, plain.estimator)
        version = bucket.put_object(Bucket="bucket", Key="k", Body=path.read_bytes())["VersionId"]
        bucket.put_object(Bucket="bucket", Key="k", Body=b"newer")
        settings = Settings(digest, bucket="bucket", key="k", version_id=version)
        assert load(settings).sha256 == digest
        bucket.delete_object(Bucket="bucket", Key="k", VersionId=version)
        assert load(settings).sha256 == digest
        assert [each.name for each in (tmp_path / "tmp").iterdir()] == [f"model-{digest}"]

    def test_other_bytes_in_s3_are_refused_and_not_kept(self, bucket, tmp_path, plain):
        path, digest = written(tmp_path, plain.estimator)
        bucket.put_object(Bucket="bucket", Key="k", Body=b"other")
        with pytest.raises(ModelError, match="not unpickled"):
            load(Settings(digest, bucket="bucket", key="k"))
        bucket.put_object(Bucket="bucket", Key="k", Body=path.read_bytes())
        assert load(Settings(digest, bucket="bucket", key="k")).sha256 == digest

    def test_a_fetch_that_fails_leaves_nothing_that_looks_like_the_model(self, bucket, tmp_path):
        with pytest.raises(Exception, match="Not Found"):
            load(Settings("0" * 64, bucket="bucket", key="nowhere"))
        assert not list((tmp_path / "tmp").glob(f"model-{'0' * 64}"))


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


class TestPings:
    @pytest.mark.parametrize(
        "event", [{"warmer": True}, {"source": "aws.events", "detail-type": "Scheduled Event", "detail": {}}]
    )
    def test_a_ping_predicts_nothing(self, event):
        assert respond(describe(object(), "abc"), event) == {"warm": True, "model_sha256": "abc"}


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
