"""Usual models in all forms of request: each row is answered as by the estimator itself, to the bit."""

import json

import pytest

from bench import asking, judging, zoo
from build.runtimes import DEFAULT_PYTHON, runtime


@pytest.fixture(scope="module")
def asked(tmp_path_factory):
    """The folder of each model's files, and its replies by form."""
    folder = tmp_path_factory.mktemp("answers")
    shops = asking.open_shops(folder, runtime(DEFAULT_PYTHON), print)
    return folder / "models", asking.ask_all(shops, folder / "models", print)


@pytest.mark.long
@pytest.mark.parametrize("name", zoo.entries())
def test_no_row_is_wrong_and_none_is_refused(name, asked):
    models, replies = asked
    requests = json.loads((models / name / "requests.json").read_text())
    own = json.loads((models / name / "answers.json").read_text())
    forms = [form for form, each in requests.items() if "left_out" not in each]
    tallies = judging.by_form(own, replies[name], forms)
    assert forms
    assert {form: tally.faults for form, tally in tallies.items() if not tally.all_right} == {}
