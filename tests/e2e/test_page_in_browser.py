"""The page in a browser, for models of other kinds: what is typed is what the estimator gets, to the last digit."""

import json
from contextlib import contextmanager

import numpy as np
import pytest
from in_process import Handler
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import Select, WebDriverWait
from serving.loading.model import Model, describe
from serving.requests.signature import Column, Signature
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from bench import browser
from local import front

PATIENCE = 60  # seconds for an answer
EVIL = "</script><img src=x onerror=hacked=1>"
DIGEST = "0" * 64


class Telling:
    """An estimator that answers with what it was given."""

    def predict(self, rows):
        rows = rows.astype(str).to_dict("records") if hasattr(rows, "to_dict") else np.asarray(rows, dtype=str).tolist()
        return [json.dumps(row) for row in rows]


@pytest.fixture
def page(chromium, monkeypatch):
    """Opens the page of a model; what follows has the browser, and the bodies that it sent."""
    monkeypatch.setenv("MODEL_DOCS", "true")

    @contextmanager
    def open_(model):
        handler = Handler(model)
        with front.start(handler) as url:
            browser.forget(chromium)
            browser.show(chromium, f"{url}/")
            yield chromium, handler.bodies
            assert {each for each in browser.requested(chromium) if not each.startswith(f"{url}/")} == set()
            assert browser.errors(chromium) == []
            assert chromium.execute_script("return window.hacked") is None

    return open_


def of(estimator, *columns, container="frame", **more):
    return Model(estimator, DIGEST, Signature(container, columns or None, **more))


def predict(chromium):
    count = len(chromium.find_elements(By.CSS_SELECTOR, "#requests tr"))
    chromium.find_element(By.ID, "send").click()
    WebDriverWait(chromium, PATIENCE).until(
        lambda each: len(each.find_elements(By.CSS_SELECTOR, "#requests tr")) > count
    )
    return chromium.find_element(By.CSS_SELECTOR, "#answer .value, #answer pre, #answer .bad").text


def test_names_and_categories_are_never_code(page):
    categories = ("plain", EVIL, '\'; echo "$HOME" \\', "{{script}}")
    columns = [Column(EVIL, "number", "float64"), Column("a'b\"<!--", "category", "category", categories=categories)]
    model = of(Telling(), *columns, Column("{{model}}", "text", "object"), classes=(EVIL, "x"))
    with page(model) as (shown, bodies):
        names = [each.text for each in shown.find_elements(By.CSS_SELECTOR, ".name span")]
        assert names == [EVIL, "a'b\"<!--", "{{model}}"]
        shown.find_element(By.ID, "field-0").send_keys("1.5")
        for category in categories:
            Select(shown.find_element(By.ID, "field-1")).select_by_visible_text(category)
            said = json.loads(predict(shown))
            assert (said["a'b\"<!--"], said[EVIL]) == (category, "1.5")
        assert json.loads(bodies[-1]) == {
            "dataframe_records": [{EVIL: 1.5, "a'b\"<!--": "{{script}}", "{{model}}": None}]
        }


def test_each_kind_of_column_is_sent_as_what_it_is(page):
    model = of(
        Telling(),
        Column("whole", "integer", "int64"),
        Column("maybe", "boolean", "object", "None"),
        Column("when", "datetime", "datetime64[ns, UTC]", "NaT"),
        Column("long", "timedelta", "timedelta64[ns]", "NaT"),
        Column("any", "any", "object", "None"),
        Column("known", "integer", "int64", categories=(1, 2**53 + 1)),
        Column("words", "text", "object", None),
    )
    with page(model) as (shown, bodies):
        fields = {
            column.name: shown.find_element(By.ID, f"field-{at}") for at, column in enumerate(model.signature.columns)
        }
        fields["whole"].send_keys("-9007199254740993")
        Select(fields["maybe"]).select_by_visible_text("false")
        fields["when"].send_keys("11252026020000PM")
        fields["long"].send_keys("P1DT2H")
        fields["any"].send_keys("007")
        Select(fields["known"]).select_by_visible_text(str(2**53 + 1))
        said = json.loads(predict(shown))
        assert bodies[-1].count("9007199254740993") == 2
        assert json.loads(bodies[-1])["dataframe_records"] == [
            {
                "whole": -(2**53) - 1,
                "maybe": False,
                "when": "2026-11-25T14:00Z",
                "long": "P1DT2H",
                "any": "007",
                "known": 2**53 + 1,
                "words": "",
            }
        ]
        assert (said["whole"], said["when"]) == ("-9007199254740993", "2026-11-25 14:00:00+00:00")
        Select(fields["known"]).select_by_visible_text("(another)")
        shown.find_element(By.CSS_SELECTOR, "#field-5 + input").send_keys("0.5e1")
        Select(fields["maybe"]).select_by_value("")
        predict(shown)
        (row,) = json.loads(bodies[-1])["dataframe_records"]
        assert (row["known"], row["maybe"]) == (5, None)


class Counting:
    """Integers that a script's own numbers cannot hold."""

    def predict(self, rows):
        return np.array([2**53 + 1] * len(rows))


def test_an_array_has_fields_by_position_and_an_answer_all_its_digits(page):
    columns = [Column(at, "number", "float64") for at in range(3)]
    with page(of(Counting(), *columns, container="array", dtype="float64")) as (shown, bodies):
        assert [each.text for each in shown.find_elements(By.CSS_SELECTOR, ".name")] == [
            "column 0",
            "column 1",
            "column 2",
        ]
        for at, number in enumerate(("1", ".5")):
            shown.find_element(By.ID, f"field-{at}").send_keys(number)
        assert predict(shown) == str(2**53 + 1)
        assert json.loads(bodies[-1]) == {"instances": [[1, 0.5, None]]}


def test_a_text_model_has_one_field(page):
    texts = ["cold start", "warm water"] * 5
    estimator = make_pipeline(TfidfVectorizer(), LogisticRegression()).fit(texts, ["cold", "warm"] * 5)
    with page(describe(estimator, DIGEST)) as (shown, bodies):
        shown.find_element(By.ID, "field-0").send_keys('a "warm"\nend')
        assert predict(shown) == "warm"
        assert json.loads(bodies[-1]) == {"instances": ['a "warm"\nend'], "method": "predict_proba"}
        drawn = [each.get_attribute("title") for each in shown.find_elements(By.CSS_SELECTOR, ".bars li")]
        expected = estimator.predict_proba(['a "warm"\nend'])[0]
        assert [float(each.split(": ")[1]) for each in drawn] == expected.tolist()


def test_what_nothing_is_known_of_is_asked_for_as_json(page):
    with page(of(Telling(), container="unknown")) as (shown, bodies):
        field = shown.find_element(By.ID, "field-0")
        field.send_keys("[[1, 2], [3")
        shown.find_element(By.ID, "send").click()
        assert shown.find_element(By.CSS_SELECTOR, "#answer .bad").text.startswith("The rows are not JSON: ")
        field.send_keys(", 9007199254740993]]")
        assert json.loads(predict(shown)) == ['["1", "2"]', '["3", "9007199254740993"]']
        assert bodies == ['{"instances": [[1, 2], [3, 9007199254740993]]}']
