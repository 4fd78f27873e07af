"""What does not go into the layer, rule by rule."""

import sys
from importlib import metadata

import pytest

from build.layer import slimming

STAYS = {
    "package-1.dist-info/RECORD",
    "numpy/testing/__init__.py",
    "pandas/_testing/__init__.py",
    "scipy/_lib/_testutils.py",
    "numpy/f2py/__init__.py",
    "package/latests/x.py",
    "package-1.dist-info/METADATA",
    "package-1.dist-info/entry_points.txt",
    "package-1.dist-info/top_level.txt",
    "package-1.dist-info/LICENSE.txt",
    "package-1.dist-info/licenses/COPYING",
}
GOES = {
    "tests": "numpy/tests/data/deep/x.npy",
    "sources": "scipy/x.pyx",
    "headers": "numpy/include/x.h",
    "stubs": "numpy/__init__.pyi",
    "archives": "numpy/lib/libnpymath.a",
    "metadata": "package-1.dist-info/WHEEL",
}
ALWAYS_GOES = {
    "bin/f2py",
    "package-1.dist-info/INSTALLER",
    ".lock",
    "a/__pycache__/a.pyc",
}


@pytest.fixture
def tree(tmp_path):
    for name in STAYS | set(GOES.values()) | ALWAYS_GOES:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("12345")
    return tmp_path


def left(tree):
    return {path.relative_to(tree).as_posix() for path in tree.rglob("*") if path.is_file()}


def test_each_rule_takes_what_it_says_and_tells_of_it(tree):
    saved = slimming.drop(tree)
    assert left(tree) == STAYS
    assert saved == {rule: {path: 5} for rule, path in GOES.items()}


@pytest.mark.parametrize("rule", GOES)
def test_each_rule_can_be_turned_off(tree, rule):
    saved = slimming.drop(tree, keep=[rule])
    assert left(tree) == STAYS | {GOES[rule]}
    assert rule not in saved


def test_no_empty_folder_is_left(tree):
    slimming.drop(tree)
    assert not [path for path in tree.rglob("*") if path.is_dir() and not any(path.iterdir())]


def test_an_unknown_rule_lists_the_known_ones(tree):
    with pytest.raises(slimming.UnknownRule, match=r"no rule 'test' for --keep\. Use one of: tests, sources, headers"):
        slimming.drop(tree, keep=["test"])
    assert left(tree) == STAYS | set(GOES.values()) | ALWAYS_GOES


def test_every_rule_says_why():
    assert all(rule.reason for rule in slimming.RULES)


class TestTestsThatAreImported:
    """They stay, or the package that imports them breaks."""

    IN_TESTS = ("a/tests/__init__.py", "a/tests/used.py", "a/tests/helper.py", "a/tests/idle.py", "a/b/tests/other.py")

    @pytest.mark.parametrize(
        ("line", "kept"),
        [
            ("from a.tests.used import x", {"a/tests/__init__.py", "a/tests/used.py", "a/tests/helper.py"}),
            (
                "try:\n    import a.tests.used as y\nfinally:\n    pass",
                {"a/tests/__init__.py", "a/tests/used.py", "a/tests/helper.py"},
            ),
            ("from ..tests.used import x", {"a/tests/__init__.py", "a/tests/used.py", "a/tests/helper.py"}),
            ("from .tests import other", {"a/b/tests/other.py"}),
            ("from . import c, tests", {"a/b/tests/other.py"}),
            (
                "from a.tests import (\n    used as x,\n)",
                {"a/tests/__init__.py", "a/tests/used.py", "a/tests/helper.py"},
            ),
            ("from a import (\n    tests,\n)", set(IN_TESTS[:4])),
            ("import os, a.tests.used", {"a/tests/__init__.py", "a/tests/used.py", "a/tests/helper.py"}),
            ("from a.tests \\\n    import used", {"a/tests/__init__.py", "a/tests/used.py", "a/tests/helper.py"}),
            ("x = 1; from a.tests import used", {"a/tests/__init__.py", "a/tests/used.py", "a/tests/helper.py"}),
            ("import_module('a.tests.used')", {"a/tests/__init__.py", "a/tests/used.py", "a/tests/helper.py"}),
            ("x = '''\nimport a.tests.used\n'''", set()),
            ("from {{ a }} import tests", {"a/b/tests/other.py", *IN_TESTS}),
            # for other Pythons than the one that this is run with
            ("class C[T]: tests = 1", set()),
            ("def f[T](x: T): from a.tests import used", {"a/tests/__init__.py", *IN_TESTS[1:3]}),
            ("print 'a.tests'", set()),
            ("print 'x'; from a.tests import (\n    used as x,\n)", {"a/tests/__init__.py", *IN_TESTS[1:3]}),
            ("print importlib.import_module('a.tests.used')", {"a/tests/__init__.py", *IN_TESTS[1:3]}),
            ("# tests: see a.tests.used", set()),
            ("from a.testing import tests_of", set()),
        ],
    )
    def test_by_their_names_and_with_what_they_import(self, tmp_path, line, kept):
        for name in (*self.IN_TESTS, "a/b/__init__.py"):
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text("")
        (tmp_path / "a/tests/used.py").write_text("from .helper import z\nfrom tests import nothing\n")
        (tmp_path / "a/b/__init__.py").write_text(line + "\n")
        slimming.drop(tmp_path)
        assert left(tmp_path) == kept | {"a/b/__init__.py"}


class TestStubsThatAreRead:
    """lazy_loader reads them at run time, so without them the package exports nothing."""

    @pytest.mark.parametrize(
        ("files", "kept"),
        [
            ({"a/__init__.py": "x = lazy.attach_stub(__name__, __file__)"}, {"a/__init__.pyi"}),
            ({"a/__init__.py": "x = open(__file__.replace('.py', '.pyi'))"}, {"a/__init__.pyi"}),
            ({"a/_lazy.py": "def attach_stub(name, file): ..."}, {"a/__init__.pyi", "a/b/__init__.pyi"}),
            ({"a/__init__.py": "x = 1"}, set()),
        ],
    )
    def test_they_stay_and_others_go(self, tmp_path, files, kept):
        stubs = ("a/__init__.pyi", "a/b/__init__.pyi", "other/__init__.pyi")
        for name, text in {**dict.fromkeys(stubs, ""), "a/b/__init__.py": "", **files}.items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(text)
        slimming.drop(tmp_path)
        assert {name for name in left(tmp_path) if name.endswith(".pyi")} == kept


class TestRecords:
    """By them importlib.metadata tells whose a module is, where a wheel has no top_level.txt."""

    def install(self, tree, record):
        for name in ("own/__init__.py", "own/tests/x.py", "own-1.dist-info/METADATA"):
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            (tree / name).write_text("Metadata-Version: 2.1\nName: own\nVersion: 1\n")
        (tree / "own-1.dist-info/RECORD").write_text(record)

    def test_a_module_still_tells_its_distribution(self, tmp_path, monkeypatch):
        self.install(tmp_path, "own/__init__.py,sha256=x,5\nown/tests/x.py,,\nown-1.dist-info/RECORD,,\n")
        slimming.drop(tmp_path)
        monkeypatch.setattr("sys.path", [str(tmp_path)])
        if sys.version_info >= (3, 11):  # before, it reads nothing but top_level.txt
            assert metadata.packages_distributions()["own"] == ["own"]
        assert [str(path) for path in metadata.files("own")] == ["own-1.dist-info/RECORD", "own/__init__.py"]

    def test_every_installer_gives_the_same_bytes(self, tmp_path):
        inside = "own-1.dist-info/RECORD,,\nown/__init__.py,sha256=x,5\n"
        told = set()
        for installer, also in {
            "uv": "bin/own,sha256=y,9\n",
            "pip": "../../bin/own,,\nown/__pycache__/x.pyc,,\n",
        }.items():
            tree = tmp_path / installer
            self.install(tree, also + inside)
            slimming.drop(tree)
            told.add((tree / "own-1.dist-info/RECORD").read_bytes())
        assert told == {b"own-1.dist-info/RECORD,,\nown/__init__.py,,\n"}
