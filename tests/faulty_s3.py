"""An S3 of one object, on the loopback interface, with the faults that a test asks for."""

from __future__ import annotations

import hashlib
import os
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from werkzeug.exceptions import RequestedRangeNotSatisfiable
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response

BLOCK = 64 << 10
PATIENCE = 60  # seconds after which a fault that waits ends, should the test not end it


class FaultyS3:
    """Answers requests for its object as S3 does, unless there is a fault."""

    def __init__(self) -> None:
        self.data = b""
        self.metadata: dict[str, str] = {}
        self.fault: Fault | None = None
        self.times = 0  # that the fault is still to happen
        self.asked: list[str] = []  # the Range of each request
        self.over = threading.Event()
        self.lock = threading.Lock()
        self.url = ""

    def put(self, data: bytes, **metadata: str) -> str:
        """Hold another object; its digest."""
        self.data = data
        self.metadata = metadata
        return hashlib.sha256(data).hexdigest()

    def breaks(self, fault: Fault | None, times: int = 1_000_000) -> None:
        """Have a fault from now on, so many times."""
        self.fault, self.times = fault, times
        self.asked.clear()

    def __call__(self, environ: dict, start_response: Callable) -> Iterable[bytes]:
        with self.lock:
            request = Request(environ)
            self.asked.append(request.headers.get("Range", ""))
            fault = self.fault if self.times > 0 else None
            self.times -= 1
        try:
            response = self.object(request)
        except RequestedRangeNotSatisfiable:
            response = says(416, "InvalidRange")(self, request, Response())
        if fault is not None:
            response = fault(self, request, response)
        return response(environ, start_response)

    def object(self, request: Request) -> Response:
        """What S3 answers."""
        response = Response(self.data, mimetype="binary/octet-stream")
        response.headers.update({f"x-amz-meta-{name}": value for name, value in self.metadata.items()})
        response.set_etag(hashlib.md5(self.data).hexdigest())
        response.last_modified = 1_700_000_000
        return response.make_conditional(request.environ, accept_ranges=True, complete_length=len(self.data))


Fault = Callable[[FaultyS3, Request, Response], Response]


class _Quiet(WSGIRequestHandler):
    def log(self, *words: object) -> None:
        pass


@contextmanager
def started() -> Iterator[FaultyS3]:
    """One that listens until the end of the block."""
    s3 = FaultyS3()
    server = make_server("127.0.0.1", 0, s3, threaded=True, request_handler=_Quiet)
    server.daemon_threads = True
    server.block_on_close = False
    server.handle_error = lambda *words: None  # connections that break off are what it is for
    server.log = lambda *words: None
    s3.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield s3
    finally:
        s3.over.set()
        server.shutdown()
        thread.join()
        server.server_close()


def says(status: int, code: str = "") -> Fault:
    """An error of S3; without a code one that has no body."""
    body = f"<Error><Code>{code}</Code><Message>In words.</Message></Error>" if code else ""
    return lambda s3, request, response: Response(body, status, mimetype="application/xml")


def redirects(s3: FaultyS3, request: Request, response: Response) -> Response:
    """To the same place, for ever."""
    response = says(307, "TemporaryRedirect")(s3, request, response)
    response.headers["Location"] = request.url
    return response


def is_in_another_region(s3: FaultyS3, request: Request, response: Response) -> Response:
    response = says(301, "PermanentRedirect")(s3, request, response)
    response.headers["x-amz-bucket-region"] = "us-east-1"
    return response


def hangs(s3: FaultyS3, request: Request, response: Response) -> Response:
    s3.over.wait(PATIENCE)
    return response


def hangs_midway(s3: FaultyS3, request: Request, response: Response) -> Response:
    def body(data: bytes) -> Iterator[bytes]:
        yield data[: len(data) // 2]
        s3.over.wait(PATIENCE)

    return _with_body(response, body)


def is_slow(s3: FaultyS3, request: Request, response: Response) -> Response:
    """Always on its way, and never there."""

    def body(data: bytes) -> Iterator[bytes]:
        for place in range(len(data) - 1):
            yield data[place : place + 1]
            if s3.over.wait(0.05):
                return

    return _with_body(response, body)


def is_rather_slow(s3: FaultyS3, request: Request, response: Response) -> Response:
    """Gets there."""

    def body(data: bytes) -> Iterator[bytes]:
        for place in range(0, len(data), BLOCK):
            yield data[place : place + BLOCK]
            time.sleep(0.01)

    return _with_body(response, body)


def is_short(s3: FaultyS3, request: Request, response: Response) -> Response:
    """The connection is closed before all has come that was announced."""

    def body(data: bytes) -> Iterator[bytes]:
        yield data[: len(data) // 2]

    return _with_body(response, body)


def is_shorter_than_its_range(s3: FaultyS3, request: Request, response: Response) -> Response:
    """All that was announced comes, and it is less than Content-Range says."""
    response.direct_passthrough = False
    said = response.headers["Content-Range"]
    response.set_data(response.get_data()[:-7])
    response.headers["Content-Range"] = said
    return response


def resets(s3: FaultyS3, request: Request, response: Response) -> Response:
    _reset(request)
    return response


def resets_midway(s3: FaultyS3, request: Request, response: Response) -> Response:
    def body(data: bytes) -> Iterator[bytes]:
        yield data[: len(data) // 2]
        time.sleep(0.05)  # a reset overtakes what the other side has not read
        _reset(request)

    return _with_body(response, body)


def ignores_range(s3: FaultyS3, request: Request, response: Response) -> Response:
    return Response(s3.data, headers={"ETag": response.headers["ETag"]})


def has_content_range(said: str) -> Fault:
    """The right bytes, which are called other ones."""

    def fault(s3: FaultyS3, request: Request, response: Response) -> Response:
        response.headers["Content-Range"] = said.format(size=len(s3.data))
        return response

    return fault


def brings_other_bytes(s3: FaultyS3, request: Request, response: Response) -> Response:
    return _with_body(response, lambda data: iter([bytes(len(data))]))


def _with_body(response: Response, body: Callable[[bytes], Iterator[bytes]]) -> Response:
    response.direct_passthrough = False
    length = response.headers["Content-Length"]
    response.response = body(response.get_data())
    response.headers["Content-Length"] = length
    return response


def _reset(request: Request) -> None:
    """Close the connection as one that failed: the other side gets ECONNRESET."""
    connection: socket.socket = request.environ["werkzeug.socket"]
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    os.close(connection.detach())
    raise ConnectionResetError
