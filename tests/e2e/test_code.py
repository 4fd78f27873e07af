"""What a model's own code brings besides Python runs where the function does."""

from build.dist import manifest
from build.package import function, request_files
from build.package.declared import Declared
from local import operations

MODULE = """
import pathlib
import subprocess


def doubled(x):
    tool = pathlib.Path(__file__).with_name("bin") / "double"
    numbers = " ".join(str(each) for row in x for each in row)
    told = subprocess.run([tool], input=numbers, capture_output=True, text=True)
    assert told.returncode == 0, told.stderr
    return [[float(each)] for each in told.stdout.split()]
"""
TOOL = '#!/bin/sh\nread -r numbers\nfor each in $numbers; do echo "$((${each%.*} * 2))"; done\n'
MODEL = """
import features
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
m = make_pipeline(FunctionTransformer(features.doubled), LinearRegression()).fit([[0.0], [1.0], [2.0]], [0, 1, 2])
"""


def test_a_tool_that_predict_runs_may_be_executed_in_the_emulator(out, pickled, tmp_path):
    code = tmp_path / "code"
    (code / "bin").mkdir(parents=True)
    (code / "features.py").write_text(MODULE)
    (code / "bin" / "double").write_text(TOOL)
    (code / "bin" / "double").chmod(0o755)
    path = pickled(MODEL, see=[code])
    (tmp_path / "rows.json").write_text("[[3.0], [5.0]]")
    made = function.package(out, path, code=code, declared=Declared(example=tmp_path / "rows.json"))
    request = request_files.Request(tmp_path / "rows.json", b'{"instances": [[4.0], [7.0]]}')
    said = []
    answer = operations.predict_locally(out, request, said.append)
    assert [round(each, 9) for each in answer["predictions"]] == [4, 7]
    assert made.path.name in said[0] and manifest.read(out)["functions"]["s3"] == made.entry
