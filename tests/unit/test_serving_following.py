"""The code that runs in AWS: how warm-up pings follow the object of a model."""

import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pandas as pd
import pytest
from serving.invocation import answer
from serving.loading import aws, fetching
from serving_parts import environment, loaded, written
from sklearn.linear_model import LinearRegression


@pytest.fixture(autouse=True)
def no_clients():
    aws.drop_connections()
    yield
    aws.drop_connections()


class TestFollowing:
    @pytest.fixture
    def put(self, bucket, tmp_path):
        def put(intercept, **metadata):
            model = LinearRegression().fit([[0], [1]], [intercept, intercept])
            path, sha256 = written(tmp_path, model)
            bucket.put(path.read_bytes(), Metadata={"sha256": sha256, **metadata})
            return sha256

        return put

    @pytest.fixture
    def followed(self, bucket, put):
        put(1)
        settings = bucket.settings(None)
        return environment(settings, loaded(settings))

    def says(self, environment):
        return answer(environment, {"instances": [[0]]}, None)["predictions"]

    def test_a_ping_swaps_the_model_for_what_its_object_holds_now(self, followed, put):
        first = followed.model.sha256
        second = put(2)
        assert self.says(followed) == [1]
        assert answer(followed, {"warmer": True}, None) == {"warm": True, "model_sha256": second}
        assert self.says(followed) == [2]
        assert first != second

    def test_one_that_did_not_change_is_not_fetched_again(self, followed):
        model = followed.model
        answer(followed, {"warmer": True}, None)
        assert followed.model is model

    @pytest.mark.parametrize("metadata", [{"sha256": "0" * 64}, {"sha256": ""}, {"sklearn-version": "0.1"}])
    def test_one_that_is_refused_leaves_the_old_one_and_is_not_fetched_at_every_ping(
        self, followed, put, metadata, capsys, monkeypatch
    ):
        model = followed.model
        put(2, **metadata)
        reply = answer(followed, {"warmer": True}, None)
        assert "ModelError" in reply["failures"][0]
        assert followed.model is model
        assert self.says(followed) == [1]
        assert f"Still serving {model.sha256}" in capsys.readouterr().out
        monkeypatch.setattr("serving.loading.fetching.begin", pytest.fail)
        assert answer(followed, {"warmer": True}, None)["failures"] == reply["failures"]
        monkeypatch.undo()

    def test_one_that_takes_a_table_is_refused_where_the_layer_has_no_pandas(
        self, followed, bucket, tmp_path, monkeypatch
    ):
        fitted = LinearRegression().fit(pd.DataFrame({"a": [0.0, 1.0]}), [0, 1])
        path, sha256 = written(tmp_path, fitted)
        bucket.put(path.read_bytes(), Metadata={"sha256": sha256})
        monkeypatch.setitem(sys.modules, "pandas", None)  # as if it were not installed
        (failure,) = answer(followed, {"warmer": True}, None)["failures"]
        assert "takes rows as a pandas DataFrame" in failure
        assert "Build the layer with pandas in it: invoke build-layer" in failure
        monkeypatch.undo()  # scikit-learn 1.7 looks there for pandas, too, and knows no None
        assert self.says(followed) == [1]

    def test_a_good_one_after_a_bad_one_is_served(self, followed, put):
        put(2, sha256="0" * 64)
        answer(followed, {"warmer": True}, None)
        put(3)
        assert "failures" not in answer(followed, {"warmer": True}, None)
        assert self.says(followed) == [3]

    def test_the_same_bytes_are_served_once_what_they_say_of_themselves_is_right(self, followed, put):
        """As the refusal says: uploaded again, with the digest. The ETag is the same."""
        put(2, sha256="")
        assert "failures" in answer(followed, {"warmer": True}, None)
        second = put(2)
        assert answer(followed, {"warmer": True}, None) == {"warm": True, "model_sha256": second}
        assert self.says(followed) == [2]

    def test_what_was_refused_and_is_uploaded_again_as_it_was_is_looked_at_again(self, followed, put, monkeypatch):
        put(2, sha256="0" * 64)
        answer(followed, {"warmer": True}, None)
        time.sleep(1.1)  # S3's clock has seconds
        put(2, sha256="0" * 64)
        begun, begin = [], fetching.begin
        monkeypatch.setattr(fetching, "begin", lambda *each, **options: begun.append(1) or begin(*each, **options))
        for _ in range(2):
            assert "failures" in answer(followed, {"warmer": True}, None)
        assert len(begun) == 1

    def test_what_is_served_and_says_something_else_of_itself_by_now_is_looked_at_again(self, followed, put):
        put(1, sha256="0" * 64)
        assert "expected 0000" in answer(followed, {"warmer": True}, None)["failures"][0]
        assert self.says(followed) == [1]

    def test_one_that_is_gone_leaves_the_old_one(self, followed, bucket):
        bucket.s3.delete_object(Bucket=bucket.name, Key="k")
        assert "404" in answer(followed, {"warmer": True}, None)["failures"][0]
        assert self.says(followed) == [1]

    def test_invocations_see_the_old_one_or_the_new_one_while_it_is_swapped(self, followed, put):
        put(2)
        with ThreadPoolExecutor(4) as pool:
            swapped = pool.submit(answer, followed, {"warmer": True}, None)
            seen = set()
            while not swapped.done():
                seen |= {value for rows in pool.map(lambda _: self.says(followed), range(20)) for value in rows}
        assert seen <= {1.0, 2.0}
        assert self.says(followed) == [2]

    def test_a_pinned_model_never_looks(self, bucket, put):
        settings = bucket.settings(put(1))
        pinned = environment(settings, loaded(settings))
        put(2)
        bucket.s3.delete_object(Bucket=bucket.name, Key="k")
        assert "failures" not in answer(pinned, {"warmer": True}, None)
        assert self.says(pinned) == [1]
