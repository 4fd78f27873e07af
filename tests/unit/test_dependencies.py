"""What goes with a package that goes."""

import re

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


def installed(tree, python="3.13", machine="x86_64", **others):
    for name, needs in {**NEEDS, **others}.items():
        info = tree / f"{name.replace('-', '_')}-1.dist-info"
        info.mkdir()
        extras = re.findall(r"extra == '(\w+)'", " ".join(needs))
        lines = [f"Name: {name}", "Version: 1", *(f"Requires-Dist: {each}" for each in needs)]
        lines += [f"Provides-Extra: {each}" for each in extras]
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


@pytest.mark.parametrize(
    ("needs", "goes"),
    [
        (["six ; extra == 'old'", "tables ; extra == 'old'"], {"python-dateutil"}),
        (["other[old]", "six ; extra == 'old'"], {"python-dateutil"}),
        (["six ; extra == 'old'", "nowhere ; extra == 'old'"], {"python-dateutil", "six"}),
    ],
)
def test_what_another_requires_for_an_extra_stays_if_the_extra_is_installed(tmp_path, needs, goes):
    assert installed(tmp_path, other=needs).only_for({"pandas"}) == goes


@pytest.mark.parametrize("line", ["six (>dev)", "six>=1.*", "six(>=1.4.*)", "six >= 1.0.*; python_version > '3'"])
def test_old_metadata_that_no_specifier_reads_name_a_package(tmp_path, line):
    assert installed(tmp_path, other=[line]).only_for({"pandas"}) == {"python-dateutil"}


def test_it_knows_whose_a_file_is(tmp_path):
    assert installed(tmp_path).files["pandas"] == {"pandas.py"}
