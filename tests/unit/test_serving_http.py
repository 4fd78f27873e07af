"""The code that runs in AWS: events that bring requests over HTTP, and events that bring none."""

import base64
import gzip
import json
import zlib
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from serving.environment import Environment
from serving.http import bodies, envelopes
from serving.invocation import answer
from serving.loading.model import describe
from serving.loading.settings import Settings
from serving_parts import environment
from sklearn.linear_model import LinearRegression

zipped = partial(gzip.compress, mtime=0)  # the same bytes for all workers of pytest
EVENTS = Path(__file__).parents[1] / "fixtures" / "events"
HTTP = ("function_url", "http_api", "http_api_1", "rest_api", "alb", "alb_multi")
ASKED, ANSWERED = {"instances": [[1, 2]]}, {"predictions": [3.0]}


@pytest.fixture
def plain() -> Environment:
    """Serves the sum of two columns, exactly."""
    estimator = LinearRegression().fit([[0, 0], [1, 1]], [0, 2])
    estimator.coef_, estimator.intercept_ = np.ones(2), 0.0
    return environment(Settings("abc"), describe(estimator, "abc"))


def read(name):
    return json.loads((EVENTS / f"{name}.json").read_text())


def asking(event, method=None, path=None, body=None, headers=None):
    """The event with another method, path or body, and more headers."""
    if path is not None:
        stage = event["requestContext"].get("stage", "$default")
        full = path if stage == "$default" else f"/{stage}{path}"
        if "rawPath" in event:
            event["rawPath"] = full
        else:
            event["path"] = full if event.get("version") == "1.0" else path
            if "path" in event["requestContext"]:
                event["requestContext"]["path"] = full
    if method is not None and "rawPath" in event:
        event["requestContext"]["http"]["method"] = method
    elif method is not None:
        event["httpMethod"] = method
    if body is not None:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        event |= {"body": base64.b64encode(data).decode(), "isBase64Encoded": True}
    for name, value in (headers or {}).items():
        if "headers" in event:
            event["headers"] = {key: each for key, each in event["headers"].items() if key.lower() != name} | {
                name: value
            }
        if "multiValueHeaders" in event:
            kept = {key: each for key, each in event["multiValueHeaders"].items() if key.lower() != name}
            event["multiValueHeaders"] = kept | {name: [value]}
    return event


def headers_of(reply):
    if "multiValueHeaders" in reply:
        return {name: value for name, (value,) in reply["multiValueHeaders"].items()}
    return reply["headers"]


class TestEnvelopes:
    @pytest.mark.parametrize("name", HTTP)
    def test_each_events_request_is_answered_in_its_own_shape(self, plain, name):
        event = read(name)
        reply = answer(plain, event, None)
        header = "multiValueHeaders" if name == "alb_multi" else "headers"
        assert reply == {
            "statusCode": 200,
            **({"statusDescription": "200 OK"} if name.startswith("alb") else {}),
            header: {"content-type": ["application/json"] if name == "alb_multi" else "application/json"},
            "body": json.dumps(ANSWERED),
            "isBase64Encoded": False,
        }

    @pytest.mark.parametrize("name", HTTP)
    def test_each_is_read_to_the_same_request(self, name):
        event = read(name)
        found = envelopes.find(event).read(event)
        assert found.method == "POST"
        assert found.path == ("/" if name == "function_url" else "/invocations")
        assert found.root == ("/live" if "api" in name else "")
        assert found.headers["content-type"] == "application/json"
        assert found.headers["user-agent"] == "curl/8.5.0"
        assert all(header == header.lower() for header in found.headers)
        assert found.query.get("trace") == {"function_url": None, "http_api": "1,2"}.get(name, "2")
        assert json.loads(found.body) == ASKED

    @pytest.mark.parametrize("name", HTTP)
    @pytest.mark.parametrize("coding", ["identity", "gzip", "deflate", "bare deflate", "deflate, gzip"])
    def test_bodies_in_base64_and_compressed(self, plain, name, coding):
        body = json.dumps(ASKED).encode()
        if coding.endswith("deflate") or coding.startswith("deflate"):
            body = zlib.compress(body)[2:-4] if coding.startswith("bare") else zlib.compress(body)
        if coding.endswith("gzip"):
            body = zipped(body)
        said = {"content-encoding": coding.removeprefix("bare ")}
        reply = answer(plain, asking(read(name), body=body, headers=said), None)
        assert json.loads(reply["body"]) == ANSWERED

    @pytest.mark.parametrize("name", HTTP)
    @pytest.mark.parametrize(
        ("method", "path", "status", "phrase", "header", "said"),
        [
            ("GET", "/invocations", 405, "405 Method Not Allowed", ("allow", "POST"), "takes POST; got GET"),
            ("DELETE", "/", 405, "405 Method Not Allowed", ("allow", "GET, POST"), "/ takes GET, POST; got DELETE"),
            ("POST", "/ping", 405, "405 Method Not Allowed", ("allow", "GET"), "takes GET"),
            ("POST", "/predict", 404, "404 Not Found", None, "there is no POST /predict. This function answers POST /"),
            ("GET", "/", 404, "404 Not Found", None, "POST /invocations, GET /ping"),
            ("GET", "/v2/models/a/b", 404, "404 Not Found", None, "GET /v2/models/{name}"),
            ("GET", "/../etc/passwd%00", 404, "404 Not Found", None, "there is no GET"),
        ],
    )
    def test_wrong_paths_and_methods(self, plain, name, method, path, status, phrase, header, said):
        reply = answer(plain, asking(read(name), method, path), None)
        assert reply["statusCode"] == status
        assert reply.get("statusDescription", phrase) == phrase
        assert said in json.loads(reply["body"])["error"]
        if header:
            assert headers_of(reply)[header[0]] == header[1]

    def test_a_path_behind_a_prefix_is_found(self, plain):
        """As a load balancer's rule and a custom domain's mapping leave it."""
        for path in ("/churn/invocations", "/models/churn/v2/health/ready", "/churn/ping", "/ping/"):
            method = "POST" if path.endswith("invocations") else "GET"
            assert answer(plain, asking(read("alb"), method, path), None)["statusCode"] == 200

    @pytest.mark.parametrize("path", ["/v2/models/other/invocations", "/churn/v2/models/other/versions/1/invocations"])
    def test_a_path_of_another_model_is_no_prefix(self, plain, path):
        assert answer(plain, asking(read("alb"), "POST", path), None)["statusCode"] == 404

    def test_the_root_below_a_stage_is_the_root(self, plain):
        for name in ("http_api", "http_api_1", "rest_api"):
            for path in ("", "/"):
                assert answer(plain, asking(read(name), path=path), None)["statusCode"] == 200

    def test_the_page_for_people_is_off_unless_it_is_asked_for(self, plain, monkeypatch):
        event = asking(read("function_url"), "GET", "/")
        assert answer(plain, event, None)["statusCode"] == 404
        monkeypatch.setenv("MODEL_DOCS", "yes")
        assert answer(plain, event, None)["statusCode"] == 404

    @pytest.mark.parametrize("name", HTTP)
    def test_what_a_load_balancer_would_not_take_is_413(self, name):
        class Wordy:
            def predict(self, rows):
                return ["x" * 1000] * len(rows)

        served = environment(Settings("a"), describe(Wordy(), "a"))
        reply = answer(served, asking(read(name), body={"instances": ["a"] * 1100}), None)
        assert reply["statusCode"] == (413 if name.startswith("alb") else 200)
        reply = answer(served, asking(read(name), body={"instances": ["a"] * 6400}), None)
        assert reply["statusCode"] == 413
        assert "Ask for fewer rows" in json.loads(reply["body"])["error"]

    def test_an_answer_whose_quotes_are_escaped_is_measured_as_it_is_sent(self):
        class Quoting:
            def predict(self, rows):
                return ['"' * 300] * len(rows)  # of two bytes each in JSON, and of four in JSON within JSON

        served = environment(Settings("a"), describe(Quoting(), "a"))
        asked = {"instances": ["a"] * 7000}
        assert len(json.dumps(answer(served, asked, None))) < 6_291_556
        assert answer(served, asking(read("function_url"), body=asked), None)["statusCode"] == 413

    @pytest.mark.parametrize(
        "broken",
        [
            {"headers": None},
            {"headers": {"content-type": None}},
            {"rawPath": None},
            {"rawPath": 7},
            {"queryStringParameters": [1]},
            {"requestContext": {"http": {}}},
            {"requestContext": {"http": {"method": 7}, "stage": []}},
        ],
    )
    def test_an_event_that_lacks_something_is_still_answered(self, plain, broken):
        assert answer(plain, read("function_url") | broken, None)["statusCode"] in (200, 405)

    @pytest.mark.parametrize("context", [None, {}, [], {"http": {}}, {"connectionId": "a"}])
    def test_what_is_no_http_is_a_direct_invocation(self, plain, context):
        assert answer(plain, {"requestContext": context}, None)["statusCode"] == 400
        assert "body" not in answer(plain, {"requestContext": context}, None)


class TestBodies:
    @pytest.mark.parametrize(
        ("changes", "said"),
        [
            ({"body": None}, "expected a body of JSON"),
            ({"body": "{"}, "expected a body of JSON"),
            ({"body": "!", "isBase64Encoded": True}, "expected a body of text in UTF-8"),
            ({"body": "/w==", "isBase64Encoded": True}, "expected a body of text in UTF-8"),
            ({"body": 7}, "expected a body of"),
            ({"body": "\ud800"}, "expected a body of text in UTF-8"),
            ({"body": "7"}, "expected a JSON object"),
            ({"body": "[" * 20_000}, "nested too deep"),
            ({"body": '{"instances": [[' + "1" * 5000 + ", 2]]}"}, "Exceeds the limit"),
            ({"body": "[]"}, "got a list"),
            ({"body": '{"instances": [[1]]}'}, "row 0 of instances has 1 values"),
            ({"body": '{"warmer": true, "concurrency": 100}'}, "expected a JSON object"),
        ],
    )
    def test_what_is_no_request_is_400_and_counted(self, plain, changes, said, capsys):
        reply = answer(plain, read("function_url") | changes, None)
        assert reply["statusCode"] == 400
        assert said in json.loads(reply["body"])["error"]
        assert json.loads(capsys.readouterr().out)["BadRequests"] == 1

    @pytest.mark.parametrize(
        ("coding", "body", "status", "said"),
        [
            ("br", b"", 415, "expected as content-encoding gzip or deflate; got 'br'"),
            ("gzip, gzip, gzip", b"", 415, "expected as content-encoding"),
            ("gzip", b"{}", 400, "expected a body in gzip"),
            ("gzip", b"", 400, "it is cut short"),
            ("gzip", zipped(b"{}")[:-1], 400, "it is cut short"),
            ("gzip", zipped(b"{}") + b"\0", 400, "expected a body in gzip"),
            ("deflate", zlib.compress(b"{}")[:-1], 400, "it is cut short"),
            ("deflate", zlib.compress(b"{}") + b"{}", 400, "more follows its end"),
            ("gzip", zipped(b"") * 101, 400, "more follows its end"),
            ("gzip", zipped(b" " * (bodies.MOST + 1)), 413, "more than 33,554,432 bytes"),
            ("gzip", zipped(b" " * (bodies.MOST // 2 + 1)) * 2, 413, "more than 33,554,432 bytes"),
            ("gzip, gzip", zipped(zipped(b"\0" * (bodies.MOST + 1))), 413, "more than"),
        ],
    )
    def test_codings_that_are_not_read(self, plain, coding, body, status, said):
        reply = answer(plain, asking(read("function_url"), body=body, headers={"content-encoding": coding}), None)
        assert reply["statusCode"] == status
        assert said in json.loads(reply["body"])["error"]
        assert headers_of(reply).get("accept-encoding") == ("gzip, deflate" if status == 415 else None)

    @pytest.mark.parametrize(
        "kind",
        [
            "",
            "application/json",
            "Application/JSON; charset=UTF-8",
            'application/json; charset="utf-8"',
            "application/vnd.api+json",
            "application/x-www-form-urlencoded",
            "text/plain",
        ],
    )
    def test_json_under_the_types_that_clients_send_where_nobody_names_one(self, plain, kind):
        reply = answer(plain, asking(read("function_url"), body=ASKED, headers={"content-type": kind}), None)
        assert json.loads(reply["body"]) == ANSWERED

    @pytest.mark.parametrize("kind", ["application/xml", "multipart/form-data", "image/png", "a", "\x00", "text/csvx"])
    def test_other_types_are_415_with_those_that_are_taken(self, plain, kind):
        for path in ("/invocations", "/v2/models/local/infer"):
            event = asking(read("function_url"), path=path, body=ASKED, headers={"content-type": kind})
            reply = answer(plain, event, None)
            assert reply["statusCode"] == 415
            assert "application/json" in headers_of(reply)["accept"]
            assert "expected as content-type one of application/json" in json.loads(reply["body"])["error"]

    @pytest.mark.parametrize(
        ("kind", "body"),
        [
            ("text/csv; header=absent", b"1,2\n"),
            ("text/csv;header=absent;charset=utf-8", b"1,2\n"),
            ("text/csv", b"0,1\n1,2\n"),
            ("text/csv; charset=utf-16", "0,1\n1,2\n".encode("utf-16")),
        ],
    )
    def test_csv(self, plain, kind, body):
        reply = answer(plain, asking(read("function_url"), body=body, headers={"content-type": kind}), None)
        assert json.loads(reply["body"]) == ANSWERED

    def test_one_line_of_csv_without_names_is_not_answered_with_nothing(self, plain):
        """As SageMaker's serializers send a row."""
        reply = answer(
            plain, asking(read("function_url"), body=b"1.5,2.5\n", headers={"content-type": "text/csv"}), None
        )
        assert (reply["statusCode"], "header=absent" in reply["body"]) == (400, True)

    def test_csv_without_its_line_of_names_tells_how_to_say_so(self, plain):
        headers = {"content-type": "text/csv"}
        reply = answer(plain, asking(read("function_url"), body=b"5,6\n1,2\n", headers=headers), None)
        assert "send it as text/csv; header=absent" in json.loads(reply["body"])["error"]

    @pytest.mark.parametrize("charset", ["klingon", "hex", "\x00"])
    def test_a_charset_that_nobody_knows(self, plain, charset):
        headers = {"content-type": f"application/json; charset={charset}"}
        reply = answer(plain, asking(read("function_url"), body=ASKED, headers=headers), None)
        assert reply["statusCode"] in (400, 415)
