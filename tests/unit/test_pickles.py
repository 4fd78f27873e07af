"""What wrote a pickle is read without unpickling it, and the advice names what there are wheels of."""

import os
import pickle
import zipfile
import zlib
from datetime import date

import joblib
import pytest
import sklearn
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from build.package import explanations, pickles
from build.package.declared import Declared
from build.runtimes import RUNTIMES, supported

TODAY = supported(date.today())
ONCE = [each for each in RUNTIMES if each not in TODAY]


@pytest.fixture
def pickled(root):
    return root / "tests" / "fixtures" / "pickles"


@pytest.fixture
def estimator():
    return make_pipeline(StandardScaler(), LinearRegression()).fit([[0, 1], [1, 2], [2, 0]], [0, 1, 2])


class TestWriter:
    @pytest.mark.parametrize(("name", "version"), [("pipeline-1.2.2.pkl", "1.2.2"), ("boosting-1.0.2.joblib", "1.0.2")])
    def test_an_earlier_scikit_learn(self, pickled, name, version):
        assert pickles.writer(pickled / name) == pickles.Writer(version)

    @pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
    def test_every_binary_protocol(self, estimator, tmp_path, protocol):
        (tmp_path / "m").write_bytes(pickle.dumps(estimator, protocol))
        assert pickles.writer(tmp_path / "m").sklearn == sklearn.__version__

    @pytest.mark.parametrize("compress", [0, 3, ("gzip", 3), ("bz2", 3), ("xz", 3), ("lzma", 3)])
    def test_every_compression_of_joblib(self, estimator, tmp_path, compress):
        joblib.dump(estimator, tmp_path / "m", compress=compress)
        assert pickles.writer(tmp_path / "m").sklearn == sklearn.__version__

    @pytest.mark.parametrize("cut", [-30, -20, -10, 0, 5])
    def test_a_mark_that_spans_two_blocks(self, tmp_path, cut):
        said = pickle.dumps({"_sklearn_version": "0.24.2"})
        (tmp_path / "m").write_bytes(b"\x80".ljust(pickles.BLOCK + cut, b".") + said)
        assert pickles.writer(tmp_path / "m").sklearn == "0.24.2"

    def test_the_words_alone_are_no_version(self, tmp_path):
        (tmp_path / "m").write_bytes(
            pickle.dumps([{"_sklearn_version": "none"}, "_sklearn_version", {"version": "1.2"}])
        )
        assert pickles.writer(tmp_path / "m") is None

    def test_nothing_is_executed(self, tmp_path):
        class Harmful:
            def __reduce__(self):
                return os.mkdir, (str(tmp_path / "executed"),)

        (tmp_path / "m").write_bytes(pickle.dumps([Harmful(), {"_sklearn_version": "1.1.0"}]))
        assert pickles.writer(tmp_path / "m").sklearn == "1.1.0"
        assert not (tmp_path / "executed").exists()

    def test_what_unpacks_to_too_much_is_left(self, tmp_path, monkeypatch):
        monkeypatch.setattr(pickles, "MOST", 4 * pickles.BLOCK)
        said = pickle.dumps({"_sklearn_version": "1.1.0"})
        for size, found in ((pickles.BLOCK, pickles.Writer("1.1.0")), (8 * pickles.BLOCK, None)):
            (tmp_path / "m").write_bytes(zlib.compress(bytes(size) + said))
            assert pickles.writer(tmp_path / "m") == found

    @pytest.mark.parametrize("data", [b"", b"\x80", b"\x1f\x8bnot gzip", b"\x78\x9cnot zlib", b"\xfd7zXZ\0no", b"BZno"])
    def test_a_broken_file_tells_nothing(self, tmp_path, data):
        (tmp_path / "m").write_bytes(data)
        assert pickles.writer(tmp_path / "m") is None


def test_old_wheels_get_the_numpy_that_they_load_beside():
    assert pickles.Writer("1.4.1.post1").pins == ["scikit-learn==1.4.1.post1", "numpy<2", "pandas<3"]
    assert pickles.Writer("1.4.2").pins == ["scikit-learn==1.4.2", "pandas"]
    assert pickles.Writer("0.24.2").pins[1] == "numpy<2"


def wheel(folder, name, version, tag="py3-none-any"):
    """A wheel without modules, for an index in a folder."""
    info = f"{name}-{version}.dist-info"
    with zipfile.ZipFile(folder / f"{name}-{version}-{tag}.whl", "w") as packed:
        said = f"Metadata-Version: 2.1\nName: {name.replace('_', '-')}\nVersion: {version}\n"
        packed.writestr(f"{info}/METADATA", said)
        packed.writestr(f"{info}/WHEEL", f"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: {tag}\n")
        packed.writestr(f"{info}/RECORD", "")


class TestAdvice:
    """uv itself answers, from an index in a folder."""

    @pytest.fixture
    def index(self, tmp_path, monkeypatch):
        folder = tmp_path / "index"
        folder.mkdir()
        for variable in ("UV_DEFAULT_INDEX", "UV_INDEX", "UV_INDEX_URL", "UV_FIND_LINKS", "PIP_EXTRA_INDEX_URL"):
            monkeypatch.delenv(variable, raising=False)
        monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
        (tmp_path / "empty").mkdir()
        monkeypatch.setenv("PIP_INDEX_URL", (tmp_path / "empty").as_uri())
        monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
        monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "cache"))
        wheel(folder, "numpy", "1.26.4")
        wheel(folder, "pandas", "2.0.0")
        return folder

    def offer(self, index, version, runtimes, glibc="manylinux2014"):
        for each in runtimes:
            tag = f"cp{each.python.replace('.', '')}"
            wheel(index, "scikit_learn", version, f"{tag}-{tag}-{glibc}_x86_64")

    def test_it_names_the_pythons_that_have_wheels(self, index):
        self.offer(index, "1.2.2", [*ONCE, TODAY[-1], TODAY[0]])
        assert pickles.Writer("1.2.2").advice() == (
            "It was fitted with scikit-learn 1.2.2; build a layer with it: scikit-learn==1.2.2, numpy<2, pandas<3 in "
            f"a file for --requirements, and --python {TODAY[0].python} or --python {TODAY[-1].python}. "
            "Or fit the model again."
        )

    def test_a_wheel_for_a_later_glibc_does_not_count(self, index):
        self.offer(index, "1.2.2", TODAY, "manylinux_2_39")
        self.offer(index, "1.2.2", ONCE[-1:])
        ended = f"--python {ONCE[-1].python} (a runtime whose support AWS has ended). Or fit the model again."
        assert pickles.Writer("1.2.2").advice().endswith(ended)

    def test_without_any_wheels_the_model_has_to_be_fitted_again(self, index):
        assert "which has wheels for no runtime of Lambda. Fit the model again" in pickles.Writer("1.2.2").advice()

    def test_an_index_that_is_away_leaves_the_pythons_out(self, index, monkeypatch):
        monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
        said = pickles.Writer("1.2.2").advice()
        assert said.endswith(
            "scikit-learn==1.2.2, numpy<2, pandas<3 in a file for --requirements, or fit the model again."
        )

    def test_a_module_that_scikit_learn_no_longer_has(self, index, pickled):
        self.offer(index, "1.0.2", TODAY[:1])
        with pytest.raises(ModuleNotFoundError) as caught:
            joblib.load(pickled / "boosting-1.0.2.joblib")
        written = pickles.writer(pickled / "boosting-1.0.2.joblib")
        said = explanations.explain("ModuleNotFoundError", str(caught.value), Declared(), written)
        assert said.startswith(
            "No module named 'sklearn.ensemble._gb_losses'.\nIt was fitted with scikit-learn 1.0.2; build"
        )
        assert f"--python {TODAY[0].python}. Or fit" in said

    def test_another_version_than_the_layers(self, index, pickled):
        self.offer(index, "1.2.2", TODAY[:1])
        words = "Trying to unpickle estimator StandardScaler from version 1.2.2 when using version 1.9.1. This"
        said = explanations.explain(
            "InconsistentVersionWarning", words, Declared(), pickles.writer(pickled / "pipeline-1.2.2.pkl")
        )
        assert said.startswith(
            "the layer has scikit-learn 1.9.1.\nIt was fitted with scikit-learn 1.2.2; build a layer"
        )

    def test_another_failure_is_told_with_it(self, index):
        said = explanations.explain(
            "ValueError", "node array has an incompatible dtype", Declared(), pickles.Writer("1.2.2")
        )
        assert said.startswith(
            "loading it in the layer fails with ValueError: node array has an incompatible dtype\nIt was"
        )

    def test_a_module_of_the_users_is_not_scikit_learns(self, index):
        said = explanations.explain(
            "ModuleNotFoundError", "No module named 'features'", Declared(), pickles.Writer("1.2.2")
        )
        assert said.endswith("or give the module's folder: --code DIR")


def test_the_layers_own_version_is_read_from_its_packages(tmp_path):
    assert pickles.installed(tmp_path) is None
    (tmp_path / "scikit_learn-1.7.0.dist-info").mkdir()
    assert pickles.installed(tmp_path) == "1.7.0"
