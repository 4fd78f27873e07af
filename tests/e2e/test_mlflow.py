"""A model folder that MLflow writes is packaged as it is, and answers as the estimator in it."""

import json

import pytest

from build.host import commands, importable, interpreters
from build.layer import layer
from build.package import function, model_source, request_files
from build.package.declared import Declared
from build.runtimes import host_architecture, runtime
from local import operations

TARGET = runtime("3.13")
LOG = """
import sys, json, mlflow.sklearn, pandas
from mlflow.models import infer_signature
from sklearn.compose import make_column_transformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder
import features
rows = pandas.DataFrame({
    "age": [20, 31, 45, 52, 38, 60], "city": ["Oslo", "Rome", None, "Oslo", "Rome", None],
    "since": pandas.date_range("2024-01-30", periods=6)})
steps = make_column_transformer(
    (OneHotEncoder(), ["city"]), (FunctionTransformer(features.day), ["since"]), remainder="passthrough")
model = make_pipeline(steps, LogisticRegression(max_iter=1000)).fit(rows, ["a", "b", "a", "b", "b", "a"])
mlflow.sklearn.save_model(model, sys.argv[1], serialization_format="cloudpickle", code_paths=["features.py"],
    signature=infer_signature(rows, model.predict(rows)), input_example=rows)
asked = json.loads(rows.to_json(orient="records", date_format="iso"))
answers = model.predict_proba(rows).tolist()
with open("own.json", "w") as stream:
    json.dump({"dataframe_records": asked, "predictions": answers}, stream)
"""
FEATURES = """
def day(rows):
    return rows.apply(lambda column: column.dt.day)
"""


def silent(message):
    pass


@pytest.fixture(scope="module")
def logged(tmp_path_factory):
    """A folder that MLflow wrote, and a request with the estimator's own answers."""
    work = tmp_path_factory.mktemp("mlflow")
    (work / "requirements.txt").write_text("mlflow\nscikit-learn==1.9.1\n")
    packages = importable.of_requirements(work / "requirements.txt", TARGET, work)
    (work / "features.py").write_text(FEATURES)
    (work / "log.py").write_text(LOG)
    interpreter = interpreters.require(TARGET, "This test")
    env = {"PYTHONPATH": f"{packages}:{work}", "HOME": str(work), "PATH": "/usr/bin:/bin"}
    commands.run([interpreter, "-S", "-s", "-B", "log.py", work / "model"], env=env, cwd=work)
    return work / "model", json.loads((work / "own.json").read_text())


@pytest.mark.long
def test_a_folder_becomes_layer_and_function_and_answers_as_the_estimator(logged, tmp_path):
    folder, own = logged
    out = tmp_path / "dist"
    wanted = model_source.for_layer(out, None, folder, None)
    assert wanted.runtime == TARGET
    order = layer.Order(wanted.runtime, host_architecture(), wanted.requirements, builder="uv")
    built = layer.build(out, order, silent)
    assert "scikit-learn" in built.entry["packages"]
    assert "mlflow" not in built.entry["packages"]
    made = function.package(out, folder)
    assert made.source.taken_over() == ["the model", "its code", "signature", "input example"]
    inputs = {column["name"]: column["type"] for column in made.model["signature"]["inputs"]}
    assert inputs == {"age": "integer", "city": "text", "since": "datetime"}
    assert made.checked.proof.tried > 20
    answers = own.pop("predictions")
    request = tmp_path / "request.json"
    request.write_text(json.dumps({**own, "params": {"method": "predict_proba"}}))
    assert operations.predict_locally(out, request_files.read(request), silent)["predictions"] == answers


@pytest.mark.long
def test_a_librarys_own_format_becomes_a_pickle_of_the_estimator_always_the_same(root, tmp_path):
    (tmp_path / "requirements.txt").write_text("numpy==2.5.5\nscikit-learn==1.9.1\nscipy==1.18.1\nxgboost==3.4.1\n")
    (tmp_path / "overrides.txt").write_text("nvidia-nccl-cu13; python_version < '3'\n")  # for graphics cards
    options = ["--overrides", str(tmp_path / "overrides.txt")]
    packages = importable.of_requirements(tmp_path / "requirements.txt", TARGET, tmp_path, options)
    model = model_source.read(root / "tests" / "fixtures" / "mlflow" / "xgb_json", None, Declared())
    made = []
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
        made.append(model.estimator_file(TARGET, [packages], tmp_path / name).read_bytes())
    assert made[0] == made[1]
    script = "import pickle, sys; print(pickle.load(open(sys.argv[1], 'rb')).predict_proba([[54, 2.871]]).shape)"
    interpreter = interpreters.require(TARGET, "This test")
    words = [interpreter, "-S", "-s", "-B", "-c", script, tmp_path / "first" / "model.pkl"]
    assert commands.run(words, env={"PYTHONPATH": str(packages)}) == "(1, 2)\n"


@pytest.mark.long
def test_in_a_layer_without_the_library_the_folders_requirements_are_asked_for(root, tmp_path):
    model = model_source.read(root / "tests" / "fixtures" / "mlflow" / "xgb_json", None, Declared())
    with pytest.raises(model_source.NotConverted, match=r"No module named 'xgboost'\n.*--requirements .*xgb_json"):
        model.estimator_file(TARGET, [], tmp_path)
    assert not (tmp_path / "model.pkl").exists()
