"""Clients of others ask it over HTTP: MLflow's, Triton's, SageMaker's, and schemathesis, which tries to break it."""

import json
import os
import re
import subprocess
from contextlib import contextmanager
from pathlib import Path

import pandas as pd
import pytest
from in_process import Handler
from serving.loading.model import describe
from sklearn.compose import make_column_transformer
from sklearn.ensemble import RandomForestClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

from build.host import importable, interpreters
from build.runtimes import runtime
from local import embedded_aws, emulator, front, packaged

TARGET = runtime("3.13")
CLIENTS = "mlflow\ntritonclient[http]\nsagemaker-core>=2\nschemathesis\nnumpy\npandas\n"


@pytest.fixture(scope="module")
def clients(tmp_path_factory):
    """The packages of all clients."""
    folder = tmp_path_factory.mktemp("clients")
    (folder / "requirements.txt").write_text(CLIENTS)
    return importable.of_requirements(folder / "requirements.txt", TARGET, folder)


@pytest.fixture(scope="module")
def deployed(built, tmp_path_factory):
    """The packaged example under AWS's runtime client and emulator, and its request."""
    known = packaged.read(built.out)
    folder = tmp_path_factory.mktemp("deployed")
    task = packaged.unpack(built.out, known, "bundle", folder / "task", {"MODEL_FILE": known["model"]["path"]}, 1024)
    packages = emulator.runtime_packages(built.runtime.python, folder / "runtime")
    with embedded_aws.start() as aws, emulator.start(task, packages, aws) as environment:
        yield environment


@contextmanager
def of_texts():
    """A classifier of texts that look like numbers, and numbers; its rows and their datatypes."""
    rows = pd.DataFrame(
        {
            "code": ["007", "12", "080", "7"] * 10,
            "town": ["Oslo", "Córdoba", "東京", "Oslo"] * 10,
            "age": [20, 31, 45, 52] * 10,
            "size": [0.1, 2.5, 1 / 3, 4.0] * 10,
        }
    )
    columns = make_column_transformer(
        (OneHotEncoder(handle_unknown="ignore"), ["code", "town"]), remainder="passthrough"
    )
    estimator = RandomForestClassifier(5, random_state=0)
    model = make_pipeline(columns, estimator).fit(rows.astype({"age": float}), ["no", "yes", "maybe", "no"] * 10)
    served = Handler(describe(model, "a" * 64))
    yield served, rows[:6].to_dict(orient="records"), ["BYTES", "BYTES", "INT64", "FP64"]


@contextmanager
def of_numbers(request):
    """The packaged example."""
    records = json.loads(request.getfixturevalue("built").example.request.read_text())["dataframe_records"]
    yield request.getfixturevalue("deployed"), records, ["FP64"] * len(records[0])


@pytest.mark.long
@pytest.mark.parametrize("model", ["a classifier of texts, in this process", "the example, packaged"])
def test_each_client_gets_the_models_own_answers(root, clients, tmp_path, model, request):
    with (
        of_texts() if "texts" in model else of_numbers(request) as (environment, records, datatypes),
        front.start(environment) as url,
    ):
        methods = ["predict", "predict_proba" if "texts" in model else "predict"]
        own = {
            method: environment.invoke({"dataframe_records": records, "method": method})["predictions"]
            for method in methods
        }
        order = {
            "url": url,
            "records": records,
            "datatypes": dict(zip(records[0], datatypes, strict=True)),
            "method": methods[-1],
            "result": str(tmp_path / "result.json"),
        }
        (tmp_path / "order.json").write_text(json.dumps(order))
        run(clients, [root / "tests" / "e2e" / "target" / "ask_by_clients.py", tmp_path / "order.json"], tmp_path)
    found = json.loads((tmp_path / "result.json").read_text())
    first, refused, metadata = next(iter(records[0])), found.pop("refused"), found.pop("metadata")
    assert found.pop("version")["model_sha256"].startswith(metadata["versions"][0])
    assert [each["name"] for each in metadata["inputs"]] == list(records[0])
    assert len(found) >= 11
    for what, answers in found.items():
        assert answers == {method: own[method] for method in answers}, what
    assert re.search(rf"error code 400.* lacks {first}", refused["mlflow"])
    assert re.search(rf"\[400\] inputs lacks {first}", refused["triton, a column"])
    assert refused["triton, a model"] == "[404] there is no model 'other'; this one is local"
    assert refused["sagemaker"].startswith("415 expected as content-type one of application/json, text/csv")


@pytest.mark.long
def test_what_openapi_tells_is_what_is_answered(clients, deployed, tmp_path):
    """schemathesis makes requests of the document, right ones and wrong ones, and judges the answers by it."""
    with front.start(deployed) as url:
        # That a shape fits its data, no schema can say: so not every request that a schema allows is one
        options = ["--checks=all", "--exclude-checks=positive_data_acceptance", "--phases=examples,coverage,fuzzing"]
        options += ["--max-examples=15", "--seed=1", "--continue-on-failure", "--no-color"]
        said = run(clients, ["-m", "schemathesis.cli", "run", f"{url}/openapi.json", *options], tmp_path)
    assert int(re.search(r"(\d+) generated", said)[1]) > 500
    assert deployed.log.read_text().count('"ColdStart": 1') <= 1  # no request has ended the environment


def run(clients, words, folder: Path) -> str:
    interpreter = interpreters.require(TARGET, "This test")
    env = {"PYTHONPATH": str(clients), "HOME": str(folder), "PATH": os.environ["PATH"], "LANG": "C.UTF-8"}
    done = subprocess.run(
        [interpreter, "-B", *map(str, words)], env=env, cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
