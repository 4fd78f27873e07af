"""The model's way from S3: at its version, whole, into memory or /tmp; and what S3's refusals read like."""

import errno
import gc
import os
from contextlib import suppress

import numpy as np
import pytest
from serving.loading import causes, fetching, processes, scratch, transfer
from serving.loading.errors import FetchError, ModelError, NoRoom
from serving.loading.ranges import Refused
from serving_parts import Loud, digest, in_a_fresh_process, loaded, written
from sklearn.linear_model import LinearRegression
from sklearn.neighbors import KNeighborsRegressor


@pytest.fixture(scope="module")
def estimator():
    return LinearRegression().fit([[0, 0], [1, 0], [0, 1]], [0, 1, 1])


def open_memory_and_pipes() -> int:
    gc.collect()  # what earlier tests left would else be closed in between
    kinds = []
    for each in os.listdir("/proc/self/fd"):
        with suppress(FileNotFoundError):  # another thread closed it
            kinds.append(os.readlink(f"/proc/self/fd/{each}").partition(":")[0])
    return kinds.count("/memfd") + kinds.count("pipe")


@pytest.fixture(scope="module")
def ballast(tmp_path_factory, estimator):
    """A model of three parts: its bytes."""
    estimator.ballast_ = np.random.default_rng(0).bytes(2 * transfer.SMALLEST_RANGE + 12_345)
    path, _ = written(tmp_path_factory.mktemp("model"), estimator)
    del estimator.ballast_
    return path.read_bytes()


class TestPinned:
    def test_a_model_is_fetched_at_its_version_and_leaves_nothing_behind(self, bucket, tmp_path, estimator):
        path, sha256 = written(tmp_path, estimator)
        version = bucket.put(path.read_bytes())
        bucket.put(b"newer")
        before = open_memory_and_pipes()
        model = loaded(bucket.settings(sha256, version_id=version))
        assert model.estimator.predict([[3, 4]]) == pytest.approx([7])
        assert open_memory_and_pipes() == before
        assert not list(bucket.tmp.iterdir())

    def test_one_of_several_parts_is_put_together(self, bucket, ballast):
        version = bucket.put(ballast)
        model = loaded(bucket.settings(digest(ballast), version_id=version))
        assert len(model.estimator.ballast_) == 2 * transfer.SMALLEST_RANGE + 12_345

    def test_one_that_memory_is_too_short_for_comes_by_way_of_tmp_and_is_not_fetched_again(self, bucket, ballast):
        version = bucket.put(ballast)
        settings = bucket.settings(digest(ballast), version_id=version)
        for _ in range(2):
            model = loaded(settings, {"AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "300"})
            assert model.sha256 == digest(ballast)
            assert [each.name for each in bucket.tmp.iterdir()] == [f"model-{digest(ballast)}"]
            bucket.s3.delete_object(Bucket=bucket.name, Key="k", VersionId=version)

    def test_other_bytes_are_refused_and_not_kept(self, bucket, tmp_path):
        path, _ = written(tmp_path, Loud())
        bucket.put(path.read_bytes())
        for memory in ("1024", "128"):
            with pytest.raises(ModelError, match=r"s3://bucket/k has SHA-256 \w+, expected 0+: not unpickled"):
                loaded(bucket.settings("0" * 64), {"AWS_LAMBDA_FUNCTION_MEMORY_SIZE": memory})
            assert not list(bucket.tmp.iterdir())

    def test_joblib_is_mapped_from_memory(self, bucket, tmp_path):
        import joblib

        path = tmp_path / "model.joblib"
        rows = np.arange(20_000.0).reshape(-1, 2)
        joblib.dump(KNeighborsRegressor(algorithm="brute").fit(rows, rows[:, 0]), path)
        bucket.put(path.read_bytes())
        rows = loaded(bucket.settings(digest(path.read_bytes()), format="joblib")).estimator._fit_X
        assert isinstance(rows, np.memmap)
        assert rows.sum() == 199_990_000


class TestAtInit:
    """When nothing is imported yet, as it is in Lambda; elsewhere here numpy is there, and threads."""

    @pytest.mark.parametrize("megabytes", [None, "300"])
    def test_the_download_is_a_fork_which_leaves_nothing_in_the_one_that_serves(self, bucket, ballast, megabytes):
        settings = bucket.settings(digest(ballast), version_id=bucket.put(ballast))
        said = in_a_fresh_process(settings, f"environ['AWS_LAMBDA_FUNCTION_MEMORY_SIZE'] = {megabytes!r} or '1024'")
        assert said == {"sha256": digest(ballast), "is": digest(ballast), "forks": 1, "imported": False}
        assert len(list(bucket.tmp.iterdir())) == bool(megabytes)

    def test_what_s3_refuses_is_told(self, bucket):
        assert "there is no object s3://bucket/k" in in_a_fresh_process(bucket.settings("0" * 64))["error"]

    @pytest.mark.parametrize(
        "before", ["threading.Thread(target=threading.Event().wait, daemon=True).start()", "import numpy"]
    )
    def test_where_a_fork_could_do_harm_there_is_none(self, bucket, before):
        said = in_a_fresh_process(bucket.settings(digest(b"data"), version_id=bucket.put(b"data")), before)
        assert said == {"sha256": digest(b"data"), "is": digest(b"data"), "forks": 0, "imported": False}

    @pytest.mark.parametrize(
        ("does", "status"), [("os.kill(os.getpid(), 9)", 9), ("1 / 0", 256), ("sys.exit(0)", 256), ("None", 256)]
    )
    def test_a_fork_never_goes_on_as_the_one_that_serves(self, bucket, does, status):
        broken = (
            f"import serving.loading, types; serving.loading.transfer = types.SimpleNamespace(main=lambda *_: {does})"
        )
        said = in_a_fresh_process(bucket.settings("0" * 64), broken)
        assert f"ended without a word, with wait status {status}" in said["error"]

    def test_a_download_that_cannot_be_started_is_told_and_leaves_nothing_open(self, bucket, monkeypatch):
        def spawn(*_):
            raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))

        monkeypatch.setattr(processes, "_spawn", spawn)
        before = open_memory_and_pipes()
        with pytest.raises(FetchError, match="s3://bucket/k cannot be started: Resource temporarily unavailable"):
            fetching.begin(bucket.settings("0" * 64))
        assert open_memory_and_pipes() == before


class TestRefusals:
    @pytest.mark.parametrize(
        ("options", "said"),
        [
            ({"key": "nowhere"}, r"there is no object s3://bucket/nowhere \(S3 says NoSuchKey\)"),
            ({"version_id": "0" * 32}, "s3://bucket/k"),
        ],
    )
    def test_what_is_not_there(self, bucket, options, said):
        bucket.put(b"something")
        with pytest.raises(FetchError, match=said):
            loaded(bucket.settings("0" * 64, **options))

    def test_no_bucket(self, bucket):
        with pytest.raises(FetchError, match="there is no bucket as in s3://elsewhere/k"):
            loaded(fetching.Settings("0" * 64, bucket="elsewhere", key="k"))

    def test_an_empty_object(self, bucket):
        bucket.put(b"")
        with pytest.raises(FetchError, match="s3://bucket/k is empty"):
            loaded(bucket.settings("0" * 64))

    def test_nobody_there(self, bucket):
        environ = {"AWS_ENDPOINT_URL": "http://127.0.0.1:9", "AWS_MAX_ATTEMPTS": "1"}
        with pytest.raises(FetchError, match=r"S3 cannot be reached .* needs a gateway endpoint for S3"):
            loaded(bucket.settings("0" * 64), environ)

    def test_a_download_that_dies_is_told(self, bucket, monkeypatch):
        monkeypatch.setattr(processes, "CHILD", "import os; os.kill(os.getpid(), 9)")
        with pytest.raises(FetchError, match="ended without a word, with wait status 9"):
            loaded(bucket.settings("0" * 64))

    def test_access_denied_names_what_the_role_needs(self):
        said = causes.explain(Refused("AccessDenied", "Access Denied"), {"bucket": "b", "key": "k", "patience": 0.0})
        assert said.startswith("the role may not read s3://b/k, or it is not there. The role needs s3:GetObject")

    def test_a_tmp_that_is_too_small_is_told_with_what_to_raise(self, tmp_path):
        with (
            pytest.raises(NoRoom, match="Raise memory_size or ephemeral_storage_size"),
            scratch.unfinished(str(tmp_path / "model"), 1 << 60),
        ):
            pass
        assert not list(tmp_path.iterdir())


class TestFollowed:
    def test_its_object_says_its_digest(self, bucket, tmp_path, estimator):
        path, sha256 = written(tmp_path, estimator)
        bucket.put(path.read_bytes(), Metadata={"sha256": sha256})
        model = loaded(bucket.settings(None))
        assert (model.sha256, model.signature.width) == (sha256, 2)
        assert model.identity[1:] == (sha256, None)

    def test_without_a_digest_it_is_refused_with_how_to_upload(self, bucket, tmp_path):
        path, _ = written(tmp_path, Loud())
        bucket.put(path.read_bytes())
        with pytest.raises(ModelError, match=r"no metadata sha256.*aws s3 cp model\.pkl s3://bucket/k --metadata sha"):
            loaded(bucket.settings(None))

    def test_with_another_digest_it_is_refused(self, bucket, tmp_path):
        path, sha256 = written(tmp_path, Loud())
        bucket.put(path.read_bytes(), Metadata={"sha256": "0" * 64})
        with pytest.raises(ModelError, match=f"has SHA-256 {sha256}, expected {'0' * 64}: not unpickled"):
            loaded(bucket.settings(None))

    def test_another_scikit_learn_is_refused(self, bucket, tmp_path):
        path, sha256 = written(tmp_path, Loud())
        bucket.put(path.read_bytes(), Metadata={"sha256": sha256, "sklearn-version": "0.1"})
        with pytest.raises(ModelError, match=r"fitted with scikit-learn 0\.1"):
            loaded(bucket.settings(None))

    def test_its_digest_may_be_in_capitals(self, bucket, tmp_path, estimator):
        path, sha256 = written(tmp_path, estimator)
        bucket.put(path.read_bytes(), Metadata={"sha256": sha256.upper()})
        assert loaded(bucket.settings(None)).sha256 == sha256


@pytest.mark.parametrize("follow", [True, False])
def test_what_cannot_predict_is_refused(bucket, tmp_path, follow):
    path, sha256 = written(tmp_path, {"a": 1})
    bucket.put(path.read_bytes(), Metadata={"sha256": sha256})
    with pytest.raises(ModelError, match="is a dict, which has none of the methods predict, "):
        loaded(bucket.settings(None if follow else sha256))
