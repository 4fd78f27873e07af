"""Each example applies as it stands, and a second plan is empty."""

import re
import shutil

import pytest

from local.terraform import Terraform, copy_module
from tests.conftest import ROOT

EXAMPLES = sorted(path.name for path in (ROOT / "examples").iterdir())
ARTIFACTS = ROOT / "tests" / "fixtures" / "artifacts" / "complete"  # none of it is run here

# What the embedded AWS cannot take is planned on a mocked provider; the consumer, which needs git, has test_consumer.py
PLANNED = {"batch", "snapstart-endpoint"}
CONSUMER = "consumer"
APPLIED = [name for name in EXAMPLES if name not in PLANNED | {CONSUMER}]


@pytest.fixture
def checkout(tmp_path):
    """The module with its examples."""
    folder = copy_module(tmp_path / "checkout")
    shutil.copytree(ROOT / "examples", folder / "examples", ignore=shutil.ignore_patterns(".terraform*"))
    return folder


@pytest.mark.parametrize("name", APPLIED)
def test_an_example_applies_and_its_second_plan_is_empty(name, checkout, aws):
    folder = checkout / "examples" / name
    shutil.copytree(ARTIFACTS, folder / "dist")
    terraform = Terraform(folder)
    terraform.init()
    terraform.env = aws.environment(terraform.env)
    terraform.apply({})
    assert not terraform.has_changes({})
    assert terraform.outputs()["alias_arn"].endswith(f":function:{name}:live")
    terraform.destroy({})


def test_what_cannot_be_applied_here_is_planned():
    planned = (ROOT / "tests" / "examples.tftest.hcl").read_text()
    assert set(re.findall(r'source = "./examples/(.*)"', planned)) == PLANNED


@pytest.mark.parametrize("name", EXAMPLES)
def test_each_says_what_it_is_in_a_few_lines(name):
    lines = [line for line in (ROOT / "examples" / name / "README.md").read_text().splitlines() if line]
    assert lines[0] == f"# {name}"
    assert 3 <= len(lines) <= 5
