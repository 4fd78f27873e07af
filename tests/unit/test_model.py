"""Models are told apart by their bytes, and refused in words that say what to do."""

import pickle
import sys
import types
import warnings
import zipfile

import joblib
import numpy as np
import pytest
from sklearn.linear_model import LinearRegression

from build.package import explanations, model_formats


class TestSniff:
    def test_a_pickle(self, tmp_path):
        path = tmp_path / "model.pkl"
        path.write_bytes(pickle.dumps(LinearRegression()))
        assert model_formats.sniff(path) == "pickle"

    @pytest.mark.parametrize("compress", [0, 3, ("gzip", 3), ("bz2", 3), ("xz", 3), ("lzma", 3)])
    def test_what_joblib_wrote_whatever_its_name(self, tmp_path, compress):
        path = tmp_path / "model.pkl"
        joblib.dump(LinearRegression().fit(np.eye(3), [1, 2, 3]), path, compress=compress)
        assert model_formats.sniff(path) == "joblib"

    def test_a_mark_that_spans_two_reads_is_seen(self, tmp_path):
        path = tmp_path / "model.pkl"
        path.write_bytes(b"\x80".ljust((1 << 20) - 5, b".") + model_formats.JOBLIB_MARK)
        assert model_formats.sniff(path) == "joblib"

    @pytest.mark.parametrize(("member", "kind"), [("schema.json", "skops"), ("model.onnx", None)])
    def test_a_zip_is_of_skops_if_its_schema_is_in_it(self, tmp_path, member, kind):
        path = tmp_path / "model.pkl"
        with zipfile.ZipFile(path, "w") as packed:
            packed.writestr(member, "{}")
        if kind:
            assert model_formats.sniff(path) == kind
        else:
            with pytest.raises(model_formats.UnknownFormat):
                model_formats.sniff(path)

    def test_anything_else_is_refused(self, tmp_path):
        path = tmp_path / "model.onnx"
        path.write_bytes(b"\x08\x07\x12")
        with pytest.raises(model_formats.UnknownFormat, match=r"Write it with pickle\.dump .* or skops\.io\.dump"):
            model_formats.sniff(path)

    def test_no_file_is_refused(self, tmp_path):
        with pytest.raises(model_formats.NoModel, match="--model FILE"):
            model_formats.sniff(tmp_path / "model.pkl")


class TestExplanations:
    """The messages come from what Python and scikit-learn really say."""

    def said(self, body):
        with pytest.raises(Exception) as caught, warnings.catch_warnings():
            warnings.simplefilter("error")
            body()
        return explanations.explain(type(caught.value).__name__, str(caught.value))

    def unpickle_without(self, module):
        sys.modules[module] = types.ModuleType(module)
        exec("def scale(x):\n    return x\n", sys.modules[module].__dict__)
        data = pickle.dumps(sys.modules[module].scale)
        del sys.modules[module].scale
        return lambda: pickle.loads(data)

    def test_code_of_the_notebook(self, monkeypatch):
        monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])
        said = self.said(self.unpickle_without("__main__"))
        assert "it needs 'scale' from `__main__`" in said
        assert "--code DIR" in said

    def test_code_that_changed(self, monkeypatch):
        monkeypatch.setitem(sys.modules, "features", None)
        assert "its module features has no 'scale' here" in self.said(self.unpickle_without("features"))

    def test_a_package_that_the_layer_lacks(self):
        said = self.said(lambda: __import__("lightgbm_of_nobody"))
        assert said.startswith("No module named 'lightgbm_of_nobody'.")
        assert "--requirements" in said

    def test_another_scikit_learn(self):
        state = LinearRegression().__getstate__() | {"_sklearn_version": "1.2.3"}
        said = self.said(lambda: LinearRegression().__setstate__(state))
        assert "LinearRegression in it was fitted with scikit-learn 1.2.3, and the layer has " in said
        assert "scikit-learn==1.2.3" in said
