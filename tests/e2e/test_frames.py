"""What the rows of a table reach a model as: without pandas where packaging has shown that it makes no difference."""

import json

import pytest

from build import runtimes
from build.host import importable
from build.package import function
from build.package.declared import Declared

SKLEARNS = {
    "1.2.2": ("numpy<2", "pandas<2.3"),
    "1.4.2": ("pandas<3",),
    "1.6.1": ("pandas",),
    "1.8.0": ("pandas",),
}
ROWS = """
import numpy, pandas
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
rows = pandas.DataFrame({
    "age": [31.0, None, 52.0, 47.0, 29.0, 63.0] * 8,
    "visits": [0, 3, 1, 2, 0, 5] * 8,
    "city": pandas.Series(["Bern", "Chur", None, "Basel", "Bern", "Chur"] * 8, dtype=object),
})
answers = numpy.arange(48) % 5 % 2
"""
END = "rows.to_pickle(FOLDER + '/example.pkl')"
OWN = """
import numpy
from sklearn.base import BaseEstimator, TransformerMixin

class Own(TransformerMixin, BaseEstimator):
    def fit(self, rows, answers=None):
        return self

    def transform(self, rows):
        {body}
"""


@pytest.fixture
def packaged(out, pickled, tmp_path):
    """Packages a model that a script leaves in `m`, with rows that it was fitted on."""

    def make(script, own=None):
        code = None
        if own:
            code = tmp_path / "code"
            code.mkdir()
            (code / "own.py").write_text(OWN.format(body=own))
        path = pickled(f"FOLDER = {str(tmp_path)!r}\n{ROWS}\n{script}\n{END}", see=[code] if code else [])
        return function.package(out, path, code=code, declared=Declared(example=tmp_path / "example.pkl"))

    return make


def modules(made):
    return {name.partition(".")[0] for name in made.recording.modules}


class TestWithoutPandas:
    def test_a_column_transformer_gets_a_table_without_pandas(self, packaged):
        made = packaged(
            "c = ColumnTransformer([('t', OneHotEncoder(handle_unknown='ignore'), ['city'])], remainder='drop')\n"
            "m = make_pipeline(c, LogisticRegression()).fit(rows, answers)"
        )
        assert made.model["signature"]["frame"] == "light"
        assert made.checked.proof.frame.tried > 40
        assert "pandas" not in modules(made)

    def test_an_estimator_of_numbers_gets_an_array(self, packaged):
        made = packaged("rows = rows[['age', 'visits']]; m = RandomForestClassifier(5).fit(rows, answers)")
        assert made.model["signature"]["frame"] == "array"
        assert "pandas" not in modules(made)

    def test_a_transformer_of_the_users_own_that_uses_columns_as_arrays(self, packaged):
        own = "rows = rows.copy(); rows['x'] = rows['visits'] / (rows['visits'] + 1.0); return rows[['visits', 'x']]"
        made = packaged("import own; m = make_pipeline(own.Own(), LogisticRegression()).fit(rows, answers)", own)
        assert made.model["signature"]["frame"] == "light"
        assert "pandas" not in modules(made)

    def test_code_of_the_users_own_gets_no_array_which_has_another_mean_than_a_table(self, packaged):
        own = "return numpy.asarray(rows)"
        script = "import own; rows = rows[['age', 'visits']]\nm = make_pipeline(own.Own(), RandomForestClassifier(5))"
        made = packaged(f"{script}.fit(rows, answers)", own)
        assert made.model["signature"]["frame"] == "light"


class TestWithPandas:
    @pytest.mark.parametrize(
        ("own", "words"),
        [
            # with numpy's arrays in the place of pandas' columns it would answer otherwise, or fail
            ("return numpy.nan_to_num(numpy.stack([rows['visits'] // rows['visits']], axis=1))", "floor_divide"),
            ("return numpy.stack([rows['visits'] - numpy.mean(rows['age'])], axis=1)", "mean"),
            ("return numpy.stack([rows['city'].map({'Bern': 1.0}).fillna(0)], axis=1)", "'map'"),
            (
                "return rows[['visits']].to_numpy() * (1.0 if type(rows).__name__ == 'DataFrame' else 2.0)",
                "answers differ",
            ),
            ("n = 1; import pandas as pd; return pd.DataFrame({'v': rows['visits']})", "own.py asks for it"),
            ("return numpy.stack([rows['visits'][rows['visits'] > -1]], axis=1)", "fails"),
            ("return numpy.asarray(numpy.sum(rows[['age', 'visits']], axis=1)).reshape(-1, 1)", "no sum"),
        ],
    )
    def test_code_that_needs_it_gets_it(self, packaged, own, words):
        made = packaged("import own; m = make_pipeline(own.Own(), LogisticRegression()).fit(rows, answers)", own)
        assert "frame" not in made.model["signature"]
        assert words in made.checked.proof.frame.why_not
        assert made.checked.proof.predictions

    def test_a_refusal_that_is_missing_counts_as_a_difference(self, packaged):
        own = "assert not hasattr(rows, 'index') or rows['age'].notna().any(), 'no age'; return rows[['visits']]"
        made = packaged("import own; m = make_pipeline(own.Own(), LogisticRegression()).fit(rows, answers)", own)
        assert "frame" not in made.model["signature"]
        assert made.checked.proof.frame.why_not == "without it the model answers what it should refuse"

    def test_types_of_its_own(self, packaged):
        made = packaged(
            "rows['day'] = pandas.to_datetime(['2026-01-01', '2026-02-01'] * 24)\n"
            "c = ColumnTransformer([('t', OneHotEncoder(handle_unknown='ignore'), ['city'])], remainder='drop')\n"
            "m = make_pipeline(c, LogisticRegression()).fit(rows, answers)"
        )
        assert "frame" not in made.model["signature"]
        assert made.checked.proof.frame.why_not == "a missing value of column day is pandas' own NaT"


@pytest.mark.long
@pytest.mark.parametrize("version", SKLEARNS)
def test_older_versions_of_sklearn_answer_alike(version, tmp_path):
    target = runtimes.runtime("3.11")
    wanted = tmp_path / "requirements.txt"
    wanted.write_text("\n".join([f"scikit-learn=={version}", *SKLEARNS[version]]))
    packages = importable.of_requirements(wanted, target, tmp_path)
    script = importable.TARGET.parents[1] / "tests" / "e2e" / "target" / "frames_of_sklearn.py"
    handler = importable.TARGET.parents[1] / "lambda"
    importable.run(target, str(script), [tmp_path / "found.json"], [handler, packages], {})
    found = json.loads((tmp_path / "found.json").read_text())
    assert found.pop("version") == version
    assert len(found) == 20
    assert set(found.values()) == {"same"}, found
