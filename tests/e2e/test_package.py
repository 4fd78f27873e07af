"""Packaging, with the layer that the model will run in."""

import json
import zipfile

import pytest

from build.dist import archive, manifest
from build.layer import layer
from build.package import function, model, request_files, staging
from build.package.declared import Declared
from build.runtimes import architecture, host_architecture

FIT = """
from sklearn.linear_model import LinearRegression
m = LinearRegression().fit([[0, 0], [1, 0], [0, 1]], [0, 1, 1])
"""
CLASSIFY = """
from sklearn.linear_model import LogisticRegression
m = LogisticRegression().fit([[0], [1]], ["no", "yes"])
"""
TEXTS = """
import pandas
from sklearn.compose import ColumnTransformer
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
texts = pandas.DataFrame({"text": ["good fine", "bad awful"]})
m = make_pipeline(ColumnTransformer([("t", TfidfVectorizer(), "text")]), LogisticRegression()).fit(texts, [1, 0])
"""
WITH_CODE = f"""
import features
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
{FIT}
m = make_pipeline(FunctionTransformer(features.double), m)
"""


def contents(path):
    with zipfile.ZipFile(path) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


class TestBothModes:
    def test_the_bundle_holds_the_model_and_the_other_does_not(self, built):
        bundle, s3 = (contents(built.out / f"function-{mode}.zip") for mode in ("bundle", "s3"))
        (name,) = bundle.keys() - s3.keys()
        assert bundle.pop(name) == built.example.model.read_bytes()
        assert bundle == s3
        assert {"handler.py", "serving/loading/model.py", "serving/__init__.py"} <= set(s3)
        assert not any("requirements" in name for name in s3)

    def test_the_manifest_says_what_the_model_is(self, built):
        entry = manifest.read(built.out)["model"]
        assert entry["estimator"] == "sklearn.pipeline.Pipeline"
        assert entry["n_features_in"] == 10
        assert entry["feature_names_in"][:3] == ["age", "sex", "bmi"]
        assert entry["sha256"] == archive.file_sha256(built.out / entry["path"])
        assert entry["sklearn_version"] == manifest.read(built.out)["layer"]["packages"]["scikit-learn"]

    def test_the_same_inputs_give_the_same_bytes(self, built, out):
        again = function.package(
            out, built.example.model, bundle_model=True, declared=Declared(request=built.example.request)
        )
        assert again.path.read_bytes() == (built.out / again.path.name).read_bytes()

    def test_bytecode_says_var_task(self, built):
        data = contents(built.out / "function-s3.zip")
        (compiled,) = (data[name] for name in data if "model.cpython" in name)
        assert compiled[4:8] == b"\1\0\0\0"
        assert b"/var/task/serving/loading/model.py" in compiled


class TestModels:
    def test_joblib_and_classes(self, out, pickled):
        path = pickled(CLASSIFY, "model.joblib", dump="import joblib; joblib.dump(m, PATH)")
        made = function.package(out, path)
        assert (made.model["format"], made.model["path"]) == ("joblib", f"model-{made.model['sha256'][:12]}.joblib")
        assert made.model["classes"] == ["no", "yes"]
        assert set(made.checked.proof.predictions) <= {"no", "yes"}
        assert made.model["signature"]["methods"][:2] == ["predict", "predict_proba"]

    def test_code_that_the_model_needs_travels_with_it(self, out, pickled, tmp_path):
        code = tmp_path / "code"
        (code / "features").mkdir(parents=True)
        (code / "features" / "__init__.py").write_text("def double(x):\n    return 2 * x\n")
        path = pickled(WITH_CODE, see=[code])
        with pytest.raises(model.ModelRefused, match=r"No module named 'features'.\nAdd the package .* --code DIR"):
            function.package(out, path)
        with pytest.raises(model.ModelRefused, match=r"no prediction could be tried: .*\n.*--example FILE .*--untried"):
            function.package(out, path, code=code)
        example = tmp_path / "example.json"
        example.write_text("[[1.5, 2]]")
        made = function.package(out, path, code=code, declared=Declared(example=example))
        assert made.checked.proof.predictions == [pytest.approx(7)]
        made = function.package(out, path, code=code, declared=Declared(untried=True))
        assert made.checked.proof.predictions is None
        assert "features/__init__.py" in contents(made.path)

    def test_a_request_is_answered_before_the_model_is_shipped(self, out, pickled, tmp_path):
        request = tmp_path / "request.json"
        request.write_text(json.dumps({"instances": [[3, 4]]}))
        made = function.package(out, pickled(FIT), declared=Declared(request=request))
        assert made.checked.proof.predictions == [pytest.approx(7)]

    def test_another_architecture_is_checked_with_the_same_versions_for_this_machine(self, built, tmp_path, pickled):
        other = architecture("arm64" if host_architecture().name == "x86_64" else "x86_64")
        needed = tmp_path / "requirements.txt"
        needed.write_text("".join(f"{name}=={version}\n" for name, version in built_packages(built).items()))
        layer.build(tmp_path / "d", layer.Order(built.runtime, other, needed, builder="uv"), lambda message: None)
        made = function.package(tmp_path / "d", pickled(FIT))
        assert made.entry["architecture"] == other.name
        assert made.checked.proof.predictions

    def test_a_model_of_texts_is_tried_with_texts_and_has_a_plan(self, out, pickled):
        made = function.package(out, pickled(TEXTS))
        assert made.model["signature"]["inputs"][0]["type"] == "text"
        assert made.checked.proof.predictions
        assert made.recording.plan

    def test_the_copy_of_the_model_before_is_removed(self, out, pickled):
        first = function.package(out, pickled(FIT))
        second = function.package(out, pickled(CLASSIFY))
        assert [each.name for each in out.glob("model-*")] == [second.model["path"]]
        assert first.model["path"] != second.model["path"]


def built_packages(built):
    return manifest.read(built.out)["layer"]["packages"]


@pytest.fixture(scope="module")
def with_skops(built, tmp_path_factory):
    folder = tmp_path_factory.mktemp("skops")
    pins = [f"{name}=={version}\n" for name, version in built_packages(built).items()]
    (folder / "requirements.txt").write_text("".join([*pins, "skops\n"]))
    order = layer.Order(built.runtime, host_architecture(), folder / "requirements.txt", builder="uv")
    path = layer.build(folder / "dist", order, lambda message: None).path
    with zipfile.ZipFile(path) as packed:
        packed.extractall(folder / "opt")
    return folder / "dist", folder / "opt" / built.runtime.site_packages


class TestSkops:
    """In a layer that has skops; the default one has not."""

    DUMP = "import skops.io; skops.io.dump(m, PATH)"

    def test_types_that_it_does_not_know_are_trusted_at_packaging_and_told(self, with_skops, pickled, tmp_path):
        out, packages = with_skops
        code = tmp_path / "code"
        code.mkdir()
        (code / "features.py").write_text("def double(x):\n    return 2 * x\n")
        request = tmp_path / "request.json"
        request.write_text(json.dumps({"instances": [[1.5, 2]]}))
        path = pickled(WITH_CODE, "model.bin", see=[code, packages], dump=self.DUMP)
        made = function.package(out, path, code=code, declared=Declared(request=request))
        assert (made.model["format"], made.model["trusted"]) == ("skops", ["features.double"])
        assert made.model["path"].endswith(".skops")
        assert made.checked.proof.predictions == [pytest.approx(7)]
        assert manifest.read(out)["model"]["trusted"] == ["features.double"]

    def test_in_another_layer_it_is_asked_for(self, out, with_skops, pickled):
        path = pickled(FIT, see=[with_skops[1]], dump=self.DUMP)
        with pytest.raises(model.ModelRefused, match=r"No module named 'skops'.\nAdd the package to the layer"):
            function.package(out, path)


class TestRefusals:
    def refuses(self, out, path, match, error=model.ModelRefused, **options):
        before = {each.name: each.read_bytes() for each in out.iterdir() if each.is_file() and each.name != ".lock"}
        with pytest.raises(error, match=match):
            function.package(out, path, **options)
        assert {
            each.name: each.read_bytes() for each in out.iterdir() if each.is_file() and each.name != ".lock"
        } == before

    def test_a_class_of_the_notebook(self, out, pickled):
        script = f"{FIT}class Mine(LinearRegression):\n    pass\nm = Mine().fit([[0], [1]], [0, 1])"
        self.refuses(out, pickled(script), "it needs 'Mine' from `__main__`")

    def test_another_scikit_learn(self, out, pickled):
        path = pickled(f"{FIT}import sklearn.base\nsklearn.base.__version__ = '1.0.2'")
        self.refuses(out, path, r"fitted with scikit-learn 1\.0\.2")

    def test_something_that_does_not_predict(self, out, pickled):
        self.refuses(
            out, pickled("from sklearn.preprocessing import LabelEncoder\nm = print"), "none of the methods predict"
        )

    def test_a_request_that_it_does_not_take(self, out, pickled, tmp_path):
        request = tmp_path / "request.json"
        request.write_text(json.dumps({"instances": [[3]]}))
        self.refuses(
            out,
            pickled(FIT),
            "cannot be used: it has 1 columns; the model was fitted with 2",
            declared=Declared(request=request),
        )

    def test_one_that_is_not_fitted(self, out, pickled):
        self.refuses(out, pickled("from sklearn.svm import SVC\nm = SVC()"), "it is not fitted")

    def test_a_request_without_rows(self, out, pickled, tmp_path):
        (tmp_path / "request.json").write_text(json.dumps({"instances": []}))
        self.refuses(
            out, pickled(FIT), "does not answer .*: no rows", declared=Declared(request=tmp_path / "request.json")
        )

    def test_a_request_that_is_not_json(self, out, pickled, tmp_path):
        (tmp_path / "request.json").write_text("{")
        match = r"is not a request \(.*\)\. Expected JSON: \{\"instances\""
        self.refuses(
            out, pickled(FIT), match, request_files.BadRequestFile, declared=Declared(request=tmp_path / "request.json")
        )

    def test_a_bundle_over_the_limit(self, out, pickled):
        path = pickled(f"{FIT}import os\nm.ballast_ = os.urandom(45_000_000)")
        self.refuses(
            out, path, "the layer and the function do not fit Lambda", function.FunctionTooLarge, bundle_model=True
        )

    def test_code_that_would_hide_the_handler(self, out, pickled, tmp_path):
        (tmp_path / "code").mkdir()
        (tmp_path / "code" / "handler.py").write_text("")
        self.refuses(out, pickled(FIT), "would hide", staging.CodeInTheWay, code=tmp_path / "code")

    def test_a_layer_that_is_not_the_one_in_the_manifest(self, out, pickled):
        path = next(out.glob("layer-*.zip"))
        path.write_bytes(path.read_bytes() + b"x")
        self.refuses(out, pickled(FIT), "is not the file that the manifest describes", Exception)
