"""What the emulator itself answers, without the packaged function."""

import pytest

from build import interpreters
from build.runtimes import runtime
from local import emulator
from local.deployed import Deployed
from local.embedded_aws import EmbeddedAws

SLEEPS = "import time\n\ndef lambda_handler(event, context):\n    time.sleep(600)\n"


def test_a_call_that_takes_too_long_is_told_in_words(tmp_path):
    python = interpreters.running()
    packages = emulator.runtime_packages(python, tmp_path / "runtime")
    task = tmp_path / "task"
    task.mkdir()
    (task / "handler.py").write_text(SLEEPS)
    never = Deployed.of(task, tmp_path / "opt", runtime(python), {}, 128)
    hasty = Deployed(task, never.layers, never.configuration | {"Timeout": 1})
    nowhere = EmbeddedAws("http://127.0.0.1:9")
    said = r"failed: Task timed out after 1\.00 seconds\n(.*\n)*START "  # and the log
    with emulator.start(hasty, packages, nowhere) as environment, pytest.raises(emulator.FunctionFailed, match=said):
        environment.invoke({})
