"""The web page, as a document; tests/e2e opens it in a browser."""

import base64
import hashlib
import json
import re
from html.parser import HTMLParser

import pytest
from serving.loading.model import Model, describe
from serving.page import MOST_FIELDS, as_data, page
from serving.requests.signature import Column, Signature
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression

from build.package import staging

EVIL = "</script><!--<script>alert(1)</script> \u2028 & {{script}}"


@pytest.fixture(scope="module")
def iris():
    return describe(LogisticRegression(max_iter=500).fit(*load_iris(return_X_y=True)), "0" * 64)


class Parts(HTMLParser):
    """Its elements with their attributes, and the text of each element that has some."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.texts, self.inside = [], {}, None
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))
        self.inside = dict(attributes).get("id", tag)

    def handle_endtag(self, tag):
        self.inside = None

    def handle_data(self, data):
        self.texts[self.inside] = self.texts.get(self.inside, "") + data


def facts(model, name="churn"):
    return json.loads(Parts(page(model, name)).texts["model"])


def test_the_policy_allows_its_own_style_and_script_alone(iris):
    parts = Parts(page(iris, "churn"))
    policy = next(each["content"] for _, each in parts.elements if "http-equiv" in each)
    for kind in ("style", "script"):
        digest = base64.b64encode(hashlib.sha256(parts.texts[kind].encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy and "http" not in policy


def test_it_needs_nothing_from_elsewhere_and_has_no_inline_code(iris):
    for tag, attributes in Parts(page(iris, "churn")).elements:
        assert attributes.get("src") is None and attributes.get("href", "data:,") == "data:,", tag
        assert not [name for name in attributes if name == "style" or name.startswith("on")], tag


def test_it_is_small(iris):
    assert len(page(iris, "churn")) < 30_000


def test_a_function_has_it(tmp_path):
    staging.stage(tmp_path / "dist" / "scratch" / "function", None)
    folder = tmp_path / "dist" / "scratch" / "function" / "serving" / "page"
    assert {path.name for path in folder.iterdir()} == {"__init__.py", "fields.js", "page.css", "page.html", "page.js"}


def test_no_name_ends_its_element():
    columns = (Column(EVIL, "category", "category", categories=(EVIL,)),)
    model = Model(object(), "0" * 64, Signature("frame", columns, classes=(EVIL,)))
    text = page(model, EVIL)
    parts = Parts(text)
    assert [tag for tag, _ in parts.elements].count("script") == 2
    assert parts.texts["title"] == parts.texts["h1"] == EVIL
    found = json.loads(parts.texts["model"])
    assert (found["columns"][0]["name"], found["classes"], found["name"]) == (EVIL, [EVIL], EVIL)
    assert json.loads(found["columns"][0]["categories"][0]) == EVIL
    assert not set("<>&") & set(parts.texts["model"])


def test_data_says_the_same_as_before():
    assert json.loads(as_data({EVIL: [1, None]})) == {EVIL: [1, None]}


def test_categories_keep_all_their_digits():
    column = Column("id", "integer", "int64", categories=(2**53 + 1,))
    (found,) = facts(Model(object(), "0" * 64, Signature("frame", (column,))))["columns"]
    assert found["categories"] == [str(2**53 + 1)]


def test_classes_that_json_has_not_are_words():
    assert facts(Model(object(), "0" * 64, Signature("texts", classes=(float("inf"), 1, None))))["classes"] == [
        "Infinity",
        "1",
        "null",
    ]


@pytest.mark.parametrize(
    ("signature", "form", "fields"),
    [
        (Signature("frame", (Column("a", "number", "float64"),)), "dataframe_records", 1),
        (Signature("frame"), "dataframe_records", None),
        (Signature("array", tuple(Column(at, "number", "float64") for at in range(4))), "instances", 4),
        (
            Signature("array", tuple(Column(at, "number", "float64") for at in range(MOST_FIELDS + 1))),
            "instances",
            None,
        ),
        (Signature("texts"), "instances", None),
        (Signature("objects", (Column("a", "number", "float64"),)), "instances", None),
        (Signature("unknown"), "instances", None),
    ],
)
def test_the_form_follows_the_signature(signature, form, fields):
    found = facts(Model(object(), "0" * 64, signature))
    assert found["form"] == form
    assert (found["columns"] and len(found["columns"])) == fields
    assert found["texts"] == (signature.container == "texts")


def test_the_template_has_each_part_once():
    text = (staging.HANDLER / "serving" / "page" / "page.html").read_text()
    assert sorted(re.findall(r"\{\{(\w+)\}\}", text)) == ["model", "policy", "script", "style", "title", "title"]
