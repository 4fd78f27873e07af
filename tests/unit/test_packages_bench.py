"""The bench that compares packages as they are with those in a layer."""

import sys

from bench import packages
from build import interpreters
from build.runtimes import runtime


def test_a_module_that_ends_the_process_does_not_hide_what_became_of_the_others(tmp_path, monkeypatch):
    monkeypatch.setattr(interpreters, "require", lambda *_: sys.executable)
    site_packages = tmp_path / runtime("3.13").site_packages
    for name, text in {"works": "", "ends": "import os\nos._exit(3)\n", "fails": "import no_such_module\n"}.items():
        (site_packages / "own").mkdir(parents=True, exist_ok=True)
        (site_packages / "own" / f"{name}.py").write_text(text)
    names = ["own.ends", "own.fails", "own.works"]
    said = packages._imported(site_packages, names, runtime("3.13"), tmp_path)
    assert (said["own.works"], said["own.ends"]) == (None, "the process ended")
    assert said["own.fails"] == "ModuleNotFoundError"
