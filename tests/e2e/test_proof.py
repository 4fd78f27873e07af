"""What packaging finds out of a model, and what it proves and refuses, in the layer that the model will run in."""

import json
import zipfile

import pytest

from build.host import importable
from build.package import declared, function, model, sample_request
from build.package.declared import Declared

FRAME = """
import numpy, pandas, pickle
from sklearn.compose import ColumnTransformer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder
rows = pandas.DataFrame({
    "when": pandas.to_datetime(["2026-01-31", "2026-02-28", "2026-03-31", None] * 6),
    "size": pandas.Categorical(["s", "m", None, "m"] * 6, categories=["s", "m"], ordered=True),
    "code": pandas.Series(["007", "12", None, "9"] * 6, dtype=object),
    "count": pandas.array([1, None, 3, 4] * 6, dtype="Int64"),
    "new": [True, False, True, True] * 6,
})
answers = numpy.arange(24) % 3
"""
OWN = "import own\nm = own.Months().fit(rows, answers)\nrows.to_pickle(FOLDER + '/example.pkl')\n"
CODE = """
import numpy
from sklearn.base import BaseEstimator, ClassifierMixin

class Months(ClassifierMixin, BaseEstimator):
    def fit(self, rows, answers):
        self.classes_ = numpy.unique(answers)
        return self

    def predict(self, rows):
        month = rows["when"].dt.month.fillna(0).astype(int)
        size = rows["size"].cat.codes + 2
        code = rows["code"].map(lambda value: 5 if value is None else len(value))
        count = rows["count"].fillna(2).astype(int)
        return (month * 100 + size * 10 + code + count * 1000 + rows["new"].astype(int)).to_numpy()
"""


@pytest.fixture
def code(tmp_path):
    folder = tmp_path / "code"
    folder.mkdir()
    (folder / "own.py").write_text(CODE)
    return folder


@pytest.fixture
def months(pickled, tmp_path, code):
    """A model of its own class on columns of many types, and pickled rows that it was fitted on."""
    path = pickled(f"FOLDER = {str(tmp_path)!r}\n{FRAME}{OWN}", see=[code])
    return path, tmp_path / "example.pkl"


def types(made):
    return {column["name"]: column["dtype"] for column in made.model["signature"]["inputs"]}


class TestExamples:
    def test_pickled_rows_keep_all_their_types(self, out, months, code):
        path, example = months
        made = function.package(out, path, code=code, declared=Declared(example=example))
        assert types(made)["count"] == "Int64"
        assert types(made)["when"].startswith("datetime64[")
        size = made.model["signature"]["inputs"][1]
        assert (size["type"], size["categories"], size["ordered"]) == ("category", ["s", "m"], True)
        assert made.checked.proof.tried > 60
        assert any("outputs" in event for event in made.checked.proof.events)  # as tensors, too
        assert sample_request.make(made.model)["dataframe_records"][0]["size"] == "s"

    @pytest.mark.parametrize("kind", ["parquet", "feather"])
    def test_files_of_arrow_keep_them_too_though_the_layer_has_no_pyarrow(
        self, built, out, pickled, months, code, tmp_path, kind
    ):
        path, _ = months
        requirements = tmp_path / "requirements.txt"
        requirements.write_text("pyarrow\n")
        (tmp_path / "arrow").mkdir()
        arrow = importable.of_requirements(requirements, built.runtime, tmp_path / "arrow", ["--no-deps"])
        example = tmp_path / f"example.{kind}"
        pickled(f"{FRAME}m = None\nrows.to_{kind}({str(example)!r})", name="none.pkl", see=[code, arrow])
        made = function.package(out, path, code=code, declared=Declared(example=example))
        assert types(made)["count"] == "Int64"
        assert made.model["signature"]["inputs"][1]["ordered"]

    def test_of_a_csv_file_the_signature_says_what_it_does_not(self, out, months, code, tmp_path):
        path, _ = months
        example, signature = tmp_path / "example.csv", tmp_path / "signature.json"
        example.write_text("when,size,code,count,new\n2026-01-31,s,007,1,True\n2026-02-28,m,,,False\n")
        said = [
            {"name": "when", "type": "datetime", "unit": "s"},
            {"name": "size", "type": "category", "categories": ["s", "m"], "ordered": True},
            {"name": "code", "type": "string", "missing": "None"},
            {"name": "count", "type": "long", "dtype": "Int64", "missing": "NA"},
        ]
        signature.write_text(json.dumps({"inputs": said}))
        made = function.package(out, path, code=code, declared=Declared(example=example, signature=signature))
        assert made.checked.proof.predictions[1] == 2 * 100 + 3 * 10 + 5 + 2000

    def test_rows_that_the_estimator_itself_refuses_are_no_example(self, out, pickled, tmp_path):
        example = tmp_path / "example.json"
        example.write_text('[{"a": "x", "b": 1}]')
        path = pickled("from sklearn.linear_model import Ridge\nm = Ridge().fit([[0, 1], [1, 2]], [0, 1])")
        with pytest.raises(
            model.ModelRefused,
            match=r"example\.json cannot be used: ValueError: could not convert string to float: .x.",
        ):
            function.package(out, path, declared=Declared(example=example))

    @pytest.mark.parametrize(
        ("name", "text", "said"),
        [
            ("example.csv", "a,c\n1,2\n", "it has no column 'b', which the model was fitted with"),
            ("example.json", "{}", "expected a list of rows"),
            ("example.json", "[]", "it has no rows"),
            ("example.pkl", "no pickle", "cannot be used: UnpicklingError"),
        ],
    )
    def test_what_is_no_example_is_refused_with_what_would_be_one(self, out, pickled, tmp_path, name, text, said):
        (tmp_path / name).write_text(text)
        path = pickled(
            "import pandas\nfrom sklearn.linear_model import Ridge\n"
            "m = Ridge().fit(pandas.DataFrame({'a': [1, 2], 'b': [1, 3]}), [0, 1])"
        )
        with pytest.raises(model.ModelRefused, match=said):
            function.package(out, path, declared=Declared(example=tmp_path / name))


DIFFERS = """
import sys
from sklearn.linear_model import LinearRegression

class Spoilt(LinearRegression):
    def predict(self, rows):
        return super().predict(rows) + ("handler" in sys.modules)
"""
FIT = "m = {}.fit([[0, 0], [1, 0], [0, 1]], [0, 1, 1])\n"


class TestThreads:
    FOREST = (
        "import numpy as np\nfrom sklearn.ensemble import RandomForestRegressor\n"
        "rows = np.random.default_rng(0).normal(size=(300, 4))\n"
        "m = RandomForestRegressor(100, random_state=0, n_jobs=2).fit(rows, rows[:, 0] * rows[:, 1])"
    )

    def test_a_forest_that_adds_up_in_an_order_that_varies_is_packaged(self, out, pickled):
        made = function.package(out, pickled(self.FOREST))
        assert made.checked.proof.threads["same"] in ("but for rounding", "to the bit")
        with zipfile.ZipFile(made.path) as packed:
            assert json.loads(packed.read("signature.json"))["one_thread"] == [[]]

    def test_where_one_thread_answers_otherwise_it_is_not_used(self, out, pickled, tmp_path):
        code = tmp_path / "code"
        code.mkdir()
        (code / "by_threads.py").write_text(
            "from sklearn.neighbors import KNeighborsRegressor\n"
            "class ByThreads(KNeighborsRegressor):\n"
            "    def predict(self, rows):\n        return [self.n_jobs or 0 for _ in rows]\n"
        )
        fit = "m = by_threads.ByThreads(1, n_jobs=2).fit([[0, 0], [1, 0], [0, 1]], [0, 1, 1])"
        made = function.package(out, pickled(f"import by_threads\n{fit}", see=[code]), code=code)
        assert made.checked.proof.threads["same"] is None
        assert made.checked.proof.predictions[0] == 2
        with zipfile.ZipFile(made.path) as packed:
            assert "one_thread" not in json.loads(packed.read("signature.json"))


class TestRefusals:
    def test_a_model_that_would_answer_otherwise_is_not_packaged(self, out, pickled, tmp_path):
        code = tmp_path / "code"
        code.mkdir()
        (code / "spoilt.py").write_text(DIFFERS)
        path = pickled("import spoilt\n" + FIT.format("spoilt.Spoilt()"), see=[code])
        before = sorted(each.name for each in out.iterdir() if each.name != ".lock")
        with pytest.raises(
            model.ModelRefused, match=r"instances, row 0.*: the estimator itself gives .*, the packaged "
        ):
            function.package(out, path, code=code)
        assert sorted(each.name for each in out.iterdir() if each.name != ".lock") == before

    def test_a_known_answer_that_it_does_not_give_is_named(self, out, pickled, tmp_path):
        path = pickled("from sklearn.linear_model import LinearRegression\n" + FIT.format("LinearRegression()"))
        expect = tmp_path / "expect.json"
        expect.write_text('{"instances": [[3, 4], [1, 1]], "predictions": [7.0000001, 2]}')
        assert function.package(out, path, declared=Declared(expect=expect)).path.is_file()
        expect.write_text('{"instances": [[3, 4], [1, 1]], "predictions": [7, 2.1]}')
        with pytest.raises(
            model.ModelRefused, match=r"--expect, row 1: the known answer is 2.1, the packaged function "
        ):
            function.package(out, path, declared=Declared(expect=expect))
        example = tmp_path / "example.json"
        example.write_text("[[3, 4], [1, 1], [0, 0]]")
        expect.write_text("[7, 3]")
        with pytest.raises(model.ModelRefused, match="--expect, row 1: the known answer is 3"):
            function.package(out, path, declared=Declared(expect=expect, example=example))

    def test_a_model_that_answers_by_chance_is_refused(self, out, pickled, tmp_path):
        code = tmp_path / "code"
        code.mkdir()
        (code / "dice.py").write_text(
            "import random\nfrom sklearn.linear_model import LinearRegression\n"
            "class Dice(LinearRegression):\n"
            "    def predict(self, rows):\n        return [random.random() for _ in rows]\n"
        )
        path = pickled("import dice\n" + FIT.format("dice.Dice()"), see=[code])
        with pytest.raises(model.ModelRefused, match="gives other answers when it is asked twice"):
            function.package(out, path, code=code)

    @pytest.mark.parametrize(
        ("held", "said"),
        [
            (
                "{'model': m, 'threshold': 0.5}",
                "a dict with a LinearRegression under 'model' and a float under 'threshold",
            ),
            ("(m, 3)", "a tuple with a LinearRegression at 0 and an int at 1"),
            ("[m]", "a list with a LinearRegression at 0"),
        ],
    )
    def test_what_a_container_holds_is_said(self, out, pickled, held, said):
        script = "from sklearn.linear_model import LinearRegression\n" + FIT.format("LinearRegression()")
        with pytest.raises(model.ModelRefused, match=f"the file holds {said}"):
            function.package(out, pickled(f"{script}m = {held}"))

    def test_a_signature_that_is_none_is_refused_before_the_work(self, out, pickled, tmp_path):
        path = pickled("from sklearn.linear_model import LinearRegression\n" + FIT.format("LinearRegression()"))
        signature = tmp_path / "signature.json"
        for text, said in (
            ("{", "Expecting property name"),
            ('{"inputs": [{"name": "a", "type": "int"}]}', "'int' is not a type of a column"),
            ('{"inputs": [{"name": "a"}]}', "'type' is missing"),
            ('{"inputs": [{"name": "a", "type": "category"}]}', "names no categories"),
            ('{"inputs": [{"name": "a", "type": "long", "units": "s"}]}', "a column has no 'units'"),
        ):
            signature.write_text(text)
            with pytest.raises(declared.BadSignature, match=said):
                function.package(out, path, declared=Declared(signature=signature))


class TestMethods:
    def test_the_default_can_be_chosen(self, out, pickled):
        script = "from sklearn.linear_model import LogisticRegression\n" + FIT.format("LogisticRegression()")
        made = function.package(out, pickled(script), declared=Declared(method="predict_proba"))
        assert made.model["signature"]["method"] == "predict_proba"
        assert made.model["signature"]["outputs"]["predict_proba"] == {"type": "number", "shape": [-1, 2]}
        assert len(made.checked.proof.predictions[0]) == 2
        with pytest.raises(model.ModelRefused, match=r"it has no method score\. It has: predict, predict_proba"):
            function.package(out, pickled(script), declared=Declared(method="score"))

    def test_a_transformer_transforms(self, out, pickled):
        made = function.package(
            out, pickled("from sklearn.preprocessing import StandardScaler\nm = StandardScaler().fit([[1, 2], [3, 5]])")
        )
        assert made.model["signature"]["method"] == "transform"
        assert len(made.checked.proof.predictions[0]) == 2
