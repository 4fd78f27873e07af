"""What AWS's language says of the definition of modules/batch, and what a plan of the root module refuses."""

import itertools
import json
import shutil
import subprocess

import pytest

from build.host import commands
from local.terraform import Terraform, copy_module
from tests import batch_definition
from tests.conftest import ROOT

VALIDATOR = "asl-validator@4.0.0"
FIXTURES = ROOT / "tests" / "fixtures" / "artifacts"
DATA = {"input": {"bucket": "data", "prefix": "in/"}, "output": {"bucket": "data"}}


@pytest.fixture(scope="module")
def module(tmp_path_factory):
    return batch_definition.initialized(tmp_path_factory.mktemp("batch") / "module")


@pytest.fixture(scope="module")
def validator(tmp_path_factory):
    """The program asl-validator, from npm."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        pytest.skip("There is no npm on PATH, which installs asl-validator")
    folder = tmp_path_factory.mktemp("npm")
    words = [npm, "install", "--prefix", str(folder), "--no-audit", "--no-fund", "--ignore-scripts", VALIDATOR]
    subprocess.run(words, check=True, capture_output=True, text=True, timeout=300)
    return folder / "node_modules" / ".bin" / "asl-validator"


def validate(validator, definition, folder):
    path = folder / "definition.json"
    path.write_text(json.dumps(definition))
    return subprocess.run([validator, "--json-path", path], capture_output=True, text=True, check=False)


@pytest.mark.parametrize(("format_", "type_"), list(itertools.product(("csv", "jsonl"), ("STANDARD", "EXPRESS"))))
def test_the_definition_is_valid(validator, module, tmp_path, format_, type_):
    made = batch_definition.rendered(module, format=format_, execution_type=type_, method="predict_proba")
    done = validate(validator, made, tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_validator_looks_into_the_inner_map(validator, module, tmp_path):
    made = batch_definition.rendered(module)
    made["States"]["Files"]["ItemProcessor"]["States"]["Rows"]["ItemProcessor"]["States"]["Predict"]["Next"] = "Nowhere"
    done = validate(validator, made, tmp_path)
    assert done.returncode == 1 and "Nowhere" in done.stdout + done.stderr


@pytest.fixture(scope="module")
def root(tmp_path_factory, aws):
    terraform = Terraform(copy_module(tmp_path_factory.mktemp("root") / "module"))
    terraform.init()
    terraform.env = aws.environment(terraform.env)
    return terraform


REFUSED = {
    "a call that may take longer than EXPRESS allows": (
        {"timeout": 301},
        {"execution_type": "EXPRESS"},
        ['With execution_type = "EXPRESS", a call ends after 300 seconds', "timeout is 301"],
    ),
    "an answer that is too large": (
        {},
        {"method": "predict_proba", "rows_per_call": 500},
        ["an answer can have 522000 bytes", "Set rows_per_call to 129 or less."],
    ),
    "a method that the model has not": ({}, {"method": "transform"}, ['The model has no method "transform"']),
}


@pytest.mark.parametrize("why", REFUSED)
def test_the_plan_refuses(root, why):
    variables, batch, words = REFUSED[why]
    given = {
        "name": "churn",
        "artifacts_dir": str(FIXTURES / "with-signature"),
        "batch": {**DATA, **batch},
        **variables,
    }
    with pytest.raises(commands.CommandFailed) as raised:
        root.has_changes(given)
    said = " ".join(str(raised.value).replace("│", " ").split())
    assert [each for each in words if each not in said] == [], said
