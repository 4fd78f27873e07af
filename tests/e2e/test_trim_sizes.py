"""What layers weigh that are cut to models of usual kinds, and that the models answer in them as in a whole one."""

import json
import re
import zipfile

import pytest

from build.host import commands, importable, interpreters
from build.layer import layer, trim
from build.package import function, handler_variables, recording
from build.package.declared import Declared
from build.package.process import Process
from build.requirements import defaults
from build.runtimes import host_architecture

MEGABYTES = 1_000_000
CANCER = "from sklearn.datasets import load_breast_cancer as load; X, y = load(return_X_y=True); "
FOREST = CANCER + "from sklearn.ensemble import RandomForestClassifier as C; m = C(100, random_state=0).fit(X, y)"
NEIGHBOURS = CANCER + "from sklearn.neighbors import KNeighborsClassifier as C; m = C().fit(X, y)"
BOOSTING = CANCER + "from sklearn.ensemble import HistGradientBoostingClassifier as C; m = C(random_state=0).fit(X, y)"
TEXTS = """
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
t = ["good day sun", "bad night rain", "good sun light", "rain and bad", "light sun", "night dark"]
m = make_pipeline(TfidfVectorizer(), LogisticRegression()).fit(t, [1, 0, 1, 0, 1, 0])
"""
WORDS = [["night and sun"], ["unknown words"], [""], ["GOOD light, bad rain; good day"]]
ROWS = [[7.0 + at / 3 + number for at in range(30)] for number in range(40)]

# its script, the most that the layer may weigh, whether SciPy's OpenBLAS is there, and rows that it was not cut with
KINDS = {
    "forest": (FOREST, 55, False, ROWS),
    "texts": (TEXTS, 62, False, [each for (each,) in WORDS]),
    "neighbours": (NEIGHBOURS, 80, True, ROWS),
    "boosting": (BOOSTING, 58, False, ROWS),
}
OWN = """
import json, pickle, sys
m, (rows, methods) = pickle.load(open(sys.argv[1], "rb")), json.load(open(sys.argv[2]))
print(json.dumps([getattr(m, each)(rows).tolist() for each in methods]))
"""


@pytest.mark.parametrize("kind", KINDS)
def test_a_model_answers_in_a_layer_of_that_size_as_in_a_whole_one(built, unpacked, pickled, tmp_path, kind):
    script, most, has_openblas, rows = KINDS[kind]
    path, out = pickled(script), tmp_path / "dist"
    declared = Declared(request=tmp_path / "known.json") if kind == "texts" else Declared()
    (tmp_path / "known.json").write_text(json.dumps({"instances": ["good sun", "rain night"]}))
    cut_to = trim.TrimFor(path, declared)
    order = layer.Order(built.runtime, host_architecture(), builder="uv", use_cache=False, trim_for=cut_to)
    made = layer.build(out, order, print)
    names = zipfile.ZipFile(made.path).namelist()
    assert made.entry["unzipped_bytes"] <= most * MEGABYTES
    assert any("/scipy.libs/libscipy_openblas" in name for name in names) == has_openblas
    assert not any("dateutil/tz/tz" in name for name in names)
    packaged = function.package(out, path, declared=declared)
    methods = [each for each in packaged.model["signature"]["methods"] if each != "transform"]
    assert {"predict", "predict_proba"} <= set(methods)
    stage = tmp_path / "function"
    with zipfile.ZipFile(packaged.path) as packed:
        packed.extractall(stage)
    env = handler_variables.of_file(path, packaged.model["sha256"], "pickle")
    process = Process(built.runtime, stage, importable.of_layer(out, made.entry, built.runtime), env, tmp_path)
    asked = [{"instances": rows, "params": {"method": each}} for each in methods]
    answers = [json.loads(each)["predictions"] for each in recording.observe(process, "planned", asked)["answers"]]
    (tmp_path / "asked.json").write_text(json.dumps([rows, methods]))
    interpreter = interpreters.require(built.runtime, "This test")
    argv = [interpreter, "-S", "-s", "-B", "-c", OWN, path, tmp_path / "asked.json"]
    assert answers == json.loads(commands.run(argv, env={"PYTHONPATH": str(unpacked)}))


def test_special_functions_take_nothing_of_lapack_but_what_harmonics_need(built, tmp_path):
    whole = importable.of_requirements(defaults.LOCKED, built.runtime, tmp_path)  # with its symbol tables
    found = [
        set(re.findall(rb"cython_(?:lapack|blas)_(\w+)", path.read_bytes()))
        for path in whole.glob("scipy/special/*.so")
        if b"scipy.linalg.cython_" in path.read_bytes()
    ]
    assert found and all(each == {b"dstevr"} for each in found)
