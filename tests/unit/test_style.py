"""The code's own checks."""

import subprocess
import sys

import pytest


@pytest.mark.parametrize("words", [["check"], ["format", "--check"]])
def test_ruff_finds_nothing(root, words):
    done = subprocess.run(
        [sys.executable, "-m", "ruff", *words, "."], cwd=root, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


def test_mypy_finds_nothing(root):
    done = subprocess.run([sys.executable, "-m", "mypy"], cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_no_two_files_of_tests_have_one_name(root):
    """pytest imports them by their names, and one of two is an error that the other's run hides."""
    names = [path.name for path in (root / "tests").rglob("test_*.py")]
    assert sorted(name for name in set(names) if names.count(name) > 1) == []


def test_no_line_of_terraform_is_over_140_columns(root):
    folders = (root, *root.glob("modules/*"), *root.glob("examples/*"))
    paths = [path for folder in folders for path in folder.glob("*.tf")]
    assert len(paths) > 50
    lines = [(path, number, line) for path in paths for number, line in enumerate(path.read_text().splitlines(), 1)]
    assert [f"{path.relative_to(root)}:{number}" for path, number, line in lines if len(line) > 140] == []
