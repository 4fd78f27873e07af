"""The commands as docs/from-another-repository.md has them, in a folder to which terraform init fetched the module."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests import repository

MODULE = Path(".terraform", "modules", "churn")
UV = f"uv run --project {MODULE} invoke --search-root {MODULE}"
UNREACHABLE = re.compile(r"Failed to (fetch|download)|error sending request|dns error")


@pytest.fixture
def folder(built, tmp_path):
    """A configuration with the module, and the layer that the tests share in its cache. Nothing is set up."""
    repository.publish(tmp_path / MODULE)
    (tmp_path / "dist").mkdir()
    (tmp_path / "dist" / ".cache").symlink_to(built.out / ".cache")
    return tmp_path


def run(line, folder):
    own = ("AWS_", "TF_", "GIT_", "VIRTUAL_ENV", "PYTHON", "UV_RUN")
    env = {name: value for name, value in os.environ.items() if not name.startswith(own)}
    env["PATH"] = f"{Path(sys.executable).parent}:{env['PATH']}"
    done = subprocess.run(["bash", "-c", line], cwd=folder, env=env, capture_output=True, text=True, check=False)
    if done.returncode and UNREACHABLE.search(done.stderr) and os.environ.get("CI") != "true":
        pytest.skip(f"uv does not reach the addresses of the lock: {done.stderr.strip().splitlines()[-1]}")
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def following(printed):
    """The commands that another one ended with."""
    return [line.removeprefix("Next:").strip() for line in printed.partition("Next:")[2].splitlines() if line.strip()]


@pytest.mark.long
def test_one_command_and_those_that_it_names_build_and_package_without_any_set_up(folder):
    build, package = following(run(f"{UV} train-example", folder))
    assert build == f"{UV} build-layer"
    assert package == f"{UV} package --model dist/example/model.pkl"
    assert following(run(build, folder)) == [f"{UV} package --model model.pkl"]
    predict, deploy = following(run(package, folder))
    assert deploy == "terraform apply"
    assert '"predictions": [' in run(predict.replace("request.json", "dist/example/request.json"), folder)
    assert (folder / "dist" / "function-s3.zip").is_file()
    assert {path.name for path in folder.iterdir()} == {".terraform", "dist"}
    assert repository.git(folder / MODULE, "status", "--porcelain") == ""


def test_what_terraform_init_may_replace_keeps_no_deployment(folder):
    invoke = f"{sys.executable} -m invoke --search-root {MODULE}"
    refused = subprocess.run(
        ["bash", "-c", f"{invoke} deploy --dry-run"], cwd=folder, capture_output=True, text=True, check=False
    )
    assert refused.returncode == 1
    assert f"Error: {MODULE} is a copy of the module that terraform init has fetched" in refused.stderr
    assert "terraform apply" in refused.stderr
