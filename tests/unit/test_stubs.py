"""What a layer that was cut says of what is gone, and what it leaves as it is."""

import os
import subprocess
import sys

import pytest

from build.layer import trim
from build.layer.dependencies import Installed
from build.package.recording import Recording

BIG = "#" * (trim.SMALL + 1)
FILES = {
    "partly/__init__.py": "",
    "partly/used.py": "",
    "partly/both.py": "which = 'python'",  # as Cython's and mypyc's own packages have them
    "partly/both.so": "which = 'compiled'",
    "space/inside/__init__.py": BIG,
    "space/inside/deep/__init__.py": "",
    "space/inside/deep/module.py": "",
    "space/alone/module.py": BIG,
}


@pytest.fixture
def cut(tmp_path):
    """A tree of which one module is used, and the files beside it that those of the tree are links to."""
    tree, cache = tmp_path / "tree", tmp_path / "cache"
    for name, text in FILES.items():
        for folder in (cache, tree):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (cache / name).write_text(text)
        os.link(cache / name, tree / name)
    used = {"partly": "partly/__init__.py", "partly.used": "partly/used.py"}
    recording = Recording(None, None, used, [], [""], ["partly"], 2, {})
    files = {"partly": {each for each in FILES if each.startswith("partly")}}
    files["space"] = FILES.keys() - files["partly"]
    trim._trim(tree, recording, Installed({"partly": set(), "space": set()}, files), [])
    return tree, cache


def test_a_module_that_is_there_as_python_too_stays_so(cut):
    assert (cut[0] / "partly/both.py").read_text() == FILES["partly/both.py"]


def test_what_the_files_are_links_to_is_never_written_to(cut):
    assert {name: (cut[1] / name).read_text() for name in FILES} == FILES


@pytest.mark.parametrize("module", ["space.inside", "space.inside.deep.module", "space.alone.module"])
def test_what_is_gone_from_a_namespace_says_so(cut, module):
    done = subprocess.run(
        [sys.executable, "-c", f"import {module}"], env={"PYTHONPATH": str(cut[0])}, capture_output=True, check=False
    )
    assert b"was left out of the layer" in done.stderr
