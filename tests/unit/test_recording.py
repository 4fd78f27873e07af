"""What a recording takes for a name that can wait, and what takes the place of code that no prediction needs."""

import importlib.util
import subprocess
import sys
import types

import pytest


@pytest.fixture
def record_use(root, tmp_path, monkeypatch):
    spec = importlib.util.spec_from_file_location("record_use", root / "build" / "target" / "record_use.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "LAYER", f"{tmp_path}/", raising=False)
    return module


@pytest.fixture
def package(tmp_path, monkeypatch):
    """Makes a module of the layer."""

    def make(name, text):
        module = types.ModuleType(name)
        module.__file__ = str(tmp_path / f"{name}.py")
        exec(text, vars(module))
        monkeypatch.setitem(sys.modules, name, module)
        return module

    return make


def test_an_object_that_is_only_called_can_wait(record_use, package):
    made = package(
        "distributions",
        "class Frozen:\n    def __init__(self): self.a = 1\n    def __call__(self): return self\n"
        "class Norm(Frozen):\n    def __getstate__(self): return {}\n"
        "class Sized(Frozen):\n    def __len__(self): return 3\n"
        "class Still: pass\n"
        "norm, sized, still = Norm(), Sized(), Still()\n",
    )
    assert record_use.is_by_name(made.norm, ())
    assert not record_use.is_by_name(made.sized, ())  # whoever takes it may ask for its length
    assert not record_use.is_by_name(made.still, ())
    assert not record_use.is_by_name(types.SimpleNamespace(), ())


def test_an_object_that_is_called_waits_in_the_module_that_offers_it(record_use, package):
    made = package("distributions", "class Norm:\n    def __call__(self): return 1\nnorm = Norm()\n")
    assert record_use.definition("distributions", "norm", made.norm) == ("distributions", "norm", False)


def test_a_module_that_calls_itself_by_a_short_name_is_named_as_it_is_imported(record_use, package, monkeypatch):
    made = package("whole._cyutility", "def work(): pass\nwork.__module__ = '_cyutility'\n")
    monkeypatch.setitem(sys.modules, "_cyutility", made)
    assert record_use.definition("whole._stats", "work", made.work) == ("whole._cyutility", "work", False)


SCIPY = {
    "scipy/__init__.py": "",
    "scipy/_lib/__init__.py": "",
    "scipy/_lib/_docscrape.py": "raise ImportError('nobody reads this')\n",
    "scipy/_lib/_testutils.py": """
class PytestTester:
    def __init__(self, module_name): self.module_name = module_name
    def __call__(self, label): return self.module_name, label
""",
    "scipy/stats.py": """
from scipy._lib._docscrape import FunctionDoc, Parameter
from scipy._lib._testutils import PytestTester
test = PytestTester(__name__)
AXIS = Parameter("axis", "int", ["Which axis."])

def documented(function):
    doc = FunctionDoc(function)
    names = [each.name for each in doc["Parameters"]]
    doc["Parameters"].append(AXIS)
    doc["Notes"] += ["A note."]
    function.__doc__ = str(doc).split("\\n", 1)[1].lstrip(" \\n")
    return function

@documented
def mode(x):
    "The mode."
    return x
""",
}
PLAN = """
import sys
from serving import lazy_imports
from serving.lazy_imports.modules import LazyModule
lib = {"scipy._lib._docscrape": ["FunctionDoc", "Parameter"], "scipy._lib._testutils": ["PytestTester"]}
lazy_imports.install(lazy_imports.Plan(
    packages={name: False for name in lib},
    names={home: {name: [home, name, True] for name in names} for home, names in lib.items()},
    dunders={}, partly=["scipy"], execute=[],
))
from scipy import stats
assert stats.mode(3) == 3 and stats.mode.__doc__ == "", stats.mode.__doc__
assert all(type(sys.modules[name]) is LazyModule for name in lib), [type(sys.modules[name]) for name in lib]
assert stats.AXIS.desc == ["Which axis."]
assert stats.test("fast") == ("scipy.stats", "fast")
assert type(sys.modules["scipy._lib._testutils"]) is not LazyModule
"""


def test_scipy_writes_no_docstrings_and_makes_no_test_runner_until_tests_are_run(root, tmp_path):
    for path, text in SCIPY.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    env = {"PYTHONPATH": f"{root / 'lambda'}:{tmp_path}"}
    done = subprocess.run([sys.executable, "-c", PLAN], env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
