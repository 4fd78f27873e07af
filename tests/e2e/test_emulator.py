"""What the emulator itself answers, without the packaged function."""

import json

import pytest

from build.host import interpreters
from build.runtimes import runtime
from local import emulator
from local.deployed import Deployed
from local.embedded_aws import EmbeddedAws

SLEEPS = "import time\n\ndef lambda_handler(event, context):\n    time.sleep(600)\n"
TELLS = (
    "import os, time\n\ndef lambda_handler(event, context):\n"
    "    return {'variables': dict(os.environ), 'zone': time.tzname[0], 'log_group': context.log_group_name}\n"
)
ECHOES = "def lambda_handler(event, context):\n    return event\n"
NOWHERE = EmbeddedAws("http://127.0.0.1:9")


@pytest.fixture(scope="module", params=["3.11", "3.13"])
def python(request):
    if interpreters.find(request.param) is None:
        pytest.skip(f"this machine has no CPython {request.param}")
    return request.param


@pytest.fixture(scope="module")
def packages(python, tmp_path_factory):
    return emulator.runtime_packages(python, tmp_path_factory.mktemp("runtime"))


@pytest.fixture
def start(python, packages, tmp_path):
    """Starts a fresh environment of a function with this code."""

    def start(code, **configuration):
        (tmp_path / "task").mkdir()
        (tmp_path / "task" / "handler.py").write_text(code)
        made = Deployed.of(tmp_path / "task", tmp_path / "opt", runtime(python), {"OWN": "variable"}, 128)
        deployed = Deployed(made.task, made.layers, made.configuration | configuration)
        return emulator.start(deployed, packages, NOWHERE)

    return start


def test_a_call_that_takes_too_long_is_told_in_words(start):
    said = r"failed: Task timed out after 1\.00 seconds\n(.*\n)*START "  # and the log
    with start(SLEEPS, Timeout=1) as environment, pytest.raises(emulator.FunctionFailed, match=said):
        environment.invoke({})


def test_the_variables_are_those_that_lambda_sets(start, python, packages, tmp_path):
    with start(TELLS, FunctionName="churn", Version="7") as environment:
        told = environment.invoke({})
    variables = told["variables"]
    assert variables["AWS_EXECUTION_ENV"] == f"AWS_Lambda_python{python}"
    assert variables["AWS_LAMBDA_INITIALIZATION_TYPE"] == "on-demand"
    assert variables["AWS_LAMBDA_LOG_GROUP_NAME"] == told["log_group"] == "/aws/lambda/churn"
    assert "[7]" in variables["AWS_LAMBDA_LOG_STREAM_NAME"]
    assert variables["LAMBDA_TASK_ROOT"] == str(tmp_path / "task")
    assert variables["LAMBDA_RUNTIME_DIR"] == str(packages)
    assert (variables["TZ"], told["zone"]) == (":UTC", "UTC")
    assert variables["OWN"] == "variable"


def test_answers_are_written_as_the_runtime_of_that_python_writes_them(start, python):
    with start(ECHOES) as environment:
        written = environment.send(json.dumps({"city": "Zürich"}).encode())
    assert json.loads(written) == {"city": "Zürich"}
    # AWS's client escapes up to python3.11, and writes characters as they are from python3.12
    assert ("Zürich" in written.decode()) == (python != "3.11")
