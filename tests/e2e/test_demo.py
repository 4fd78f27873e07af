"""The command of the README, as a newcomer types it, and as one who changes their mind."""

import os
import signal
import subprocess
import sys
import time

import pytest

ARGV = [sys.executable, "-m", "invoke", "demo", "--out"]


def children():
    """Every process on this machine that only the demo starts."""
    listed = subprocess.run(["ps", "-eo", "pid,args"], capture_output=True, text=True, check=True).stdout.splitlines()
    words = ("moto.server", "aws-lambda-rie", "awslambdaric", "terraform-provider-aws")
    return {line.split(maxsplit=1)[0] for line in listed if any(word in line for word in words)}


def test_both_modes_answer_what_the_estimator_says_and_all_is_stopped(root, tmp_path):
    before = children()
    done = subprocess.run(
        [*ARGV, str(tmp_path)],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"COLUMNS": "100"},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    for row in done.stdout.splitlines():
        if "predictions equal" in row:
            assert row.count("20 of 20") == 2
            break
    else:
        pytest.fail(done.stdout)
    assert "mode = bundle: terraform destroy" in done.stdout
    assert children() <= before


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_demo_destroys_and_stops_what_it_started(root, tmp_path, number):
    before = children()
    log = tmp_path / "log"
    with log.open("wb") as stream:
        process = subprocess.Popen([*ARGV, str(tmp_path / "dist")], cwd=root, stdout=stream, stderr=subprocess.STDOUT)
        while "requests" not in log.read_text():  # s3 is deployed, the emulator about to start
            assert process.poll() is None, log.read_text()
            time.sleep(0.1)
        process.send_signal(number)
        assert process.wait(timeout=120) == 130, log.read_text()
    assert log.read_text().rstrip().endswith("Interrupted.")
    assert "Traceback" not in log.read_text()
    assert children() <= before
