"""The bench that compares packages as they are with those in a layer."""

import json
import sys

import pytest

import bench
from bench import packages
from bench.package_uses import PACKAGES
from build.host import interpreters
from build.runtimes import UNZIPPED_LIMIT, runtime

PAGE = "# Page\n<!-- bench packages -->\nold\n<!-- end of bench packages -->\nend\n"
RIGHT, WRONG, FAILED = (0, "1.5"), (0, "2.5"), (1, "ImportError: gone")


def test_a_module_that_ends_the_process_does_not_hide_what_became_of_the_others(tmp_path, monkeypatch):
    monkeypatch.setattr(interpreters, "require", lambda *_: sys.executable)
    site_packages = tmp_path / runtime("3.13").site_packages
    for name, text in {
        "works": "",
        "ends": "import os\nos._exit(3)\n",
        "fails": "import no_such_module\n",
        "first": "",
        "skips": "class Skipped(BaseException): pass\nraise Skipped\n",
    }.items():
        (site_packages / "own").mkdir(parents=True, exist_ok=True)
        (site_packages / "own" / f"{name}.py").write_text(text)
    names = ["own.first", "own.ends", "own.fails", "own.skips", "own.works"]
    assert packages._imported(site_packages, names, runtime("3.13"), tmp_path) == {
        "own.first": None,
        "own.ends": "the process ended",
        "own.fails": "ModuleNotFoundError",
        "own.skips": "Skipped",
        "own.works": None,
    }


def test_all_modules_are_tried_but_those_of_tests_and_scripts(tmp_path):
    for name in (
        "own/__init__.py",
        "own/__main__.py",
        "own/fast.cpython-313-x86_64-linux-gnu.so",
        "own/data.json",
        "own/tests/test_x.py",
        "own/not-a-name.py",
        "needed.py",
        "numpy.libs/libx.so",
        "bin/script.py",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    assert packages.modules(tmp_path) == ["needed", "own", "own.fast"]


@pytest.mark.parametrize(
    ("lost", "answers", "size", "verdict"),
    [
        ([], [RIGHT, RIGHT], UNZIPPED_LIMIT, "whole"),
        ([], [RIGHT, RIGHT], UNZIPPED_LIMIT + 1_500_000, "too large for Lambda, by 1.5 MB: x has 9 MB"),
        ([], [RIGHT, WRONG], 1, "answers otherwise: 2.5"),
        ([], [RIGHT, FAILED], 1, "answers otherwise: ImportError: gone"),
        (["a.b"], [RIGHT, RIGHT], 1, "1 modules import otherwise: a.b"),
        ([], [FAILED, FAILED], 1, "the use fails without slimming: ImportError: gone"),
        ([], [RIGHT, WRONG], UNZIPPED_LIMIT + 1, "answers otherwise: 2.5"),
    ],
)
def test_the_verdict_says_what_is_wrong(lost, answers, size, verdict):
    assert packages.verdict(lost, answers, size, "x has 9 MB") == verdict


def test_what_was_found_before_stays_when_only_some_are_tried(tmp_path, monkeypatch):
    page = tmp_path / "page.md"
    page.write_text(PAGE)
    monkeypatch.setattr(packages, "PAGE", page)
    tried = []

    def compare(case, target):
        tried.append(case.name)
        return packages.Compared(case.name, "2", 3_000_000, 2_000_000, 1234, "all modules", "whole")

    monkeypatch.setattr(packages, "compare", compare)
    packages.run(tmp_path, lambda line: None, ["nltk"])
    packages.run(tmp_path, lambda line: None, ["spacy"])
    assert tried == ["nltk", "spacy"]
    assert [each["name"] for each in json.loads((tmp_path / "packages.json").read_text())] == ["nltk", "spacy"]
    text = page.read_text()
    assert text.startswith("# Page\n")
    assert text.endswith("\nend\n")
    assert "| nltk 2 | 3.0 | 2.0 | 1,234 | whole |" in text
    assert text.count("not tried yet") == len(PACKAGES) - 2


def test_an_unknown_package_lists_the_known_ones(tmp_path):
    with pytest.raises(
        packages.UnknownPackage, match=r"does not try the package 'nltkk'\. Use some of: scikit-learn, xgboost-cpu"
    ):
        packages.run(tmp_path, print, ["nltkk"])


def test_only_the_benches_of_packages_and_estimators_can_be_run_for_some():
    with pytest.raises(bench.OnlyForSome, match="--only names packages or estimators"):
        bench.run("layer", print, ["nltk"])
