"""What of an installed tree does not go into the layer."""

from __future__ import annotations

import shutil
from pathlib import Path

# `tests` to the letter: numpy/testing, pandas/_testing and scipy/_lib/_testutils.py are imported at run time.
TESTS = "tests"
# Scripts bear the path of the interpreter that installed them; Lambda has no use for them.
SCRIPTS = "bin"
# How and by whom it was installed: differs between pip and uv, and from run to run. METADATA and entry points stay,
# importlib.metadata needs them.
INSTALLER_NOTES = ("RECORD", "INSTALLER", "REQUESTED", "direct_url.json", "uv_cache.json", "uv_build.json")


def slim(site_packages: Path) -> None:
    """Remove tests, scripts and the installer's notes from a tree."""
    shutil.rmtree(site_packages / SCRIPTS, ignore_errors=True)
    (site_packages / ".lock").unlink(missing_ok=True)  # uv's own
    for name in (TESTS, "__pycache__"):
        for folder in list(site_packages.rglob(name)):
            shutil.rmtree(folder, ignore_errors=True)
    for folder in site_packages.glob("*.dist-info"):
        for name in INSTALLER_NOTES:
            (folder / name).unlink(missing_ok=True)
