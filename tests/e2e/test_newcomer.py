"""A newcomer: a fresh clone, and nothing but the commands of the README, in order and as they stand, to an answer."""

import json
import os
import subprocess
import sys

import pytest

from build.dist import manifest
from local import deployed, embedded_aws, emulator
from local.terraform import CALLERS, Terraform, binary, provider_mirror
from tests import documents, repository

# What is not typed, by the beginning of the command, and why
NOT_TYPED = {
    "make test": "it runs this test",
    "aws lambda invoke": "the embedded AWS runs functions in containers only: what was deployed is asked below",
}
LAST = "terraform init && terraform apply"


def commands(clone):
    """Those of the README up to the deployment, as a newcomer types them."""
    found = []
    for command in documents.of(clone / "README.md"):
        if not any(command.text.startswith(beginning) for beginning in NOT_TYPED):
            found.append(command.text)
        if command.text.startswith(LAST):
            return found
    raise AssertionError(f"The README has no {LAST}")


def environment(aws):
    """A newcomer's: no virtual environment, nobody's settings of Terraform, and credentials of the embedded AWS."""
    env = {name: value for name, value in repository.without_git().items() if not name.startswith(CALLERS)}
    own = os.path.join(sys.prefix, "bin")
    env["PATH"] = os.pathsep.join(folder for folder in env["PATH"].split(os.pathsep) if folder != own)
    env.pop("VIRTUAL_ENV", None)
    env["PYTHON"] = sys._base_executable  # whatever version runs the tests, where python3 may be too old
    mirror = provider_mirror(binary().name)
    if mirror:
        env["TF_CLI_ARGS_init"] = f"-plugin-dir={mirror}"
    if not os.path.exists(env.get("TF_CLI_CONFIG_FILE", "/")):
        del env["TF_CLI_CONFIG_FILE"]
    return aws.environment(env)


@pytest.mark.rare
@pytest.mark.long
def test_the_commands_of_the_readme_lead_a_newcomer_to_an_answer(tmp_path):
    published = repository.publish(tmp_path / "published")
    clone = tmp_path / "home" / "terraform-aws-lambda-model"
    repository.git(published, "clone", "--quiet", str(published), str(clone))
    typed = commands(clone)
    assert typed[0] == "make demo"
    with embedded_aws.start() as aws:
        env = environment(aws)
        script = "\n".join(["set -eu", *typed])  # one shell: what a command activates is there for the next
        done = subprocess.run(
            ["bash", "-c", script], cwd=clone, env=env, input="yes\n", capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{script}\n{done.stdout[-4000:]}\n{done.stderr[-4000:]}"
        assert (clone / ".venv" / ".made").is_file()
        assert "20 of 20" in done.stdout
        _, _, answered = done.stdout.rpartition('"predictions": [')
        here = json.loads(f"[{answered.partition(']')[0]}]")

        found = manifest.read(clone / "dist")
        python = found["runtime"].removeprefix("python")
        task = deployed.fetch(aws, Terraform(clone, env).outputs(), tmp_path / "deployed")
        packages = emulator.runtime_packages(python, tmp_path / "runtime")
        request = json.loads((clone / "dist" / "example" / "request.json").read_text(encoding="utf-8"))
        with emulator.start(task, packages, aws) as running:
            assert running.invoke(request)["predictions"] == here
    assert len(here) == len(request["dataframe_records"])
    assert repository.git(clone, "status", "--porcelain") == ""
