"""What goes with a package that goes."""

import pytest

from build.layer import dependencies
from build.runtimes import architecture, runtime

NEEDS = {
    "pandas": ["numpy>=1", "python_dateutil", "pytz ; python_version < '3.12'", "tables ; extra == 'hdf'"],
    "python-dateutil": ["six", "tzdata ; sys_platform == 'win32'"],
    "six": [],
    "pytz": [],
    "tables": [],
    "tzdata": [],
    "numpy": [],
    "scikit-learn": ["numpy", "joblib ; platform_machine == 'aarch64'"],
    "joblib": [],
}


def installed(tree, python="3.13", machine="x86_64"):
    for name, needs in NEEDS.items():
        info = tree / f"{name.replace('-', '_')}-1.dist-info"
        info.mkdir()
        lines = [f"Name: {name}", "Version: 1", *(f"Requires-Dist: {each}" for each in needs)]
        (info / "METADATA").write_text("Metadata-Version: 2.1\n" + "\n".join(lines) + "\n")
        (info / "RECORD").write_text(f"{name}.py,,\n")
    return dependencies.read(tree, runtime(python), architecture(machine))


def test_what_nothing_else_requires_goes_too_step_by_step(tmp_path):
    assert installed(tmp_path).only_for({"pandas"}) == {"python-dateutil", "six"}


def test_markers_are_read_for_the_target(tmp_path):
    found = installed(tmp_path, "3.11", "arm64")
    assert found.only_for({"pandas"}) == {"python-dateutil", "six", "pytz"}
    assert found.required_by(["scikit-learn"]) == {"scikit-learn", "numpy", "joblib"}


@pytest.mark.parametrize(("stays", "goes"), [("six", {"python-dateutil"}), ("python-dateutil", set())])
def test_what_is_asked_for_stays_and_what_it_requires(tmp_path, stays, goes):
    assert installed(tmp_path).only_for({"pandas"}, stay={stays}) == goes


def test_it_knows_whose_a_file_is(tmp_path):
    assert installed(tmp_path).files["pandas"] == {"pandas.py"}
