"""The code that runs in AWS: which model it loads, and which it refuses."""

import io
import os
import pickle
import subprocess
import sys

import joblib
import numpy as np
import pytest
from serving.loading import processors
from serving.loading.errors import ModelError
from serving.loading.settings import Settings, SettingsError
from serving_parts import Loud, digest, loaded, written
from sklearn.linear_model import LinearRegression
from sklearn.neighbors import KNeighborsRegressor


@pytest.fixture(scope="module")
def estimator():
    return LinearRegression().fit([[0, 0], [1, 0], [0, 1]], [0, 1, 1])


class TestSettings:
    def test_a_bundled_model_lies_below_the_task_root(self, tmp_path):
        environ = {"MODEL_SHA256": "ab", "MODEL_FILE": "model.pkl", "LAMBDA_TASK_ROOT": str(tmp_path)}
        assert Settings.from_variables(environ).file == tmp_path / "model.pkl"

    def test_a_stored_model_has_a_bucket_and_a_key(self):
        environ = {"MODEL_SHA256": "ab", "MODEL_BUCKET": "b", "MODEL_KEY": "k", "MODEL_VERSION_ID": "v"}
        settings = Settings.from_variables(environ)
        assert (settings.bucket, settings.key, settings.version_id, settings.file) == ("b", "k", "v", None)
        assert not settings.follow

    def test_a_followed_model_has_no_digest(self):
        settings = Settings.from_variables({"MODEL_FOLLOW": "true", "MODEL_BUCKET": "b", "MODEL_KEY": "k"})
        assert settings.follow
        assert settings.url == "s3://b/k"

    def test_a_digest_may_be_in_capitals(self):
        settings = Settings.from_variables({"MODEL_SHA256": " AB12\n", "MODEL_FILE": "m"})
        assert settings.sha256 == "ab12"

    def test_the_functions_timeout_is_a_number_of_seconds(self):
        environ = {"MODEL_SHA256": "ab", "MODEL_FILE": "m"}
        assert Settings.from_variables(environ).timeout == 60
        assert Settings.from_variables({**environ, "MODEL_TIMEOUT": "900"}).timeout == 900
        for said in ("0", "-1", "nan", "inf", "a minute"):
            with pytest.raises(SettingsError, match=f"the function's timeout in seconds; got '{said}'"):
                Settings.from_variables({**environ, "MODEL_TIMEOUT": said})

    def test_trusted_types_are_a_list(self):
        environ = {"MODEL_SHA256": "ab", "MODEL_FILE": "m", "MODEL_TRUSTED": "a.B,c.D"}
        assert Settings.from_variables(environ).trusted == ("a.B", "c.D")

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
        with pytest.raises(SettingsError, match="MODEL_SHA256, and either MODEL_FILE or both MODEL_BUCKET"):
            Settings.from_variables(environ)

    @pytest.mark.parametrize(
        "environ",
        [
            {"MODEL_FILE": "model.pkl"},
            {"MODEL_BUCKET": "b", "MODEL_KEY": "k", "MODEL_SHA256": "ab"},
            {"MODEL_BUCKET": "b", "MODEL_KEY": "k", "MODEL_VERSION_ID": "v"},
            {"MODEL_BUCKET": "b", "MODEL_KEY": "k", "MODEL_FILE": "model.pkl"},
        ],
    )
    def test_a_model_is_followed_or_pinned(self, environ):
        with pytest.raises(SettingsError, match="a model that is followed is not pinned"):
            Settings.from_variables({"MODEL_FOLLOW": "true", **environ})


class TestLoad:
    def test_the_model_that_was_deployed(self, tmp_path, estimator):
        path, sha256 = written(tmp_path, estimator)
        model = loaded(Settings(sha256, file=path))
        assert (model.signature.width, model.signature.container, model.sha256) == (2, "array", sha256)
        assert model.estimator.predict([[3, 4]]) == pytest.approx([7])

    def test_joblib_with_and_without_compression(self, tmp_path, estimator):
        for compress in (0, 3):
            path = tmp_path / f"{compress}.joblib"
            joblib.dump(estimator, path, compress=compress)
            assert loaded(Settings(digest(path.read_bytes()), format="joblib", file=path)).signature.width == 2

    def test_arrays_that_joblib_did_not_compress_stay_on_disk_and_can_be_written_to_in_memory(self, tmp_path):
        path = tmp_path / "model.joblib"
        rows = np.random.default_rng(0).random((5000, 4))
        own = KNeighborsRegressor(algorithm="brute").fit(rows, rows[:, 0])
        joblib.dump(own, path)
        before = path.read_bytes()
        model = loaded(Settings(digest(before), format="joblib", file=path)).estimator
        assert isinstance(model._fit_X, np.memmap)
        assert (model.predict(rows[:9]) == own.predict(rows[:9])).all()
        model._fit_X[0] = 0
        assert path.read_bytes() == before

    def test_other_bytes_are_not_unpickled(self, tmp_path):
        path, sha256 = written(tmp_path, Loud())
        with pytest.raises(ModelError, match=rf"model\.pkl has SHA-256 {sha256}, expected {'0' * 64}: not unpickled"):
            loaded(Settings("0" * 64, file=path))

    def test_a_model_of_another_scikit_learn_is_not_unpickled(self, tmp_path):
        path, sha256 = written(tmp_path, Loud())
        with pytest.raises(ModelError, match=r"fitted with scikit-learn 0\.1, the layer has .*: not unpickled"):
            loaded(Settings(sha256, sklearn_version="0.1", file=path))

    def test_an_estimator_that_says_itself_that_it_is_of_another_version_is_refused(self, tmp_path, estimator):
        state = estimator.__getstate__() | {"_sklearn_version": "0.1"}
        path = tmp_path / "model.pkl"
        path.write_bytes(_pickled_with_state(LinearRegression, state))
        with pytest.raises(Warning, match=r"from version 0\.1 when using version"):
            loaded(Settings(digest(path.read_bytes()), file=path))

    @pytest.mark.parametrize(
        ("what", "said"),
        [({"a": 1}, "is a dict, which has none of the methods predict, "), (LinearRegression, "is the class LinearRe")],
    )
    def test_what_cannot_predict_is_refused(self, tmp_path, what, said):
        path, sha256 = written(tmp_path, what)
        with pytest.raises(ModelError, match=said):
            loaded(Settings(sha256, file=path))

    def test_an_unknown_format_lists_the_known_ones(self, tmp_path, estimator):
        path, sha256 = written(tmp_path, estimator)
        with pytest.raises(ModelError, match="expected one of: pickle, joblib, skops"):
            loaded(Settings(sha256, format="onnx", file=path))

    def test_a_file_that_is_not_there_or_empty_is_named(self, tmp_path):
        with pytest.raises(ModelError, match=r"nowhere\.pkl cannot be read: No such file"):
            loaded(Settings("0" * 64, file=tmp_path / "nowhere.pkl"))
        (tmp_path / "empty.pkl").touch()
        with pytest.raises(ModelError, match=r"empty\.pkl is empty"):
            loaded(Settings("0" * 64, file=tmp_path / "empty.pkl"))

    def test_skops_is_asked_for_where_the_layer_has_none(self, tmp_path, monkeypatch):
        monkeypatch.setitem(sys.modules, "skops.io", None)
        path, sha256 = written(tmp_path, Loud())
        with pytest.raises(ModelError, match="the layer has no skops: build it with a requirements file"):
            loaded(Settings(sha256, format="skops", file=path))


class TestThreads:
    @pytest.mark.parametrize(("memory", "threads"), [(128, "1"), (1769, "1"), (3538, "2"), (10240, "6")])
    def test_one_for_each_vcpu_that_the_memory_buys(self, memory, threads):
        environ = {"AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(memory), "OMP_NUM_THREADS": "9"}
        processors.set_threads(environ)
        assert environ["OPENBLAS_NUM_THREADS"] == threads
        assert environ["OMP_NUM_THREADS"] == "9"

    def test_numpy_and_joblib_see_it_at_init(self, root, tmp_path, estimator):
        path, sha256 = written(tmp_path, estimator)
        script = (
            "import handler, joblib, json, threadpoolctl\n"
            "pools = [each['num_threads'] for each in threadpoolctl.threadpool_info()]\n"
            "print(json.dumps([pools, joblib.cpu_count(), joblib.effective_n_jobs(-1)]))"
        )
        callers = {name: value for name, value in os.environ.items() if name not in processors.THREADS}
        env = {
            **callers,
            "PYTHONPATH": str(root / "lambda"),
            "MODEL_SHA256": sha256,
            "MODEL_FILE": str(path),
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "1024",
        }
        done = subprocess.run([sys.executable, "-c", script], env=env, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        pools, _, jobs = eval(done.stdout)
        assert pools
        assert set(pools) == {1}
        assert jobs == 1


def _pickled_with_state(cls, state):
    class Pickler(pickle.Pickler):
        def reducer_override(self, each):
            return (cls.__new__, (cls,), state) if type(each) is cls else NotImplemented

    stream = io.BytesIO()
    Pickler(stream).dump(cls())
    return stream.getvalue()
