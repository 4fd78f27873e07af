"""What the handler does, under the packages that the layer of the oldest and of the newest runtime holds.

The unit tests run under this environment's Python and packages. A model is served under others: by the runtime, another
pandas and another numpy, which give other types for the same request.
"""

import os
import re
import subprocess
from importlib import metadata

import pytest

from build.host import commands, importable, interpreters
from build.requirements import defaults
from build.runtimes import OLDEST_WITH_DEFAULTS, RUNTIMES, runtime
from local.emulator import OF_THE_RUNTIME

# what AWS's runtime brings, and what the tests need: distributions -> how they are asked for
TOOLS = {
    **{name: name for name in OF_THE_RUNTIME},
    "moto": "moto[server]",
    "pytest": "pytest",
    "pytest-xdist": "pytest-xdist",
}
OLDEST = runtime(OLDEST_WITH_DEFAULTS)


def newest():
    """The newest runtime whose Python is on this machine."""
    return next((each for each in reversed(RUNTIMES) if interpreters.find(each.python)), OLDEST)


@pytest.mark.long
@pytest.mark.parametrize(
    "target",
    # The newest packages are those of this environment, whose Python is another
    [OLDEST, *([] if newest() == OLDEST else [pytest.param(newest(), marks=pytest.mark.rare)])],
    ids=lambda each: each.name,
)
def test_the_handlers_own_tests_pass_under_the_packages_of_the_layer(root, tmp_path, target):
    interpreter = interpreters.find(target.python)
    if interpreter is None:
        pytest.skip(f"this machine has no CPython {target.python}")
    python = environment(interpreter, target, tmp_path)
    env = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "MODEL_", "PYTEST_"))}
    env |= {"PYTHONPYCACHEPREFIX": str(tmp_path / "bytecode")}  # compiled once, for all that the tests start
    tests = sorted((root / "tests" / "unit").glob("test_serving_*.py"))
    options = ["-q", "-p", "no:cacheprovider", "--numprocesses=2", f"--basetemp={tmp_path / 'tests'}"]
    argv = [python, "-m", "pytest", *options]
    done = subprocess.run([*argv, *tests], cwd=root, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert int(re.search(r"(\d+) passed", done.stdout)[1]) > 100


def environment(interpreter, target, folder):
    """The Python of a virtual environment with the layer's packages, at the locked versions, and the tools."""
    pins = folder / "tools.txt"
    wanted = [f"{asked}=={metadata.version(name)}" for name, asked in TOOLS.items()]
    wanted.append("hypothesis")  # at whatever version that Python has: the newest are for 3.11 and later
    pins.write_text("".join(f"{line}\n" for line in wanted))
    trees = [
        importable.of_requirements(defaults.LOCKED, target, folder / "layer"),
        importable.of_requirements(pins, target, folder / "tools"),
    ]
    commands.run([interpreter, "-m", "venv", "--without-pip", folder / "environment"])
    # by a .pth, not by PYTHONPATH, which some of the tests set for what they start
    packages = folder / "environment" / "lib" / target.name / "site-packages" / "packages.pth"
    packages.write_text("".join(f"{tree}\n" for tree in trees))
    return folder / "environment" / "bin" / "python"
