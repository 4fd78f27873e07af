"""Imports that are put off: what is used is there, and what is not used is not loaded."""

import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

LAMBDA = Path(__file__).parents[2] / "lambda"

PARTS = {
    "parts/__init__.py": "",
    "parts/far/__init__.py": """
        from parts.far.home import *
        from parts.far.home import Kind, work, plain
        loud = 'far'
    """,
    "parts/far/home.py": """
        from parts.near import Base
        LOADED = True
        class Kind(Base):
            def hello(self): return "hello"
        class Trouble(ValueError): pass
        def work(x, y=1): return x + y
        def plain(self): return self
    """,
    "parts/near.py": "class Base: pass\n",
    "parts/broken.py": "raise ImportError('left out: do this')\n",
    "whole/__init__.py": "import whole.inner\nfrom whole.inner import Frame\n",
    "whole/inner.py": "class Frame: pass\n",
    "user.py": """
        import parts.far
        import parts.far as far
        from parts.far import Kind, work, plain
        from parts.far.home import work as labour
        from parts import broken
        import whole

        class Mine:
            method = plain

        def is_kind(x): return isinstance(x, Kind)
        def is_frame(x): return isinstance(x, whole.Frame)
        def call(): return work(2, y=3), labour(1), far.work(1), parts.far.work(5)
    """,
}
HOME = "parts.far.home"
PLAN = {
    "packages": {"parts.far": True, HOME: False, "parts.near": False, "parts.broken": False, "whole": True},
    "names": {
        "parts.far": {"Kind": [HOME, "Kind", True], "work": [HOME, "work", False], "plain": [HOME, "plain", False]},
        HOME: {"Kind": [HOME, "Kind", True], "work": [HOME, "work", False]},
        "parts.near": {"Base": ["parts.near", "Base", True]},
        "whole": {"Frame": ["whole.inner", "Frame", True]},
    },
    "dunders": {},
    "partly": ["parts"],
    "execute": [],
}
START = f"""
import sys
sys.path[:0] = [{str(LAMBDA)!r}, "."]
from serving import lazy_imports
from serving.lazy_imports.modules import LazyModule
from serving.lazy_imports.names import LazyName
lazy_imports.install(lazy_imports.Plan(**{PLAN!r}))

def waits(name):
    return type(sys.modules.get(name)) in (LazyModule, type(None))

import user
assert waits("parts.far") and waits({HOME!r}) and waits("parts.near") and waits("whole.inner")
"""


@pytest.fixture
def run(tmp_path):
    """Runs statements in a process where the module `user` has imported from modules that wait."""
    for name, text in PARTS.items():
        (tmp_path / name).parent.mkdir(exist_ok=True, parents=True)
        (tmp_path / name).write_text(textwrap.dedent(text))

    def run(statements):
        script = START + textwrap.dedent(statements)
        done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


def test_what_is_called_is_loaded_and_nothing_else(run):
    run("""
        assert user.call() == (5, 2, 2, 6)
        assert not waits("parts.far.home") and not waits("parts.near")
        assert waits("parts.far"), "a name is taken from where it is defined, not from the package that passes it on"
        assert waits("whole")
    """)


def test_importers_then_hold_the_real_thing(run):
    run("""
        assert type(user.work) is LazyName
        user.call()
        from parts.far.home import work
        assert user.work is work is user.labour
    """)


def test_a_class_can_be_derived_from(run):
    run("""
        class Derived(user.Kind): pass
        assert Derived().hello() == "hello"
        assert issubclass(Derived, user.Kind) and Derived.__mro__[1].__name__ == "Kind"
    """)


def test_isinstance_of_a_class_that_is_not_loaded_is_false_and_loads_nothing(run):
    run("""
        assert not user.is_kind(1) and not user.is_frame({})
        assert waits("parts.far.home") and waits("whole.inner")
        assert user.is_kind(user.Kind()) and user.is_frame(user.whole.Frame())
        assert not user.is_kind(1)
    """)


def test_a_function_becomes_a_method(run):
    run("""
        mine = user.Mine()
        assert mine.method() is mine
    """)


def test_lazy_names_look_like_what_they_stand_for(run):
    run("""
        import copy, inspect, functools
        assert user.work.__name__ == "work" and inspect.isclass(user.Kind)
        import parts.far.home as home
        assert {home.work: 1}[user.labour] == 1 and copy.deepcopy(user.work) is home.work
        assert functools.partial(user.work, 1)() == 2
        assert user.labour and user.Kind
    """)


@pytest.mark.parametrize(
    "use",
    [
        "assert user.far.loud == 'far'",
        "assert 'loud' in dir(user.far)",
        "assert vars(user.far)['loud'] == 'far'",
        "assert getattr(user.far, 'Kind').__name__ == 'Kind'",
        "names = {}; exec('from parts.far import *', names); assert names['loud'] == 'far'",
        "import pickle; from parts.far import Kind; pickle.loads(b'cparts.far\\nKind\\n.')().hello()",
        "import importlib, parts.near; assert importlib.reload(parts.near).Base",
    ],
)
def test_other_ways_to_use_a_module(run, use):
    run(use)


def test_names_that_are_not_there_are_missed(run):
    run("""
        for module in (user.far, user.whole):
            assert not hasattr(module, "nothing") and not hasattr(module, "__nothing__")
        try:
            from parts.far import nothing
        except ImportError:
            pass
        else:
            raise AssertionError
    """)


def test_a_module_that_fails_says_why_each_time(run):
    run("""
        for _ in range(2):
            try:
                user.broken.anything
            except ImportError as error:
                assert str(error) == "left out: do this"
            else:
                raise AssertionError
    """)


def test_a_part_of_a_package_that_waits_as_a_whole_brings_the_package(run):
    run("""
        import whole.inner
        assert not waits("whole") and whole.Frame is whole.inner.Frame is user.whole.Frame
    """)


def test_what_the_plan_wants_executed_is(run):
    plan = PLAN | {"execute": ["parts.far.home"]}
    run(f"""
        lazy_imports.install(lazy_imports.Plan(**{plan!r}))
        assert not waits("parts.far.home") and waits("parts.far")
    """)


def test_the_environment_variable_turns_it_off(run, tmp_path):
    (tmp_path / "lazy_imports.json").write_text("no plan")
    run("""
        import os, pathlib
        os.environ["LAMBDA_MODEL_EAGER"] = "1"
        lazy_imports.prepare(pathlib.Path("."))
        lazy_imports.prepare(pathlib.Path("nowhere"))
    """)


@pytest.mark.parametrize(("source", "there"), [("raise ImportError('left out')", False), ("DataFrame = list", True)])
def test_whether_pandas_is_there_is_known_though_its_import_is_put_off(run, tmp_path, source, there):
    (tmp_path / "pandas.py").write_text(source)
    plan = {"packages": {"pandas": False}, "names": {}, "dunders": {}, "partly": [], "execute": []}
    run(f"""
        lazy_imports.install(lazy_imports.Plan(**{plan!r}))
        import pandas  # finds what stands for it, whatever is in the layer
        from serving.loading.model import no_pandas
        assert (no_pandas() is None) is {there}
    """)
