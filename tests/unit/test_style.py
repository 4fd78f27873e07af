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
