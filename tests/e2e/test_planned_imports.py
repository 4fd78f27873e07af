"""Imports that are put off, with the real packages: nothing changes but when code is loaded."""

import json
import zipfile
from pathlib import Path

import pytest

from build.host import commands, interpreters
from build.package import function
from build.package.declared import Declared

TARGET = Path(__file__).with_name("target")
ESTIMATORS = 150  # at least; of scikit-learn's 208, some need what is not tried here

# Runs a script of target/ after a plan: python -c UNDER_PLAN PLAN SCRIPT ...
UNDER_PLAN = """
import pathlib, runpy, sys
from serving import lazy_imports
_, plan, script = sys.argv[:3]
lazy_imports.install(lazy_imports.Plan.read(pathlib.Path(plan)))
waiting = sum(type(module) is lazy_imports.modules.LazyModule for module in sys.modules.values())
assert waiting > 20, waiting
sys.argv[:] = sys.argv[2:]
sys.path.insert(0, "")
runpy.run_path(script, run_name="__main__")
"""


@pytest.fixture(scope="module")
def staged(built, tmp_path_factory):
    """What the function's zip of the example holds."""
    folder = tmp_path_factory.mktemp("function")
    with zipfile.ZipFile(built.out / "function-s3.zip") as packed:
        packed.extractall(folder)
    return folder


@pytest.fixture
def python(built, unpacked):
    """Runs the runtime's Python on the layer."""
    interpreter = interpreters.require(built.runtime, "This test")
    # one thread: how many share a sum shows in its last bit
    threads = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}

    def run(*words, see=(), **env):
        env["PYTHONPATH"] = ":".join(map(str, [*see, unpacked]))
        return commands.run([interpreter, "-S", "-s", "-B", *words], env=threads | env)

    return run


def test_the_init_executes_a_part_of_the_modules(built, staged, python):
    count = "import handler, sys; print(sum(type(m) is type(sys) for m in sys.modules.values()))"
    model = {"MODEL_SHA256": "", "MODEL_FILE": str(built.example.model)}
    model["MODEL_SHA256"] = json.loads((built.out / "manifest.json").read_text())["model"]["sha256"]
    by_plan, plain = (int(python("-c", count, see=[staged], LAMBDA_MODEL_EAGER=eager, **model)) for eager in ("0", "1"))
    assert by_plan < plain * 0.7


def test_every_estimator_answers_to_the_bit_as_with_plain_imports(staged, python, tmp_path):
    python(TARGET / "estimators.py", "fit", tmp_path)
    plan = staged / "lazy_imports.json"
    python(TARGET / "estimators.py", "answer", tmp_path, tmp_path / "plain.json")
    python("-c", UNDER_PLAN, plan, TARGET / "estimators.py", "answer", tmp_path, tmp_path / "late.json", see=[staged])
    plain, late = (json.loads((tmp_path / name).read_text()) for name in ("plain.json", "late.json"))
    assert len(plain) >= ESTIMATORS
    assert late == plain


ASK_WITH_A_FRAME = """
import sys, handler, numpy
from serving.lazy_imports.modules import LazyModule
assert type(sys.modules["pandas"]) is LazyModule and "pandas.core.frame" not in sys.modules
estimator, rows = handler.ENVIRONMENT.model.estimator, [[0.0, 1.0], [1.0, 0.0]]
by_array = estimator.predict(numpy.array(rows))
assert type(sys.modules["pandas"]) is LazyModule
import pandas
assert (estimator.predict(pandas.DataFrame(rows)) == by_array).all()
assert type(pandas) is not LazyModule
"""


def test_a_data_frame_still_works_where_pandas_waits(out, python, tmp_path):
    fit = (
        "import pickle, numpy; from sklearn.ensemble import RandomForestRegressor;"
        "model = RandomForestRegressor(10, random_state=0).fit(numpy.eye(2).repeat(9, 0), numpy.arange(18) / 3);"
        f"pickle.dump(model, open({str(tmp_path / 'model.pkl')!r}, 'wb'))"
    )
    python("-c", fit)
    made = function.package(out, tmp_path / "model.pkl")
    with zipfile.ZipFile(made.path) as packed:
        packed.extractall(tmp_path / "function")
    env = {"MODEL_SHA256": made.model["sha256"], "MODEL_FILE": str(tmp_path / "model.pkl")}
    python("-c", ASK_WITH_A_FRAME, see=[tmp_path / "function"], **env)


def test_a_model_is_tried_with_a_request(out, python, tmp_path):
    fit = (
        "import numpy, pickle; from sklearn.pipeline import make_pipeline; from sklearn.linear_model import Ridge;"
        "from sklearn.preprocessing import FunctionTransformer;"
        "model = make_pipeline(FunctionTransformer(numpy.log1p), Ridge()).fit([[1], [2]], [1, 0]);"
        f"pickle.dump(model, open({str(tmp_path / 'model.pkl')!r}, 'wb'))"
    )
    python("-c", fit)
    (tmp_path / "request.json").write_text(json.dumps({"instances": [[3], [4]]}))
    tried = function.package(out, tmp_path / "model.pkl", declared=Declared(request=tmp_path / "request.json"))
    assert tried.recording.plan and len(tried.recording.modules) < tried.recording.plain / 2
