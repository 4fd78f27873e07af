"""What an execution environment does beside predicting: pings, swaps of the model, telemetry, snapshots."""

import json
import sys
import threading
import time
import types
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote

import numpy as np
import pytest
from serving import telemetry
from serving.environment import Environment
from serving.invocation import answer
from serving.loading import aws, snapshots
from serving.loading.model import describe
from serving.loading.settings import Settings
from serving.requests.wording import ModelFault
from serving.warming import pings
from serving_parts import environment
from sklearn.linear_model import LinearRegression

ARN = "arn:aws:lambda:eu-central-1:123456789012:function:churn:live"
SNAP_START = {"AWS_LAMBDA_INITIALIZATION_TYPE": "snap-start"}


@pytest.fixture
def plain() -> Environment:
    """Serves the sum of two columns."""
    estimator = LinearRegression().fit([[0, 0], [1, 0], [0, 1]], [0, 1, 1])
    return environment(Settings("abc"), describe(estimator, "abc"))


@pytest.fixture(autouse=True)
def no_clients():
    aws.drop_connections()
    yield
    aws.drop_connections()


class TestPings:
    @pytest.mark.parametrize(
        "event",
        [
            {"warmer": True},
            {"warmer": True, "concurrency": 1},
            {"source": "aws.events", "detail-type": "Scheduled Event", "detail": {}},
            {"source": "aws.scheduler", "detail-type": "Scheduled Event", "detail": "{}"},
        ],
    )
    def test_a_ping_predicts_nothing(self, plain, event):
        assert answer(plain, event, None) == {"warm": True, "model_sha256": "abc"}

    @pytest.mark.parametrize(("hold", "seconds"), [(1e9, 0.575), (50, 0.05), (-1, 0), ("long", 0), (True, 0)])
    def test_a_call_is_not_held_for_longer_than_the_most_environments_need(self, plain, monkeypatch, hold, seconds):
        held = []
        monkeypatch.setattr(pings, "time", types.SimpleNamespace(sleep=held.append))
        assert answer(plain, {"warmer": True, "hold": hold}, None)["environment"] == plain.name
        assert held == [seconds]

    @pytest.mark.parametrize("concurrency", [0, -1, "5", 2.0, True, None])
    def test_a_concurrency_that_is_none_is_told_and_counted(self, plain, concurrency, capsys):
        reply = answer(plain, {"warmer": True, "concurrency": concurrency}, None)
        assert reply["warm"]
        said = f"expected as concurrency a whole number from 1 to 100; got {concurrency!r}"
        assert said in reply["failures"]
        warning, line = capsys.readouterr().out.splitlines()
        assert said in warning
        assert json.loads(line)["WarmUpFailures"] == 1


class TestConcurrency:
    """Against an endpoint that gives calls to environments as Lambda does: to a free one, else to a new one."""

    @pytest.fixture(autouse=True)
    def a_busy_machine_may_be_slow(self, monkeypatch):
        monkeypatch.setattr(pings, "HOLD", 2000)

    @contextmanager
    def lambda_service(self, plain, monkeypatch, allowed=1000):
        free, made, calls, lock = [], [], [], threading.Lock()

        class Invoke(BaseHTTPRequestHandler):
            def do_POST(self):
                event = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                with lock:
                    calls.append(unquote(self.path.split("/")[3]))
                    if not free and len(made) == allowed:
                        return self.reply(429, {"Message": "Rate exceeded"})
                    if not free:
                        made.append(environment(plain.settings, plain.model))
                        free.append(made[-1])
                    taken = free.pop()
                reply = answer(taken, event, None)
                with lock:
                    free.append(taken)
                self.reply(200, reply)

            def reply(self, status, body):
                self.send_response(status)
                data = json.dumps(body).encode()
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *words):
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Invoke)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        for name, value in {
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{server.server_address[1]}",
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_DEFAULT_REGION": "eu-central-1",
            "NO_PROXY": "127.0.0.1",
        }.items():
            monkeypatch.setenv(name, value)
        try:
            yield made, calls
        finally:
            server.shutdown()
            thread.join()
            server.server_close()

    def ping(self, plain, concurrency):
        return answer(
            plain, {"warmer": True, "concurrency": concurrency}, types.SimpleNamespace(invoked_function_arn=ARN)
        )

    def test_so_many_environments_are_kept_warm_by_calls_that_overlap(self, plain, monkeypatch, capsys):
        with self.lambda_service(plain, monkeypatch) as (made, calls):
            for _ in range(2):  # the second finds all of them warm, and must not be content with one of them
                reply = self.ping(plain, 5)
                assert reply == {"warm": True, "model_sha256": "abc", "environments": 5}
            assert len(made) == 4
            assert set(calls) == {ARN}
            assert len(calls) == 8

    def test_without_holding_the_call_fewer_would_be_warm(self, plain, monkeypatch):
        monkeypatch.setattr(pings, "HOLD", 0)
        monkeypatch.setattr(pings, "HOLD_EACH", 0)
        with self.lambda_service(plain, monkeypatch):
            assert self.ping(plain, pings.MOST)["environments"] < pings.MOST

    def test_calls_that_fail_are_counted_and_told(self, plain, monkeypatch, capsys):
        with self.lambda_service(plain, monkeypatch, allowed=2) as (_, calls):
            reply = self.ping(plain, 5)
        assert reply["environments"] == 3
        assert len(reply["failures"]) == 2
        assert "429" in reply["failures"][0]
        assert len(calls) == 4  # none was tried again
        assert json.loads(capsys.readouterr().out.splitlines()[-1])["WarmUpFailures"] == 2

    def test_more_than_the_most_are_told_and_the_most_are_warmed(self, plain, monkeypatch, capsys):
        monkeypatch.setattr(pings, "HOLD", 0)
        monkeypatch.setattr(ThreadingHTTPServer, "request_queue_size", pings.MOST)
        with self.lambda_service(plain, monkeypatch) as (_, calls):
            reply = self.ping(plain, 101)
        assert len(calls) == pings.MOST - 1
        assert reply["failures"] == ["expected as concurrency a whole number from 1 to 100; got 101"]
        assert reply["failures"][0] in capsys.readouterr().out

    def test_calls_that_last_longer_than_the_ping_may_are_told(self, plain, monkeypatch):
        monkeypatch.setattr(pings, "HOLD", 20_000)
        with self.lambda_service(plain, monkeypatch):
            context = types.SimpleNamespace(invoked_function_arn=ARN, get_remaining_time_in_millis=lambda: 1000)
            began = time.monotonic()
            reply = answer(plain, {"warmer": True, "concurrency": 3}, context)
            assert time.monotonic() - began < 15
        assert reply["failures"] == ["2 calls were not answered within the 0.5 s that were left"]

    def test_a_context_without_an_arn_is_a_failure(self, plain):
        assert answer(plain, {"warmer": True, "concurrency": 2}, None)["failures"]


class TestTelemetry:
    def lines(self, capsys):
        return [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    def test_only_the_first_invocation_tells_of_the_init(self, plain, capsys):
        for _ in range(2):
            answer(plain, {"instances": [[1, 2], [3, 4]]}, None)
        first, second = self.lines(capsys)
        assert (first["ColdStart"], first["InitMilliseconds"], first["ModelLoadMilliseconds"]) == (1, 900.0, 30.5)
        assert (second["ColdStart"], second["Rows"], second["model_sha256"]) == (0, 2, "abc")
        assert second.keys().isdisjoint({"InitMilliseconds", "ModelLoadMilliseconds", "phases"})
        assert second["PredictMilliseconds"] > 0

    def test_each_metric_has_its_value_and_its_unit(self, plain, capsys):
        answer(plain, {"instances": [[1, 2]]}, None)
        answer(plain, {"warmer": True}, None)
        answer(plain, {"instances": [["x", 2]]}, None)
        answer(plain, [], None)
        for line in self.lines(capsys):
            (directive,) = line["_aws"]["CloudWatchMetrics"]
            assert directive["Namespace"] == "LambdaModel"
            assert directive["Dimensions"] == [["FunctionName"]]
            assert isinstance(line["FunctionName"], str)
            assert line["_aws"]["Timestamp"] > 1_700_000_000_000
            for metric in directive["Metrics"]:
                assert isinstance(line[metric["Name"]], (int, float))
                assert metric["Unit"] == telemetry.UNITS[metric["Name"]]
            named = {metric["Name"] for metric in directive["Metrics"]}
            assert named == line.keys() - {"_aws", "FunctionName", "model_sha256", "phases"}

    def test_a_request_that_is_refused_is_counted(self, plain, capsys):
        answer(plain, {"instances": [["x", 2]]}, None)
        assert self.lines(capsys)[0]["BadRequests"] == 1

    def test_a_model_that_gives_no_answer_is_counted(self, capsys):
        class Broken:
            def predict(self, rows):
                return None

        answer(environment(Settings("a"), describe(Broken(), "a")), {"instances": [[1]]}, None)
        assert self.lines(capsys)[0]["ModelFaults"] == 1

    def test_a_batch_that_a_model_fails_on_raises_and_has_its_line(self, capsys):
        class Broken:
            def predict(self, rows):
                return None

        with pytest.raises(ModelFault, match="the model's predict gave nothing"):
            answer(environment(Settings("a"), describe(Broken(), "a")), {"Items": [[1]]}, None)
        assert self.lines(capsys)[0]["ColdStart"] == 1

    def test_it_can_be_silenced(self, plain, capsys, monkeypatch):
        monkeypatch.setenv("MODEL_METRICS", "false")
        answer(plain, {"instances": [[1, 2]]}, None)
        assert self.lines(capsys) == []


class TestSnapshots:
    @pytest.fixture
    def restore(self, plain):
        """What the runtime runs after it has restored a snapshot."""
        import snapshot_restore_py

        registered = snapshot_restore_py.get_after_restore()
        del registered[:]
        snapshots.register(plain, SNAP_START)
        ((call, words, options),) = registered
        yield lambda: call(*words, **options)
        del registered[:]

    def test_restored_environments_differ(self, plain, restore):
        state, name = np.random.get_state(), plain.name
        drawn = set()
        for _ in range(2):
            np.random.set_state(state)
            restore()
            drawn.add(np.random.random())
        assert len(drawn) == 2
        assert plain.name != name

    def test_connections_are_made_anew(self, restore, bucket):
        before = aws.client("s3")
        assert aws.client("s3") is before
        restore()
        assert aws.client("s3") is not before

    def test_nothing_is_registered_without_snapshots_or_without_the_runtimes_package(self, plain, monkeypatch):
        monkeypatch.setitem(sys.modules, "snapshot_restore_py", None)
        snapshots.register(plain, {})
        snapshots.register(plain, SNAP_START)
