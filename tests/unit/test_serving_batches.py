"""Batches of Step Functions: items of JSON and of CSV files."""

import io

import pandas as pd
import pytest
from serving.batches import request, text_columns
from serving.invocation import answer
from serving.model import describe
from serving.payload import BadRequest
from serving.settings import Settings
from serving_parts import environment
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LinearRegression, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

CSV = """size,zip,floor,note
1.5,01067,1,good and fine
2.5,80331,2,bad
3.5,01067,3,
4.5,80331,1,7
"""


@pytest.fixture(scope="module")
def rows():
    return pd.read_csv(io.StringIO(CSV), dtype={"zip": str, "note": str}, keep_default_na=False)


@pytest.fixture(scope="module")
def items():
    """As Step Functions' reader gives the lines of that file: all values are strings."""
    header, *lines = (line.split(",") for line in CSV.splitlines())
    return [dict(zip(header, line, strict=True)) for line in lines]


@pytest.fixture(scope="module")
def homes(rows):
    """A model with text that looks like numbers, numbers, categories that are numbers, and free text."""
    columns = ColumnTransformer(
        [
            ("size", StandardScaler(), ["size"]),
            ("zip", make_pipeline(SimpleImputer(strategy="most_frequent"), OneHotEncoder()), ["zip"]),
            ("floor", OneHotEncoder(), ["floor"]),
            ("note", CountVectorizer(token_pattern=r"\w+"), "note"),
        ]
    )
    return make_pipeline(columns, Ridge()).fit(rows, [1, 2, 4, 8])


def served(estimator):
    return environment(Settings("a"), describe(estimator, "a"))


class TestCsv:
    def test_the_lines_of_a_file_are_predicted_as_its_table_is(self, homes, rows, items):
        reply = answer(served(homes), {"Items": items[:2] + items[3:], "BatchInput": {"run": 1}}, None)
        assert reply == {"predictions": homes.predict(rows.drop(2)).tolist()}

    def test_a_line_is_read_alike_whatever_is_in_its_batch(self, homes, items):
        alone = [answer(served(homes), {"Items": [item]}, None)["predictions"][0] for item in items[:2]]
        assert answer(served(homes), {"Items": items[:2]}, None)["predictions"] == alone

    def test_the_model_says_which_columns_are_text(self, homes):
        assert text_columns(homes) == {"zip", "note"}
        assert text_columns(LinearRegression()) == set()

    def test_an_empty_string_is_a_missing_value(self):
        table = pd.DataFrame({"a": [1.0, 2.0, None, 4.0] * 10})
        model = HistGradientBoostingRegressor().fit(table, [1, 2, 3, 4] * 10)
        own = model.predict(pd.DataFrame({"a": [None, 2.0]}, dtype=float)).tolist()
        assert answer(served(model), {"Items": [{"a": ""}, {"a": "2"}]}, None) == {"predictions": own}

    @pytest.mark.parametrize(
        ("text", "value"),
        [
            ("41", 41),
            ("-1.5e3", -1500.0),
            (" 2 ", 2),
            (".5", 0.5),
            ("", None),
            ("1_000", "1_000"),
            ("nan", "nan"),
            ("0x10", "0x10"),
            ("1,5", "1,5"),
            ("٣", "٣"),
            (7, 7),
            (None, None),
            (True, True),
        ],
    )
    def test_what_is_a_number(self, text, value):
        ((found,),) = request(describe(None, ""), {"Items": [[text]]})["instances"]
        assert found == value
        assert type(found) is type(value)


class TestJson:
    def test_rows_that_are_lists(self):
        model = LinearRegression().fit([[0, 0], [1, 0], [0, 1]], [0, 1, 1])
        assert answer(served(model), {"Items": [[1, 2], ["3", 4]]}, None)["predictions"] == pytest.approx([3, 7])

    def test_texts(self):
        model = make_pipeline(CountVectorizer(), Ridge()).fit(["good", "bad"], [1, 0])
        reply = answer(served(model), {"Items": ["good", "bad"]}, None)
        assert reply == {"predictions": model.predict(["good", "bad"]).tolist()}

    def test_no_items(self, homes):
        assert answer(served(homes), {"Items": []}, None) == {"predictions": []}

    def test_a_batch_that_the_model_does_not_take_fails_rather_than_being_taken_for_a_result(self, homes, capsys):
        with pytest.raises(BadRequest, match="row 0 of dataframe_records lacks zip"):
            answer(served(homes), {"Items": [{"size": "1", "floor": "1", "note": ""}]}, None)
        assert '"BadRequests": 1' in capsys.readouterr().out
