"""Model folders that MLflow wrote are read; those that cannot be served are refused with what to do."""

import json
import shutil

import pytest

from build.layer.trim import TrimFor
from build.package import mlflow_folder, model_source
from build.package.declared import Declared, columns

PINS = ("numpy==2.5.5", "pandas==3.1.1", "scikit-learn==1.9.1", "scipy==1.18.1")


@pytest.fixture
def folder(root, tmp_path):
    """Copies a folder that MLflow wrote, to be changed."""
    return lambda name: shutil.copytree(root / "tests" / "fixtures" / "mlflow" / name, tmp_path / name)


def edit(path, old, new):
    said = path.read_text()
    assert old in said
    path.write_text(said.replace(old, new))


class TestRead:
    def test_everything_that_mlflow_noted(self, folder):
        path = folder("code")
        found = mlflow_folder.read(path)
        assert (found.flavor, found.model, found.estimator) == ("sklearn", path / "model.pkl", None)
        assert (found.code, found.example) == (path / "code", path / "input_example.json")
        assert found.columns == [
            {"name": "age", "type": "integer", "dtype": "int64", "weak": True},
            {"name": "when", "type": "datetime", "dtype": "datetime64[ns]", "weak": True},
        ]
        assert found.runtime_python() == "3.13"
        assert found.requirements == ("cloudpickle==3.1.3", *PINS)
        assert found.left_out == ("mlflow==3.17.2 (not needed to serve)",)

    def test_the_method_that_mlflow_would_call_is_the_default_one(self, folder):
        path = folder("code")
        assert model_source.read(path, None, Declared()).declared.method is None
        edit(path / "MLmodel", "predict_fn: predict", "predict_fn: predict_proba")
        found = model_source.read(path, None, Declared())
        assert found.declared.method == "predict_proba"
        assert "method predict_proba" in found.taken_over()
        assert model_source.read(path, None, Declared(method="predict")).declared.method == "predict"

    def test_a_wheel_in_the_folder_is_named_where_it_lies(self, folder, tmp_path):
        path = folder("code")
        (path / "wheels").mkdir()
        (path / "wheels" / "own-1.0-py3-none-any.whl").touch()
        (path / "requirements.txt").write_text("mlflow==3.17.2\nwheels/own-1.0-py3-none-any.whl\nscikit-learn==1.9.1\n")
        lines = model_source.for_layer(tmp_path / "dist", None, path, None).requirements.read_text().splitlines()
        assert str(path / "wheels" / "own-1.0-py3-none-any.whl") in lines
        assert "scikit-learn==1.9.1" in lines

    def test_a_tensor_has_an_example_and_no_columns(self, folder):
        found = mlflow_folder.read(folder("tensor"))
        assert (found.columns, found.code) == (None, None)
        assert json.loads(found.example.read_text())[0] == [54.0, 2.871]

    def test_a_librarys_own_format_is_read_by_the_estimators_class(self, folder):
        found = mlflow_folder.read(folder("xgb_json"))
        assert (found.flavor, found.estimator) == ("xgboost", "xgboost.sklearn.XGBClassifier")
        assert (found.columns, found.example) == (None, None)

    @pytest.mark.parametrize(("required", "held"), [("true", ("bool", None)), ("false", ("object", "unsaid"))])
    def test_booleans_have_missing_values_only_where_mlflow_saw_some(self, folder, required, held):
        path = folder("code")
        edit(
            path / "MLmodel",
            '"type": "long", "name": "age", "required": true',
            f'"type": "boolean", "name": "age", "required": {required}',
        )
        column = mlflow_folder.read(path).columns[0]
        assert (column["dtype"], column.get("missing", "unsaid")) == held

    def test_a_signature_with_a_type_that_is_no_columns_is_left_out_and_said(self, folder):
        path = folder("code")
        edit(path / "MLmodel", '"type": "datetime"', '"type": "array", "items": {"type": "long"}')
        found = mlflow_folder.read(path)
        assert found.columns is None
        assert "the signature ('array' is not a type of a column)" in found.left_out

    def test_an_example_that_does_not_hold_rows_is_left_out_and_said(self, folder):
        path = folder("tensor")
        edit(path / "MLmodel", "type: ndarray", "type: sparse_matrix_csr")
        found = mlflow_folder.read(path)
        assert found.example is None
        assert "the input example (a sparse_matrix_csr, which cannot be read here)" in found.left_out


class TestRequirements:
    @pytest.mark.parametrize(
        "line", ["mlflow", "mlflow>=3,<4", "mlflow[extras]==3.1", "MLflow-skinny==3.17.2", "mlflow @ https://a/b.whl"]
    )
    def test_mlflow_itself_is_left_out_and_pandas_which_it_brings_stays(self, folder, line):
        path = folder("code")
        (path / "requirements.txt").write_text(f"{line}\nscikit-learn==1.9.1\n")
        found = mlflow_folder.read(path)
        assert found.requirements == ("scikit-learn==1.9.1", "pandas")
        assert found.left_out == (f"{line} (not needed to serve)",)

    def test_a_scikit_learn_that_needs_an_earlier_numpy_gets_it(self, folder):
        path = folder("code")  # as MLflow 1.20 wrote it
        (path / "requirements.txt").write_text("mlflow\ncloudpickle==3.1.3\nscikit-learn==1.0.2")
        added = ("cloudpickle==3.1.3", "scikit-learn==1.0.2", "pandas", "numpy<2", "pandas<3")
        assert mlflow_folder.read(path).requirements == added
        (path / "requirements.txt").write_text("mlflow\nnumpy==1.26.4\nscikit-learn==1.3.2\npandas\n")
        assert mlflow_folder.read(path).requirements == ("numpy==1.26.4", "scikit-learn==1.3.2", "pandas")

    def test_packages_that_are_only_called_like_it_stay(self, folder):
        path = folder("code")
        (path / "requirements.txt").write_text("mlflow-export-import==1\nmlflowish\npandas-stubs\nmlflow\n")
        assert mlflow_folder.read(path).requirements == (
            "mlflow-export-import==1",
            "mlflowish",
            "pandas-stubs",
            "pandas",
        )

    def test_a_folder_without_requirements_txt_has_them_in_conda_yaml(self, folder):
        path = folder("tensor")
        (path / "requirements.txt").unlink()
        (path / "python_env.yaml").unlink()
        edit(path / "MLmodel", "python_version: 3.13.0", "loaded: true")
        edit(path / "conda.yaml", "python=3.13.0", "python=3.10")
        found = mlflow_folder.read(path)
        assert (found.requirements, found.python) == (PINS, "3.10")

    def test_they_become_a_file_beside_the_constraints_that_they_name(self, folder, tmp_path):
        path = folder("code")
        (path / "requirements.txt").write_text("mlflow\npandas\n-c constraints.txt\n")
        (path / "constraints.txt").write_text("numpy<3\n")
        made = model_source.for_layer(tmp_path / "dist", None, path, None)
        assert made.requirements.read_text() == "pandas\n-c constraints.txt\n"
        assert (made.requirements.parent / "constraints.txt").read_text() == "numpy<3\n"
        assert made.runtime.name == "python3.13"
        assert model_source.for_layer(tmp_path / "dist", None, None, path).requirements == made.requirements

    def test_what_the_user_says_counts_for_more(self, folder, tmp_path):
        path, own = folder("code"), tmp_path / "own.txt"
        assert model_source.for_layer(tmp_path / "dist", "3.12", path, None).runtime.name == "python3.12"
        made = model_source.for_layer(tmp_path / "dist", None, own, path)
        assert (made.requirements, made.folder) == (own, None)

    def test_none_at_all_is_refused_and_nothing_is_written(self, folder, tmp_path):
        path = folder("code")
        (path / "requirements.txt").write_text("\n")
        with pytest.raises(model_source.NoRequirementsInFolder, match="--requirements FILE"):
            model_source.for_layer(tmp_path / "dist", None, path, None)
        assert not (tmp_path / "dist").exists()

    @pytest.mark.parametrize(("said", "python"), [("3.10", "3.10"), ("3.9.18", "3.9"), ("'3.11'", "3.11")])
    def test_a_python_is_no_number(self, folder, said, python):
        path = folder("code")
        edit(path / "python_env.yaml", "python: 3.13.0", f"python: {said}")
        assert mlflow_folder.read(path).python == python

    def test_a_python_that_lambda_has_not_is_refused(self, folder, tmp_path):
        path = folder("code")
        edit(path / "python_env.yaml", "python: 3.13.0", "python: 3.5.2")
        with pytest.raises(
            mlflow_folder.PythonNotServed, match=r"Python 3\.5, .*\nChoose one of these with --python: 3\.6"
        ):
            model_source.for_layer(tmp_path / "dist", None, path, None)
        assert not (tmp_path / "dist").exists()
        assert model_source.for_layer(tmp_path / "dist", "3.13", path, None).runtime.name == "python3.13"


class TestRefusals:
    @pytest.mark.parametrize(
        ("name", "error", "said"),
        [
            (
                "lgb_booster",
                mlflow_folder.NativeBooster,
                r"native lightgbm\.basic\.Booster.*\n.*lightgbm\.LGBMClassifier",
            ),
            ("pyfunc", mlflow_folder.FlavorNotServed, r"flavors python_function, none .* These can: sklearn, xgboost"),
        ],
    )
    def test_what_is_not_served(self, folder, name, error, said):
        with pytest.raises(error, match=said):
            mlflow_folder.read(folder(name))

    def test_a_folder_without_mlmodel_tells_where_there_is_one(self, folder):
        path = folder("code")
        with pytest.raises(mlflow_folder.NoMLmodel, match=f"There is one in {path}"):
            mlflow_folder.read(path.parent)
        with pytest.raises(mlflow_folder.NoMLmodel, match=r"not a model folder of MLflow\.\n"):
            mlflow_folder.read(path / "code")

    @pytest.mark.parametrize(
        ("old", "new", "why"),
        [
            ("pickled_model: model.pkl", "pickled_model: ../tensor/model.pkl", "is not in it"),
            ("pickled_model: model.pkl", "pickled_model: gone.pkl", "gone.pkl, is missing"),
            ("code: code", "code: elsewhere", "the folder of its code, elsewhere, is missing"),
            ("flavors:", "flavours:", "names no flavors"),
            ("flavors:", "flavors: [", "is not YAML"),
            ("flavors:", "!!python/object/apply:os.system ['true']\n#", "is not YAML"),
        ],
    )
    def test_a_broken_one(self, folder, old, new, why):
        path = folder("code")
        edit(path / "MLmodel", old, new)
        with pytest.raises(mlflow_folder.BadFolder, match=why):
            mlflow_folder.read(path)


class TestTakenOver:
    def test_what_the_user_does_not_say(self, folder):
        path = folder("code")
        found = model_source.read(path, None, Declared())
        assert (found.file, found.code) == (path / "model.pkl", path / "code")
        assert found.declared.example == path / "input_example.json"
        assert [each["name"] for each in columns(found.declared)] == ["age", "when"]
        assert found.taken_over() == ["the model", "its code", "signature", "input example"]

    def test_what_the_user_says_counts_for_more(self, folder, tmp_path):
        path, own = folder("code"), Declared(example=tmp_path / "rows.csv", signature=tmp_path / "signature.json")
        own.signature.write_text('{"inputs": [{"name": "when", "type": "string"}]}')
        found = model_source.read(path, tmp_path, own)
        assert (found.code, found.declared.example) == (tmp_path, own.example)
        assert [each["type"] for each in columns(found.declared)] == ["text"]
        assert found.taken_over() == ["the model"]

    def test_a_file_is_taken_as_it_is(self, tmp_path):
        found = model_source.read(tmp_path / "model.pkl", None, Declared())
        assert (found.file, found.folder, found.taken_over()) == (tmp_path / "model.pkl", None, [])

    def test_a_cut_depends_on_all_that_the_folder_tells(self, folder):
        path = folder("code")
        seen = [TrimFor(path).inputs()]
        for name in ("model.pkl", "MLmodel", "input_example.json", "code/mlfeatures.py"):
            with (path / name).open("ab") as stream:
                stream.write(b"\n")
            seen.append(TrimFor(path).inputs())
        assert all(seen.count(each) == 1 for each in seen)


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ("xgboost==3.4.1", "xgboost-cpu==3.4.1"),
        ("XGBoost>=3", "xgboost-cpu>=3"),
        ("xgboost[pandas]==3.4.1; python_version > '3'", "xgboost-cpu[pandas]==3.4.1; python_version > '3'"),
        ("xgboost==2.0.3", "xgboost==2.0.3"),  # xgboost-cpu began with 2.1.1
        ("xgboost==2.1.*", "xgboost==2.1.*"),
        ("xgboost==3.4.1 --hash=sha256:ab", "xgboost==3.4.1 --hash=sha256:ab"),
        ("xgboost @ https://example.com/xgboost-3.4.1-py3-none-any.whl",) * 2,
        ("xgboost-ray==0.1.19", "xgboost-ray==0.1.19"),
    ],
)
def test_xgboost_comes_without_what_it_has_for_gpus(folder, line, kept):
    path = folder("xgb_json")
    (path / "requirements.txt").write_text(f"mlflow==3.17.2\npandas\n{line}")
    found = mlflow_folder.read(path)
    assert found.requirements == ("pandas", kept)
    assert any("for GPUs" in each for each in found.left_out) == (kept != line)


@pytest.mark.parametrize(
    ("lines", "added"),
    [
        ("mlflow\nscikit-learn==1.3.2", ("pandas", "numpy<2", "pandas<3")),  # as MLflow 1.30 writes them
        ("mlflow\nscikit-learn==1.3.2\nnumpy==1.26.4\npandas==2.2.2", ()),
        ("mlflow\nscikit-learn==1.9.1", ("pandas",)),
    ],
)
def test_old_versions_get_the_bounds_that_came_with_mlflow(folder, lines, added):
    path = folder("tensor")
    (path / "requirements.txt").write_text(lines)
    assert mlflow_folder.read(path).requirements == (*lines.split("\n")[1:], *added)
