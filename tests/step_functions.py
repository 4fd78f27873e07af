"""An embedded AWS whose Step Functions execute: moto's interpreter, which finds its AWS by a port."""

from __future__ import annotations

import json
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest

from local import embedded_aws
from local.embedded_aws import EmbeddedAws

DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))
ROLE = "arn:aws:iam::123456789012:role/batch"


@contextmanager
def started(invoke: Callable[[Any], Any] | None = None) -> Iterator[EmbeddedAws]:
    """The embedded AWS.

    Args:
        invoke: what answers invocations, which moto would run in a container.
    """
    behind: list[EmbeddedAws] = []
    with front(behind, invoke) as port, pytest.MonkeyPatch.context() as patch:
        patch.setenv("MOTO_PORT", str(port))  # where moto's interpreter looks for AWS
        with embedded_aws.start() as aws:
            behind.append(aws)
            config = json.dumps({"stepfunctions": {"execute_state_machine": True}}).encode()
            headers = {"Content-Type": "application/json"}
            DIRECT.open(urllib.request.Request(f"{aws.url}/moto-api/config", config, headers)).close()
            yield aws


@contextmanager
def front(behind: list[EmbeddedAws], invoke: Callable[[Any], Any] | None) -> Iterator[int]:
    """A server before moto's: invocations go elsewhere."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            if self.path.endswith("/invocations") and invoke:
                answer = json.dumps(invoke(json.loads(body))).encode()
            else:
                request = urllib.request.Request(
                    behind[0].url + self.path, body or None, dict(self.headers), method=self.command
                )
                with DIRECT.open(request) as response:
                    answer = response.read()
            self.send_response(200)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        do_GET = do_PUT = do_POST

        def log_message(self, *words: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()


def execute(aws: EmbeddedAws, definition: Mapping[str, Any], event: object) -> dict[str, Any]:
    """How an execution ended, of a state machine that is made for it."""
    client = aws.client("stepfunctions")
    made = client.create_state_machine(
        name=f"batch-{time.monotonic_ns()}", definition=json.dumps(definition), roleArn=ROLE
    )
    run = client.start_execution(stateMachineArn=made["stateMachineArn"], input=json.dumps(event))["executionArn"]
    deadline = time.monotonic() + 600
    while (ended := client.describe_execution(executionArn=run))["status"] == "RUNNING":
        assert time.monotonic() < deadline
        time.sleep(0.2)
    return dict(ended)


@contextmanager
def data_sets(aws: EmbeddedAws, content: Mapping[str, str | bytes], bucket: str = "data") -> Iterator[None]:
    """A bucket with objects, and whatever is written to it."""
    s3 = aws.client("s3")
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": embedded_aws.REGION})
    for key, body in content.items():
        s3.put_object(Bucket=bucket, Key=key, Body=body)
    try:
        yield
    finally:
        for each in s3.list_objects_v2(Bucket=bucket).get("Contents", []):
            s3.delete_object(Bucket=bucket, Key=each["Key"])
        s3.delete_bucket(Bucket=bucket)
