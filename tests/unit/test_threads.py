"""Where one thread answers what several do, a model is switched to it, and back."""

import importlib.util
import json

import numpy as np
import pandas as pd
import pytest
from serving.invocation import answer
from serving.loading import model as models
from serving.loading import threads
from serving.loading.model import describe
from serving.loading.settings import Settings
from serving.requests.signature import Column, Signature
from serving_parts import environment
from sklearn.base import BaseEstimator
from sklearn.compose import make_column_transformer
from sklearn.ensemble import BaggingRegressor, RandomForestRegressor, StackingRegressor, VotingRegressor
from sklearn.linear_model import LinearRegression
from sklearn.model_selection import GridSearchCV
from sklearn.neighbors import KNeighborsRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

ROWS = np.random.default_rng(0).normal(size=(400, 3))
ANSWERS = ROWS[:, 0] * ROWS[:, 1]


class ByThreads(KNeighborsRegressor):
    """Answers its own n_jobs, and tells it of each call."""

    asked: list = []  # noqa: RUF012

    def predict(self, rows):
        self.asked.append(self.n_jobs)
        return np.full(len(rows), self.n_jobs or 0)


class Wrapper:
    """Of somebody's own."""

    def __init__(self, *inner):
        self.inner = {"models": list(inner), 1: object()}

    def predict(self, rows):
        return self.inner["models"][0].predict(rows)


class NotJoblibs(BaseEstimator):
    """Whose n_jobs is no parameter of scikit-learn's."""

    def __init__(self, n_jobs=None):
        self.own = self.n_jobs = n_jobs


@pytest.fixture(scope="module")
def one_thread(root):
    spec = importlib.util.spec_from_file_location("one_thread", root / "build" / "target" / "one_thread.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def forest(**given):
    return RandomForestRegressor(**{"n_estimators": 30, "random_state": 0, "n_jobs": 2, **given})


def held(one_thread, estimator):
    return [threads.reach(estimator, json.loads(json.dumps(path))) for path in one_thread.find(estimator)]


class TestFind:
    def test_estimators_in_pipelines_searches_and_ensembles(self, one_thread):
        frame = pd.DataFrame(ROWS, columns=["a", "b", "c"])
        columns = make_column_transformer((StandardScaler(), ["a", "b"]), n_jobs=2)
        search = GridSearchCV(make_pipeline(columns, forest()), {"randomforestregressor__max_depth": [2]}, cv=2)
        search.fit(frame, ANSWERS)
        found = held(one_thread, search)
        assert search.best_estimator_[0] in found
        assert search.best_estimator_[1] in found
        assert search not in found  # it has no n_jobs of its own

    @pytest.mark.parametrize("kind", [StackingRegressor, VotingRegressor])
    def test_ensembles_of_several(self, one_thread, kind):
        made = kind([("a", forest(n_estimators=2)), ("b", LinearRegression())], n_jobs=2).fit(ROWS, ANSWERS)
        found = held(one_thread, made)
        assert made in found
        assert made.estimators_[0] in found
        assert made.estimators_[1] not in found

    def test_arrays_lists_and_dicts_of_estimators_in_somebodys_own_class(self, one_thread):
        inner, array = forest(), np.empty(2, dtype=object)
        array[0], array[1] = LinearRegression(), KNeighborsRegressor(n_jobs=3)
        found = held(one_thread, Wrapper(inner, array))
        assert found == [inner, array[1]]

    def test_an_estimator_that_holds_itself_is_found_once(self, one_thread):
        made = forest()
        made.again = made
        assert one_thread.find(made) == [[]]

    @pytest.mark.parametrize("n_jobs", [None, 1])
    def test_what_has_one_thread_already_is_left_out(self, one_thread, n_jobs):
        assert one_thread.find(forest(n_jobs=n_jobs)) == []

    def test_n_jobs_that_is_not_joblibs_is_left_out(self, one_thread):
        assert one_thread.find(Wrapper(NotJoblibs(2), pd.DataFrame({"n_jobs": [2]}))) == []
        assert one_thread.has_joblibs(LinearRegression(n_jobs=2))


class TestShow:
    def test_a_forest_that_adds_up_in_an_order_that_varies(self, one_thread):
        made = forest(n_estimators=100).fit(ROWS, ANSWERS)
        shown = one_thread.show(made, lambda: {"predict": {"answer": made.predict(ROWS).tolist()}})
        assert shown["same"] in ("but for rounding", "to the bit")
        assert shown["estimators"] == ["RandomForestRegressor"]
        assert made.n_jobs is None

    def test_sums_of_another_grouping(self, one_thread):
        made = BaggingRegressor(n_estimators=11, n_jobs=2, random_state=0).fit(ROWS, ANSWERS)
        shown = one_thread.show(made, lambda: {"predict": made.predict(ROWS).tolist()})
        assert shown["same"] == "but for rounding"

    def test_one_that_answers_otherwise_stays_as_it_is(self, one_thread):
        made = ByThreads(n_jobs=2).fit(ROWS, ANSWERS)
        shown = one_thread.show(made, lambda: {"predict": made.predict(ROWS).tolist()})
        assert shown["same"] is None
        assert made.n_jobs == 2

    def test_one_that_does_not_repeat_itself_stays_as_it_is(self, one_thread):
        made, random = forest().fit(ROWS, ANSWERS), np.random.default_rng(0)
        assert one_thread.show(made, lambda: {"predict": random.normal(size=3).tolist()})["same"] is None
        assert made.n_jobs == 2

    def test_where_nothing_has_threads_nothing_is_asked(self, one_thread):
        assert one_thread.show(LinearRegression(), pytest.fail) is None

    @pytest.mark.parametrize(
        ("one", "other", "same"),
        [
            ({"predict": {"answer": [0.1 + 0.2]}}, {"predict": {"answer": [0.3]}}, True),
            ([[1.0, 2.0]], [[1.0, 2.0000001]], False),
            ([1], [2], False),
            (["a"], ["a"], True),
            ([1.0], [1.0, 1.0], False),
            ({"a": [1.0]}, {"b": [1.0]}, False),
            ([None], [1.0], False),
        ],
    )
    def test_alike_but_for_rounding(self, one_thread, one, other, same):
        assert one_thread.close(one, other) is same


class TestServing:
    @pytest.mark.parametrize(
        ("environ", "when"),
        [
            ({"AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "3537"}, threads.ALWAYS),
            ({"AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "3538"}, threads.FOR_ONE_ROW),
            ({}, threads.FOR_ONE_ROW),
            ({"AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "128", "MODEL_ONE_THREAD": "false"}, threads.NEVER),
        ],
    )
    def test_the_memory_size_says_when_and_a_variable_turns_it_off(self, environ, when):
        settings = Settings.from_variables({"MODEL_SHA256": "a", "MODEL_FILE": "model.pkl", **environ})
        assert settings.one_thread == when

    @pytest.mark.parametrize(
        ("when", "seen"),
        [(threads.ALWAYS, [None, None]), (threads.FOR_ONE_ROW, [None, 2]), (threads.NEVER, [2, 2])],
    )
    def test_a_request_of_one_row_and_one_of_two(self, tmp_path, monkeypatch, when, seen):
        estimator, sha256 = Wrapper(ByThreads(n_jobs=2)), "a" * 64
        signature = Signature("array", tuple(Column(at, "number", "float64") for at in range(3)), dtype="float64")
        said = {
            "model_sha256": sha256,
            "signature": signature.to_json(),
            "one_thread": [["inner", "models", 0]],
        }
        (tmp_path / "signature.json").write_text(json.dumps(said))
        monkeypatch.setattr(models, "FOLDER", tmp_path)
        served = environment(Settings(sha256), describe(estimator, sha256, one_thread=when))
        ByThreads.asked.clear()
        assert "predictions" in answer(served, {"instances": [[1, 2, 3]]}, None)
        assert "predictions" in answer(served, {"instances": [[1, 2, 3]] * 2}, None)
        assert ByThreads.asked == seen

    def test_what_was_packaged_for_other_bytes_says_nothing(self, tmp_path, monkeypatch):
        (tmp_path / "signature.json").write_text(json.dumps({"model_sha256": "b" * 64, "one_thread": [[]]}))
        monkeypatch.setattr(models, "FOLDER", tmp_path)
        assert describe(forest().fit(ROWS, ANSWERS), "a" * 64).one_row is None

    def test_what_it_had_comes_back_after_an_error(self):
        made = forest()
        with pytest.raises(ValueError, match="wrong"), threads.Switch([made]):
            assert made.n_jobs is None
            raise ValueError("wrong")
        assert made.n_jobs == 2
