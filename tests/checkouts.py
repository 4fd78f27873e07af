"""Copies of the module for tests that run Terraform in it."""

import shutil

from local.terraform import copy_module
from tests.conftest import ROOT


def with_tests(folder):
    """Copy the module with its Terraform tests, fixtures and examples, and return the folder."""
    copy_module(folder)
    shutil.copytree(ROOT / "tests", folder / "tests", ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    shutil.copytree(ROOT / "examples", folder / "examples", ignore=shutil.ignore_patterns(".terraform*", "dist"))
    return folder
