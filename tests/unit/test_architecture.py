"""What docs/architecture.md claims: which folder may import which, how long files are, what Terraform leaves alone."""

import ast
import re
import statistics
import sys

import pytest

from tests.conftest import ROOT

# Folder -> what it may import of this repository
ARROWS = {
    "lambda": {"serving", "handler"},
    "build": {"build"},
    "local": {"local", "build"},
    "bench": {"bench", "local", "build"},
    "cli": {"cli", "bench", "local", "build", "tasks"},  # the last for its manual, which lists what there is
    "tasks.py": {"cli"},
}
OWN = {"build", "local", "bench", "cli", "tasks", "tests", "serving", "handler"}
# Scripts that run under the target's Python, beside the handler
CLEAN = (ROOT / "build" / "target", ROOT / "bench" / "target", ROOT / "bench" / "handlers")

# What the layer or Lambda's runtime holds; a format, a library or a snapshot is only asked for where it is used
IN_LAMBDA = {"numpy", "pandas", "sklearn", "joblib", "skops", "narwhals", "botocore", "snapshot_restore_py"}

LONGEST, MEDIAN = 350, 110  # lines of a file


def files(*folders):
    """The Python files of folders, or those files."""
    found = [[ROOT / name] if name.endswith(".py") else (ROOT / name).rglob("*.py") for name in folders]
    return [path for each in found for path in each]


def imported(path):
    """The top-level names that a file imports when it runs, also inside functions; by name, not by import_module."""
    found = set()
    for node in running(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            found.add(node.module.partition(".")[0])
    return found


def running(node):
    """The nodes of a syntax tree, without what is for type checkers alone."""
    yield node
    for child in ast.iter_child_nodes(node):
        if not (isinstance(child, ast.If) and isinstance(child.test, ast.Name) and child.test.id == "TYPE_CHECKING"):
            yield from running(child)


def test_imports_are_found_wherever_they_stand(tmp_path):
    path = tmp_path / "a.py"
    path.write_text(
        "import os.path\ndef f():\n    from build.host import paths\n    from . import b\n"
        "if TYPE_CHECKING:\n    from local import demo\n"
    )
    assert imported(path) == {"os", "build"}


@pytest.mark.parametrize("folder", ARROWS)
def test_each_folder_imports_only_what_it_may(folder):
    wrong = {}
    for path in files(folder):
        beside = {each.stem for each in path.parent.glob("*.py")} if path.parent in CLEAN else set()
        may = ARROWS[folder] | (ARROWS["lambda"] | beside if path.parent in CLEAN else set())
        if imported(path) & OWN - may:
            wrong[str(path.relative_to(ROOT))] = imported(path) & OWN - may
    assert wrong == {}


@pytest.mark.parametrize("folder", [CLEAN[0], CLEAN[2]], ids=str)
def test_what_runs_in_the_clean_process_imports_nothing_of_the_tooling(folder):
    assert [path.name for path in folder.glob("*.py") if imported(path) & {"build", "local", "bench", "tasks"}] == []


def test_the_handler_imports_what_is_there_in_lambda():
    allowed = set(sys.stdlib_module_names) | ARROWS["lambda"] | IN_LAMBDA
    assert {name for path in files("lambda") for name in imported(path)} - allowed == set()


def test_the_build_does_not_talk_to_aws():
    assert [path.name for path in files("build") if imported(path) & {"boto3", "botocore"}] == []


def blocks(path):
    """The kind and the labels of each block of a Terraform file."""
    return re.findall(r'^(\w+)(?: "([\w-]+)")?(?: "([\w-]+)")? \{', path.read_text(encoding="utf-8"), re.MULTILINE)


def test_the_root_module_has_no_resource_of_its_own_and_a_submodule_calls_no_other():
    root = {kind for path in ROOT.glob("*.tf") for kind, *_ in blocks(path)}
    assert "module" in root
    assert not root & {"resource", "data"}
    assert [path for path in ROOT.glob("modules/*/*.tf") if "module" in {kind for kind, *_ in blocks(path)}] == []


def test_terraform_runs_and_builds_nothing():
    for path in [*ROOT.glob("*.tf"), *ROOT.glob("modules/*/*.tf")]:
        kinds = {(kind, type_) for kind, type_, _ in blocks(path)}
        assert not kinds & {("data", "external"), ("resource", "null_resource"), ("data", "archive_file")}, path
        assert "local-exec" not in path.read_text(encoding="utf-8"), path


def test_files_are_short():
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in files(*ARROWS)}
    long = {str(path.relative_to(ROOT)): lines for path, lines in lengths.items() if lines > LONGEST}
    assert long == {}
    assert statistics.median(lengths.values()) < MEDIAN


def test_the_folders_that_the_page_lists_are_there():
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    table = page.partition("## Folders\n")[2].partition("\n## ")[0]
    cells = [row.split("|")[1] for row in table.splitlines() if row.startswith("| `")]
    named = [name for cell in cells for name in re.findall(r"`([^`]+)`", cell)]
    assert len(named) > 15
    places = ("", "lambda/serving/")
    missing = [name for name in named if not any(list(ROOT.glob((place + name).rstrip("/"))) for place in places)]
    assert missing == []
    for folder in ("build", "lambda/serving"):
        folders = {f"{folder}/{path.parent.name}/" for path in (ROOT / folder).glob("*/__init__.py")}
        assert {each for each in folders if each not in page and f"`{each.split('/')[-2]}/`" not in page} == set()
