"""The code that runs in AWS: events of event sources raise, and direct invocations import nothing of HTTP."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from serving.environment import Environment
from serving.invocation import answer
from serving.loading.model import describe
from serving.loading.settings import Settings
from serving.protocols.event_sources import NoRequest
from serving_parts import environment
from sklearn.linear_model import LinearRegression

EVENTS = Path(__file__).parents[1] / "fixtures" / "events"


SOURCES = json.loads((EVENTS / "sources.json").read_text())


@pytest.fixture
def plain() -> Environment:
    """Serves the sum of two columns, exactly."""
    estimator = LinearRegression().fit([[0, 0], [1, 1]], [0, 2])
    estimator.coef_, estimator.intercept_ = np.ones(2), 0.0
    return environment(Settings("abc"), describe(estimator, "abc"))


class TestEventSources:
    @pytest.mark.parametrize("source", SOURCES)
    def test_an_event_of_a_source_raises_since_a_normal_return_would_acknowledge_it(self, plain, source, capsys):
        with pytest.raises(NoRequest, match=r"this is an event of .*, which holds no rows") as raised:
            answer(plain, SOURCES[source], None)
        assert (
            source.replace("_", "").replace("cloudwatch", "").lower()[:4] in str(raised.value).replace(" ", "").lower()
        )
        assert json.loads(capsys.readouterr().out)["BadRequests"] == 1

    @pytest.mark.parametrize("event", [{"Records": []}, {"Records": [{}]}, {"Records": [{"eventSource": "aws:new"}]}])
    def test_one_that_is_not_known_raises_too(self, plain, event):
        with pytest.raises(NoRequest):
            answer(plain, event, None)

    def test_records_in_a_bare_list_raise_as_pipes_send_them(self, plain):
        with pytest.raises(NoRequest, match="this is an event of SQS"):
            answer(plain, SOURCES["sqs"]["Records"], None)

    @pytest.mark.parametrize(
        "event", [{"Records": 7}, {"records": [1]}, {"eventSource": 7}, {"detail-type": "a"}, [], [[1, 2]], [{"0": 1}]]
    )
    def test_what_is_none_is_answered(self, plain, event):
        assert answer(plain, event, None)["statusCode"] == 400


def test_a_direct_invocation_imports_nothing_of_http(root):
    """Its cold start pays for none of it."""
    script = """if True:
        import sys
        from serving_parts import environment
        from serving.invocation import answer
        from serving.loading.model import describe
        from serving.loading.settings import Settings
        class Sum:
            n_features_in_ = 2
            def predict(self, rows):
                return rows.sum(axis=1)
        made = environment(Settings("a"), describe(Sum(), "a"))
        assert answer(made, {"instances": [[1, 2]]}, None) == {"predictions": [3.0]}
        assert answer(made, {"warmer": True}, None)["warm"]
        print([name for name in sys.modules if name.startswith(("serving.http", "serving.protocols"))])
    """
    path = os.pathsep.join([str(root / "lambda"), str(root / "tests" / "unit"), *filter(None, sys.path)])
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"PYTHONPATH": path},
    )
    assert done.stdout.splitlines()[-1] == "[]"
