"""A layer without pandas: what it serves, and what it refuses and why."""

import json
import zipfile

import pytest

from build.dist import manifest, report
from build.host import importable
from build.layer import layer, trim
from build.package import function, missing_packages
from build.package.declared import Declared
from build.runtimes import host_architecture

GONE = {"pandas", "python-dateutil", "tzdata"}
ROWS = """
import numpy, pandas
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder
rows = pandas.DataFrame({"city": pandas.Series(["Bern", "Chur"] * 20, dtype=object), "age": [31.0, 52.0] * 20})
answers = [0, 1] * 20
"""
TABLE = """
from sklearn.compose import ColumnTransformer
columns = ColumnTransformer([("city", OneHotEncoder(), ["city"])], remainder="passthrough")
m = make_pipeline(columns, LogisticRegression()).fit(rows, answers)
"""
NULLABLE = """
rows["age"] = pandas.array([1, None] * 20, dtype="Int64")
rows = rows[["age"]]
m = HistGradientBoostingClassifier().fit(rows, answers)
"""
HOLDS = "rows = rows[['age']]; m = LogisticRegression().fit(rows, answers); m.seen = rows['age']"
IMPORTS = """
from own import Own
rows = rows[["age"]].to_numpy()
m = make_pipeline(Own(), LogisticRegression()).fit(rows, answers)
"""
OWN = """
import pandas
from sklearn.base import BaseEstimator, TransformerMixin

class Own(TransformerMixin, BaseEstimator):
    def fit(self, rows, answers=None):
        self.fitted_ = True
        return self

    def transform(self, rows):
        return pandas.DataFrame(rows).to_numpy() * 2
"""
# which answers the example's rows alike without pandas, and others not
ASKS = """
try:
    import pandas
except ImportError:
    pandas = None
""" + OWN.replace("import pandas\n", "").replace(
    "return pandas.DataFrame(rows).to_numpy()",
    "return (pandas.DataFrame(rows).clip(upper=99).to_numpy() if pandas else rows)",
)


def silent(message):
    pass


def order(built, **more):
    return layer.Order(built.runtime, host_architecture(), builder="uv", without=["pandas"], **more)


@pytest.fixture(scope="module")
def bare(built, tmp_path_factory):
    """A folder with a layer without pandas."""
    return layer.build(tmp_path_factory.mktemp("bare") / "dist", order(built), silent)


@pytest.fixture
def packaged(bare, pickled, tmp_path):
    """Packages a model that a script leaves in `m`, with the example that it writes, for the layer without pandas."""

    def make(script, own=None, example="example.pkl", write="pandas.to_pickle(rows, FOLDER + '/example.pkl')"):
        code = None
        if own:
            code = tmp_path / "code"
            code.mkdir()
            (code / "own.py").write_text(own)
        path = pickled(f"FOLDER = {str(tmp_path)!r}\n{ROWS}\n{script}\n{write}", see=[code] if code else [])
        return function.package(bare.path.parent, path, code=code, declared=Declared(example=tmp_path / example))

    return make


def test_nothing_of_pandas_is_in_it_and_the_manifest_and_the_report_say_so(built, bare):
    whole = manifest.read(built.out)["layer"]
    entry = manifest.read(bare.path.parent)["layer"]
    assert set(entry["without"]) == GONE
    assert entry["packages"] | entry["without"] == whole["packages"]
    names = zipfile.ZipFile(bare.path).namelist()
    assert not any(word in name for name in names for word in ("/pandas", "dateutil", "tzdata"))
    assert entry["unzipped_bytes"] < whole["unzipped_bytes"] - 37_000_000
    assert bare.contents.removed["packages"]["pandas"] > 40_000_000
    assert report.read(bare.path.parent).as_json()["without"] == entry["without"]
    assert "pandas" not in next(bare.path.parent.glob("*.cdx.json")).read_text()


def test_the_example_answers_in_it_as_the_estimator_does_in_a_whole_layer(built, bare, tmp_path):
    made = function.package(bare.path.parent, built.example.model, declared=Declared(request=built.example.request))
    assert made.model["signature"]["frame"] == "light"
    assert made.recording.plan
    whole = importable.of_layer(built.out, manifest.read(built.out)["layer"], built.runtime)
    own = tmp_path / "own.json"
    importable.run(built.runtime, "predict.py", [built.example.model, built.example.request, own], [whole], {})
    assert made.checked.proof.predictions == json.loads(own.read_text())


def test_an_example_that_pandas_reads_is_read_where_the_model_is_proved(packaged):
    made = packaged(TABLE, example="example.csv", write="rows.to_csv(FOLDER + '/example.csv', index=False)")
    assert made.model["signature"]["frame"] in ("light", "array")


@pytest.mark.parametrize(
    ("script", "own", "why"),
    [
        (NULLABLE, None, r"rows reach the model as a pandas DataFrame \(.*column age.*\)"),
        (HOLDS, None, "the model's file holds objects of pandas"),
        (IMPORTS, OWN, "own imports it"),
        (IMPORTS, ASKS, "own of the model's own code may answer otherwise where it cannot import it"),
    ],
    ids=["nullable", "holds", "imports", "asks"],
)
def test_a_model_that_wants_pandas_is_refused_with_what_wants_it_and_what_to_do(bare, packaged, script, own, why):
    before = sorted(each.name for each in bare.path.parent.iterdir())
    said = rf"needs pandas, which the layer was built without: {why}.\nBuild the layer with pandas in it: invoke"
    with pytest.raises(missing_packages.PackageWanted, match=said):
        packaged(script, own)
    assert sorted(each.name for each in bare.path.parent.iterdir()) == before


def test_a_layer_without_pandas_is_cut_to_a_model(built, tmp_path):
    cut_to = trim.TrimFor(built.example.model, Declared(request=built.example.request))
    made = layer.build(tmp_path / "dist", order(built, use_cache=False, trim_for=cut_to), silent)
    assert set(made.entry["without"]) == GONE
    assert made.entry["unzipped_bytes"] <= 65_000_000
    assert function.package(made.path.parent, built.example.model).recording.plan
