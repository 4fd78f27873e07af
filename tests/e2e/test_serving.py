"""The packaged function under AWS's own runtime client and emulator: what a demo does not show."""

import hashlib
import json
import pickle
import threading
import zipfile
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import faulty_s3
import pytest

from build.dist import manifest
from local import deployed, embedded_aws, emulator

BUCKET = "models"


@pytest.fixture(scope="module")
def aws():
    with embedded_aws.start() as started:
        s3 = started.client("s3")
        s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": embedded_aws.REGION})
        yield started


@pytest.fixture(scope="module")
def start(built, unpacked, aws, tmp_path_factory):
    """Starts a fresh environment of the function for s3, with these variables."""
    task = tmp_path_factory.mktemp("task")
    with zipfile.ZipFile(built.out / "function-s3.zip") as packed:
        packed.extractall(task)
    packages = emulator.runtime_packages(built.runtime.python, tmp_path_factory.mktemp("runtime"))
    version = manifest.read(built.out)["model"]["sklearn_version"]
    stored = {"MODEL_BUCKET": BUCKET, "MODEL_KEY": "k", "MODEL_SKLEARN_VERSION": version}

    def start(**variables):
        configuration = {
            "Runtime": built.runtime.name,
            "Handler": "handler.lambda_handler",
            "FunctionName": "churn",
            "Version": "1",
            "MemorySize": 1024,
            "Timeout": deployed.TIMEOUT,
            "Environment": {"Variables": stored | variables},
        }
        opt = unpacked.parents[len(Path(built.runtime.site_packages).parts) - 1]
        return emulator.start(deployed.Deployed(task, opt, configuration), packages, aws)

    return start


@pytest.fixture
def put(aws):
    """Uploads a model; its digest."""

    def put(data, **metadata):
        sha256 = hashlib.sha256(data).hexdigest()
        aws.client("s3").put_object(Bucket=BUCKET, Key="k", Body=data, Metadata={"sha256": sha256, **metadata})
        return sha256

    return put


def lines(environment):
    """What CloudWatch would make metrics of."""
    return [json.loads(line) for line in environment.log.read_text().splitlines() if line.startswith('{"_aws"')]


def test_every_invocation_has_one_line_and_the_first_tells_of_the_init(start, put, built):
    sha256 = put(built.example.model.read_bytes())
    request = json.loads(built.example.request.read_text())
    with start(MODEL_SHA256=sha256) as environment:
        assert len(environment.invoke(request)["predictions"]) == len(request["dataframe_records"])
        assert environment.invoke({"warmer": True}) == {"warm": True, "model_sha256": sha256}
        first, second = lines(environment)
    assert (first["ColdStart"], first["Rows"], second["ColdStart"]) == (1, len(request["dataframe_records"]), 0)
    assert first["FunctionName"] == "churn"
    assert first["phases"].keys() == {"fetch", "import", "wait", "unpickle", "init"}
    assert first["InitMilliseconds"] >= first["phases"]["import"] + first["phases"]["unpickle"]


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 20_000 + b"]" * 20_000,
        b'{"dataframe_records": ' + b'[{"a": ' * 5_000 + b"1" + b"}]" * 5_000 + b"}",
        b"7",
        b'"text"',
        b'{"instances": [[' + b"1" * 5_000 + b"]]}",
        b'{"dataframe_records":[{"\\ud800":1}]}',
        b'{"\\ud800": "\\udfff"}',
        b'{"instances": [["\\ud800"]], "method": "\\ud800"}',
        b'{"instances": [[NaN, Infinity]]}',
    ],
)
def test_no_body_ends_the_environment(start, put, built, body):
    """AWS's runtime client parses it, which is not ours: what that refuses, it tells; the next call is right."""
    sha256 = put(built.example.model.read_bytes())
    request = json.loads(built.example.request.read_text())
    with start(MODEL_SHA256=sha256) as environment:
        first = environment.invoke(request)
        answer = json.loads(environment.send(body))
        refused_before = body.startswith(b"[[") or any(each in body for each in (b"11111", b'[{"a": ', b"NaN"))
        assert answer.get("statusCode") == 400 or (refused_before and "errorType" in answer)
        assert environment.invoke(request) == first
        assert [line["ColdStart"] for line in lines(environment)].count(1) == 1


def test_a_followed_model_is_swapped_while_the_environment_lives(start, put, built):
    first = put(built.example.model.read_bytes())
    with start(MODEL_FOLLOW="true") as environment:
        assert environment.invoke({"warmer": True})["model_sha256"] == first
        estimator = built.example.model.read_bytes() + b"\0"  # another digest; what follows a pickle's end is not read
        second = put(estimator)
        assert environment.invoke({"warmer": True}) == {"warm": True, "model_sha256": second}
        put(pickle.dumps({"no": "estimator"}))
        kept = environment.invoke({"warmer": True})
        assert kept["model_sha256"] == second
        assert "is a dict, which has none of the methods predict, " in kept["failures"][0]
        assert environment.invoke(json.loads(built.example.request.read_text()))["predictions"]


def test_a_ping_keeps_several_environments_warm(start, put, built):
    sha256 = put(built.example.model.read_bytes())
    with ExitStack() as stack:
        free = [stack.enter_context(start(MODEL_SHA256=sha256)) for _ in range(2)]
        lock, together = threading.Lock(), threading.Barrier(2)

        class Invoke(BaseHTTPRequestHandler):
            """Lambda's API: gives a call to an environment that is free."""

            def do_POST(self):
                event = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                with lock:
                    taken = free.pop()
                together.wait(60)  # both calls are made before either is answered, however slow the machine is
                answer = json.dumps(taken.invoke(event)).encode()
                with lock:
                    free.append(taken)
                self.send_response(200)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *words):
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Invoke)
        stack.callback(server.server_close)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        stack.callback(thread.join)
        stack.callback(server.shutdown)
        url = f"http://127.0.0.1:{server.server_address[1]}"
        environment = stack.enter_context(start(MODEL_SHA256=sha256, AWS_ENDPOINT_URL_LAMBDA=url))
        for _ in range(2):  # cold, then warm
            reply = environment.invoke({"warmer": True, "concurrency": 3})
            assert reply == {"warm": True, "model_sha256": sha256, "environments": 3}


def test_a_fault_of_s3_fails_the_init_in_words_and_the_next_call_is_right(start, built):
    with faulty_s3.started() as s3:
        sha256 = s3.put(built.example.model.read_bytes())
        s3.breaks(faulty_s3.says(503, "SlowDown"))
        variables = {"AWS_ENDPOINT_URL_S3": s3.url, "AWS_MAX_ATTEMPTS": "1"}
        with start(MODEL_SHA256=sha256, **variables) as environment:
            with pytest.raises(emulator.FunctionFailed, match="S3 could not deliver s3://models/k now"):
                environment.invoke({"warmer": True})
            s3.breaks(None)
            assert environment.invoke({"warmer": True}) == {"warm": True, "model_sha256": sha256}


def test_a_model_that_is_not_the_deployed_one_fails_the_init_in_words(start, put):
    put(b"other")
    said = r"s3://models/k has SHA-256 \w+, expected 0{64}: not unpickled"
    with start(MODEL_SHA256="0" * 64) as environment, pytest.raises(emulator.FunctionFailed, match=said):
        environment.invoke({"warmer": True})
