"""The commands as users meet them: one message, an exit code, nothing half-written."""

import os
import shutil
import subprocess
import sys

import pytest

from build.requirements import defaults
from build.runtimes import RUNTIMES, runtime


@pytest.fixture
def invoke(root, tmp_path):
    def run(*words):
        argv = [sys.executable, "-m", "invoke", "--search-root", str(root), *words]
        return subprocess.run(argv, cwd=tmp_path, capture_output=True, text=True, check=False)

    return run


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["build-layer", "--python", "2.7"], "Lambda has no runtime python2.7. Use one of: 3.6, 3.7,"),
        (["build-layer", "--architecture", "riscv"], "no architecture 'riscv'. Use one of: x86_64, arm64."),
        (["build-layer", "--builder", "docker"], "no builder 'docker'. Use one of: auto, container, uv."),
        (["build-layer", "--requirements", "no.txt"], "no requirements file no.txt"),
        (["build-layer", "--python", "3.8"], "has no requirements for python3.8, only for python3.10 and later"),
        (["package"], "There is no layer in dist"),
        (["train-example", "--python", "2.7"], "Lambda has no runtime python2.7"),
        (["predict", "--event", "gone.json"], "There is no file gone.json. Give a JSON file with a request"),
        (["predict", "--local", "--event", "gone.json"], "There is no file gone.json."),
        (["predict", "--local", "--event", "/"], "There is no file /."),
        (["tune"], "has no layer, function and model"),
        (["tune", "--memory-sizes", "64,512"], "'64,512' is no list of memory sizes. Give whole numbers of MB"),
        (["tune", "--rows", "many"], "'many' is no number for --rows. Give a whole number from 1"),
    ],
)
def test_a_mistake_gets_one_message_and_exit_code_1(invoke, tmp_path, words, said):
    done = invoke(*words)
    assert done.returncode == 1
    assert done.stderr.startswith("Error: ")
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_every_command_explains_each_of_its_options(invoke):
    names = [
        line.split()[0] for line in invoke("--list").stdout.splitlines() if line.startswith("  ") and line[2] != " "
    ]
    assert {"build-layer", "package", "train-example", "demo", "test", "lock"} <= set(names)
    for name in names:
        printed = invoke("--help", name).stdout
        options = printed.split("Options:\n")[1].splitlines()
        for line in options:
            if line.strip().startswith("-"):
                assert len(line.split("   ")) > 1 or "none" in line, f"{name}: {line}"


class TestRequirements:
    def test_the_projects_own_are_for_runtimes_that_it_locks(self):
        for each in RUNTIMES[4:]:
            assert defaults.select(None, each) == defaults.LOCKED

    def test_every_locked_version_has_hashes(self):
        lines = defaults.LOCKED.read_text().splitlines()
        pins = [number for number, line in enumerate(lines) if "==" in line]
        assert len(pins) > 10
        for number in pins:
            assert lines[number].endswith("\\")
            assert "--hash=sha256:" in lines[number + 1]

    def test_a_users_file_replaces_them(self, tmp_path):
        (tmp_path / "own.txt").write_text("numpy\n")
        assert defaults.select(tmp_path / "own.txt", runtime("3.8")) == tmp_path / "own.txt"


class TestMakefile:
    """What a machine lacks is said in one line."""

    @pytest.fixture
    def make(self, root, tmp_path):
        for name in ("Makefile", "uv.lock", "pyproject.toml"):
            shutil.copy(root / name, tmp_path / name)
        tools = tmp_path / "bin"
        tools.mkdir()
        for name in ("make", "sh", "awk", "touch", "rm", "env"):
            (tools / name).symlink_to(shutil.which(name))

        def run(python=None, terraform=False, script=None):
            if script:
                (tools / "python3").write_text(script)
                (tools / "python3").chmod(0o755)
            elif python:
                (tools / "python3").symlink_to(python)
            if terraform:
                (tools / "terraform").symlink_to("/bin/true")
            done = subprocess.run(
                ["make", "setup"], cwd=tmp_path, env={"PATH": str(tools)}, capture_output=True, text=True, check=False
            )
            assert done.returncode != 0
            assert not (tmp_path / ".venv").exists()
            return [line for line in done.stderr.splitlines() if not line.startswith("make")]

        return run

    def test_no_python(self, make):
        (line,) = make(terraform=True)
        assert line.startswith("Python 3.10 or later is needed as 'python3'. Install it")

    def test_an_old_python(self, make):
        (line,) = make(script="#!/bin/sh\nexit 1\n", terraform=True)
        assert line.startswith("Python 3.10 or later is needed")

    def test_no_venv_module(self, make):
        (line,) = make(script='#!/bin/sh\ncase "$2" in *venv*) exit 1 ;; esac\n', terraform=True)
        assert line.startswith("This Python has no venv module. Install it: apt-get install python3-venv")

    def test_no_terraform(self, make):
        (line,) = make(python=os.path.realpath(sys.executable))
        assert line.startswith("Terraform 1.9 or later is needed. Install it: https://")
