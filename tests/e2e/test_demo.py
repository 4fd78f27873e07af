"""The command of the README, as a newcomer types it, and as one who changes their mind."""

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

ARGV = [sys.executable, "-m", "invoke", "demo", "--out"]


def command(folder):
    """The demo's own process, with all temporary files below ``folder``: by that its children are told apart."""
    (folder / "tmp").mkdir()
    # a user's own settings, none of which may reach the embedded AWS
    theirs = {"AWS_PROFILE": "production", "AWS_ENDPOINT_URL_S3": "http://127.0.0.1:9", "TF_VAR_name": "theirs"}
    env = os.environ | theirs | {"TMPDIR": str(folder / "tmp"), "COLUMNS": "100"}
    return [*ARGV, str(folder / "dist")], env


def children(folder):
    """Processes that work in that folder, or were told of it."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            told = (process / "environ").read_bytes() + (process / "cmdline").read_bytes()
            if int(process.name) != os.getpid() and (
                str(folder).encode() in told or str(folder) in os.readlink(process / "cwd")
            ):
                found.append((process / "cmdline").read_bytes())
    return found


def runs_the_function(folder):
    """Whether the emulator has started its child, the runtime client."""
    return any(b"awslambdaric" in words and b"aws-lambda-rie" not in words for words in children(folder))


def test_both_modes_answer_what_the_estimator_says_and_all_is_stopped(root, tmp_path):
    argv, env = command(tmp_path)
    done = subprocess.run(argv, cwd=root, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (row,) = (line for line in done.stdout.splitlines() if "predictions equal" in line)
    assert row.count("20 of 20") == 2
    assert "mode = bundle: terraform destroy" in done.stdout
    assert children(tmp_path) == []
    assert list((tmp_path / "tmp").iterdir()) == []


@pytest.mark.parametrize("number", [signal.SIGINT, pytest.param(signal.SIGTERM, marks=pytest.mark.rare)])
def test_an_interrupted_demo_destroys_and_stops_what_it_started(root, built, tmp_path, number):
    argv, env = command(tmp_path)
    (tmp_path / "dist").mkdir()
    (tmp_path / "dist" / ".cache").symlink_to(built.out / ".cache")  # so that it comes to deploying sooner
    log = tmp_path / "log"
    with log.open("wb") as stream:
        process = subprocess.Popen(argv, cwd=root, env=env, stdout=stream, stderr=subprocess.STDOUT)
        while not runs_the_function(tmp_path):  # s3 is deployed then
            assert process.poll() is None, log.read_text()
            time.sleep(0.1)
        assert len(children(tmp_path)) > 1
        process.send_signal(number)
        assert process.wait(timeout=600) == 130, log.read_text()
    assert log.read_text().rstrip().endswith("Interrupted.")
    assert "Traceback" not in log.read_text()
    assert children(tmp_path) == []
    assert list((tmp_path / "tmp").iterdir()) == []
