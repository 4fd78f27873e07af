"""A `package` that is killed while it replaces files leaves no copy of a model for ever."""

import os
import signal
import subprocess
import sys

import pytest

from build.dist import manifest, workplace
from build.package import function

FIT = """
from sklearn.linear_model import LinearRegression
m = LinearRegression().fit([[0, 0], [1, 0], [0, 1]], [0, 1, {last}])
"""
# Dies after it put zip and model in their places, and before the manifest names them
KILLED = """
import os, signal, sys
from pathlib import Path
from build.dist import manifest
from build.package import function
write, written = manifest._write, []
def die(out, known):
    if written:
        os.kill(os.getpid(), signal.SIGKILL)
    written.append(write(out, known))
manifest._write = die
function.package(Path(sys.argv[1]), Path(sys.argv[2]))
"""


def copies(out):
    return {path.name for path in out.glob("model-*")}


@pytest.fixture
def killed(root, out):
    """Packages a model, and is killed."""

    def killed(path):
        env = {**os.environ, "PYTHONPATH": str(root)}
        done = subprocess.run([sys.executable, "-c", KILLED, str(out), str(path)], env=env, cwd=root, check=False)
        assert done.returncode == -signal.SIGKILL
        assert (manifest.read(out) or {}).get("model") is None

    return killed


def test_the_copies_are_gone_when_the_next_command_begins(out, pickled, killed):
    old = function.package(out, pickled(FIT.format(last=1), "old.pkl"))
    (out / "own.pkl").write_bytes(b"the user's own")
    killed(pickled(FIT.format(last=2), "new.pkl"))
    assert len(copies(out)) == 2 and old.model["path"] in copies(out)
    with workplace.alone(out):
        assert copies(out) == set()
    assert (out / "own.pkl").exists()


def test_a_copy_that_is_packaged_itself_is_not_removed(out, pickled, killed):
    path = pickled(FIT.format(last=1))
    name = function.package(out, path).model["path"]
    killed(out / name)
    assert function.package(out, out / name).model["path"] == name
    assert copies(out) == {name}
