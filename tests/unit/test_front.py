"""HTTP before AWS's own runtime client and emulator, with a function that tells what it was sent."""

import base64
import http.client
import json
import socket
import threading
from pathlib import Path
from urllib.parse import urlsplit

import awslambdaric
import pytest

from build.host import interpreters
from build.package.request_files import PAYLOAD_LIMIT
from build.runtimes import runtime
from local import emulator, front
from local.deployed import Deployed
from local.embedded_aws import EmbeddedAws

FUNCTION = """
import json

def lambda_handler(event, context):
    path = event["rawPath"]
    if path == "/raise":
        raise ValueError("this function fails")
    if path == "/answer":  # what the body says
        return json.loads(event["body"])
    return {"statusCode": 200, "body": json.dumps(event)}
"""


@pytest.fixture(scope="module")
def environment(tmp_path_factory):
    task = tmp_path_factory.mktemp("task")
    (task / "handler.py").write_text(FUNCTION)
    deployed = Deployed.of(task, task, runtime(interpreters.running()), {}, 128)
    packages = Path(awslambdaric.__file__).parents[1]  # of this environment, whose Python it runs under
    with emulator.start(deployed, packages, EmbeddedAws("http://127.0.0.1:9")) as started:
        yield started


@pytest.fixture(scope="module")
def url(environment):
    with front.start(environment) as started:
        yield started


@pytest.fixture
def ask(url):
    """Sends a request as it stands; the response, and its body."""

    def ask(method, target, body=None, headers=(), chunked=False):
        connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=60)
        connection.putrequest(method, target)
        for name, value in headers:
            connection.putheader(name, value)
        if body is not None and not chunked:
            connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body, encode_chunked=chunked)
        response = connection.getresponse()
        return response, response.read()

    return ask


@pytest.fixture
def event(ask):
    """The event of a request."""
    return lambda *words, **more: json.loads(ask(*words, **more)[1])


@pytest.fixture
def answered(ask):
    """The response to what a function returned."""
    return lambda answer: ask("POST", "/answer", json.dumps(answer).encode(), [("Content-Type", "application/json")])


class TestEvent:
    def test_it_has_what_a_function_url_sends(self, event, url):
        found = event("GET", "/a%20b/c?x=1&y=%20&x=2", headers=[("User-Agent", "me"), ("X-Own", "a"), ("x-own", "b")])
        assert (found["version"], found["routeKey"], found["isBase64Encoded"]) == ("2.0", "$default", False)
        assert (found["rawPath"], found["rawQueryString"]) == ("/a%20b/c", "x=1&y=%20&x=2")
        assert found["queryStringParameters"] == {"x": "1,2", "y": " "}
        assert found["headers"]["x-own"] == "a,b"
        assert found["headers"]["host"] == found["requestContext"]["domainName"] == urlsplit(url).netloc
        http_ = {
            "method": "GET",
            "path": "/a%20b/c",
            "protocol": "HTTP/1.1",
            "sourceIp": "127.0.0.1",
            "userAgent": "me",
        }
        assert found["requestContext"]["http"] == http_
        assert found["headers"]["x-forwarded-for"] == "127.0.0.1"
        assert "body" not in found and "cookies" not in found

    def test_cookies_are_apart_from_the_headers(self, event):
        found = event("GET", "/", headers=[("Cookie", "a=1; b=2")])
        assert found["cookies"] == ["a=1", "b=2"]
        assert "cookie" not in found["headers"]

    @pytest.mark.parametrize("kind", ["application/json", "text/csv; charset=utf-8", "application/problem+json"])
    def test_text_stays_text(self, event, kind):
        found = event("POST", "/", '{"ä": 1}'.encode(), [("Content-Type", kind)])
        assert (found["body"], found["isBase64Encoded"]) == ('{"ä": 1}', False)

    @pytest.mark.parametrize(
        "headers",
        [
            [],
            [("Content-Type", "application/octet-stream")],
            [("Content-Type", "application/json"), ("Content-Encoding", "gzip")],
        ],
    )
    def test_what_is_not_said_to_be_text_is_sent_in_base64(self, event, headers):
        found = event("POST", "/", b"{}", headers)
        assert (base64.b64decode(found["body"]), found["isBase64Encoded"]) == (b"{}", True)

    def test_text_that_is_no_utf8_is_sent_in_base64(self, event):
        found = event("POST", "/", b"\xff", [("Content-Type", "text/plain")])
        assert (base64.b64decode(found["body"]), found["isBase64Encoded"]) == (b"\xff", True)

    def test_a_body_may_come_in_chunks(self, event):
        headers = [("Content-Type", "text/plain"), ("Transfer-Encoding", "chunked")]
        assert event("POST", "/", iter([b"one ", b"two"]), headers, chunked=True)["body"] == "one two"


class TestAnswer:
    def test_a_dict_without_a_status_is_json(self, answered):
        response, body = answered({"predictions": [1.5]})
        assert (response.status, response.headers["content-type"]) == (200, "application/json")
        assert json.loads(body) == {"predictions": [1.5]}

    def test_status_headers_cookies_and_body_are_the_functions(self, answered):
        headers = {"Content-Type": "text/plain", "X-Own": "1", "Content-Length": "1"}
        response, body = answered({"statusCode": 404, "headers": headers, "cookies": ["a=1", "b=2"], "body": "no such"})
        assert (response.status, body) == (404, b"no such")
        assert (response.headers["content-type"], response.headers["x-own"]) == ("text/plain", "1")
        assert response.headers.get_all("set-cookie") == ["a=1", "b=2"]

    def test_a_body_in_base64_is_bytes(self, answered):
        sent = {"statusCode": 200, "isBase64Encoded": True, "body": base64.b64encode(b"\x00\xff").decode()}
        assert answered(sent)[1] == b"\x00\xff"

    @pytest.mark.parametrize(
        "answer",
        [
            {"statusCode": "many"},
            {"statusCode": 42},
            {"statusCode": 200, "body": {"a": 1}},
            {"statusCode": 200, "headers": {"a": ["b"]}},
            {"statusCode": 200, "headers": {"a": "b\r\nc: d"}},
            {"statusCode": 200, "isBase64Encoded": True, "body": "?"},
        ],
    )
    def test_what_is_no_answer_is_502(self, answered, answer):
        response, body = answered(answer)
        assert response.status == 502
        assert json.loads(body)["message"].startswith("Internal Server Error")

    def test_a_function_that_fails_is_502_and_the_next_request_is_answered(self, ask, event):
        assert ask("POST", "/raise")[0].status == 502
        assert event("GET", "/")["rawPath"] == "/"


@pytest.mark.parametrize("chunked", [False, True])
def test_a_request_of_more_than_lambda_takes_is_413(ask, chunked):
    body = b"1" * (PAYLOAD_LIMIT + 1)
    headers = [("Content-Type", "text/plain"), *([("Transfer-Encoding", "chunked")] if chunked else [])]
    response, said = ask("POST", "/", iter([body]) if chunked else body, headers, chunked=chunked)
    assert response.status == 413
    assert f"{PAYLOAD_LIMIT:,}" in json.loads(said)["message"]


def test_in_base64_fewer_bytes_are_too_many(ask):
    assert ask("POST", "/", b"1" * (PAYLOAD_LIMIT * 4 // 5))[0].status == 413


def test_requests_at_once_are_answered_one_after_the_other(event):
    found = {}
    threads = [threading.Thread(target=lambda at=at: found.update({at: event("GET", f"/{at}")})) for at in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {at: each["rawPath"] for at, each in found.items()} == {at: f"/{at}" for at in range(20)}


def test_what_happened_is_told(environment):
    said = []
    with front.bound(0) as listener, front.over(listener, environment, said.append) as url:
        for path in ("/a", "/raise"):
            connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=60)
            connection.request("GET", path)
            connection.getresponse().read()
    assert said[0].startswith("GET /a 200, ")
    assert said[1].startswith("The function failed: ValueError: this function fails")
    assert said[2].startswith("GET /raise 502, ")


def test_a_port_that_is_taken_is_one_clear_error(environment):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(front.PortTaken, match=rf"^Port {port} .* Name another one, such as --port \d+\.$"):
            front.start(environment, port).__enter__()


@pytest.mark.parametrize("port", ["abc", "99999", "-1", ""])
def test_what_is_no_port_is_told(port):
    with pytest.raises(front.NoPort, match="Give a number from 0 to 65535"):
        front.number(port)
