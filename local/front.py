"""Serves an execution environment over HTTP as a function URL does, with events and answers of payload format 2.0.

The format is that of the Lambda Developer Guide, "Invoking Lambda function URLs".
"""

from __future__ import annotations

import base64
import binascii
import json
import socket
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timezone
from http.client import HTTPException
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response

from build.errors import UserError
from build.package.request_files import PAYLOAD_LIMIT
from build.saying import Say
from local.emulator import Environment, FunctionFailed

HOST = "127.0.0.1"
ACCOUNT, ID = "anonymous", "local"
IN_PATHS = "%/:@!$&'()*+,;=~"  # characters of a path that are not percent-encoded
TEXT = ("application/json", "application/xml", "application/javascript")
NOT_PASSED_ON = ("content-length", "connection", "transfer-encoding")  # headers that the server sets itself


class PortTaken(UserError):
    template = "Port {port} of {host} cannot be served on ({why}). Name another one, such as --port {other}."


class NoPort(UserError):
    template = "{port!r} is no port. Give a number from 0 to 65535, such as --port 8080; 0 takes any that is free."


class NoAnswer(Exception):
    """The function returned something that is not an answer to an HTTP request."""


@contextmanager
def start(environment: Environment, port: int = 0) -> Iterator[str]:
    """Serve an environment on the loopback interface until the block ends, and yield the URL.

    Args:
        port: the TCP port. 0 chooses a free one.

    Raises:
        PortTaken
    """
    with bound(port) as listener, over(listener, environment) as url:
        yield url


def number(port: int | str) -> int:
    """Return a port as a number.

    Raises:
        NoPort
    """
    value = int(port) if str(port).isdecimal() else -1
    if not 0 <= value <= 65535:
        raise NoPort(port=port)
    return value


@contextmanager
def bound(port: int) -> Iterator[socket.socket]:
    """Yield a socket that listens on a port of the loopback interface.

    Raises:
        PortTaken
    """
    with socket.socket() as listener:
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((HOST, port))
        except OSError as error:
            other = port + 1 if 1024 <= port < 65535 else 8080
            raise PortTaken(port=port, host=HOST, why=error.strerror, other=other) from error
        listener.listen(128)
        yield listener


@contextmanager
def over(listener: socket.socket, environment: Environment, say: Say = lambda line: None) -> Iterator[str]:
    """Serve an environment on a listening socket.

    The server has a thread for each connection. The environment answers one request at a time, as in Lambda.

    Args:
        say: is called with a line for each request, and with the messages of a function that failed.
    """
    # The socket already listens, because werkzeug would end the process if the port is taken
    application, fd = Front(environment, say), listener.fileno()
    server = make_server(HOST, 0, application, threaded=True, request_handler=Quiet, fd=fd)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://{HOST}:{server.port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class Quiet(WSGIRequestHandler):
    """Writes no log of its own."""

    def log(self, type: str, message: str, *args: Any) -> None:
        pass


class Front:
    """The WSGI application."""

    def __init__(self, environment: Environment, say: Say) -> None:
        self.environment, self.say = environment, say
        self.free = threading.Lock()

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        began = time.perf_counter()
        request = Request(environ)
        response = self._answer(request)
        milliseconds = (time.perf_counter() - began) * 1e3
        self.say(f"{request.method} {_path(request)} {response.status_code}, {milliseconds:.1f} ms")
        return response(environ, start_response)

    def _answer(self, request: Request) -> Response:
        try:
            body = json.dumps(event_of(request)).encode()
            if len(body) > PAYLOAD_LIMIT:
                raise RequestEntityTooLarge
            with self.free:
                written = self.environment.send(body)
            return response_of(self.environment.read(written))
        except RequestEntityTooLarge:
            return _message(413, f"Lambda takes requests of at most {PAYLOAD_LIMIT:,} bytes.")
        except (FunctionFailed, NoAnswer, OSError, HTTPException) as error:
            self.say(str(error))
            return _message(502, "Internal Server Error: the function failed, or gave no valid answer.")


def event_of(request: Request) -> dict[str, Any]:
    """Return the event that a function URL sends for a request.

    Raises:
        RequestEntityTooLarge
    """
    request.max_content_length = PAYLOAD_LIMIT
    path, query, now = _path(request), request.query_string.decode("latin-1"), datetime.now(timezone.utc)
    headers = {name.lower(): value for name, value in request.headers.items()}
    cookies = headers.pop("cookie", None)
    source = request.remote_addr or ""
    forwarded = ", ".join(filter(None, (headers.get("x-forwarded-for"), source)))
    port = request.environ["SERVER_PORT"]
    headers |= {"x-forwarded-for": forwarded, "x-forwarded-proto": "http", "x-forwarded-port": port}
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": query,
        "headers": headers,
        "requestContext": {
            "accountId": ACCOUNT,
            "apiId": ID,
            "domainName": request.host,
            "domainPrefix": ID,
            "http": {
                "method": request.method,
                "path": path,
                "protocol": request.environ["SERVER_PROTOCOL"],
                "sourceIp": source,
                "userAgent": headers.get("user-agent", ""),
            },
            "requestId": str(uuid.uuid4()),
            "routeKey": "$default",
            "stage": "$default",
            "time": now.strftime("%d/%b/%Y:%H:%M:%S +0000"),
            "timeEpoch": int(now.timestamp() * 1000),
        },
        "isBase64Encoded": False,
    }
    if cookies is not None:
        event["cookies"] = [cookie.strip() for cookie in cookies.split(";")]
    if query:
        parameters: dict[str, list[str]] = {}
        for name, value in parse_qsl(query, keep_blank_values=True):
            parameters.setdefault(name, []).append(value)
        event["queryStringParameters"] = {name: ",".join(values) for name, values in parameters.items()}
    if data := request.get_data():
        text = _text(request, data)
        event["body"] = base64.b64encode(data).decode() if text is None else text
        event["isBase64Encoded"] = text is None
    return event


def _path(request: Request) -> str:
    """Return the path as it was sent, because a function URL does not decode it."""
    target = request.environ["RAW_URI"].partition("?")[0]
    if target.startswith(("http://", "https://")):
        target = urlsplit(target).path or "/"
    return quote(target.encode("latin-1"), safe=IN_PATHS)


def _text(request: Request, data: bytes) -> str | None:
    """Return a body as text if its content type is text, or None if it has to be sent in base64."""
    kind = request.mimetype
    is_text = kind.startswith("text/") or kind in TEXT or kind.endswith(("+json", "+xml"))
    if not is_text or request.headers.get("content-encoding", "identity") != "identity":
        return None
    try:
        return data.decode()
    except UnicodeDecodeError:
        return None


def response_of(answer: Any) -> Response:
    """Return the response that a function URL makes from the function's answer.

    Raises:
        NoAnswer
    """
    if not isinstance(answer, dict) or "statusCode" not in answer:
        text = answer if isinstance(answer, str) else json.dumps(answer)
        return Response(text, 200, content_type="application/json")
    status, headers, body = answer["statusCode"], answer.get("headers") or {}, answer.get("body")
    if type(status) is not int or not 200 <= status <= 599:
        raise NoAnswer(f"The function's statusCode is {status!r}; expected a number from 200 to 599.")
    if not isinstance(headers, dict) or any(isinstance(value, (dict, list)) for value in headers.values()):
        raise NoAnswer("The function's headers are not an object of texts.")
    if not isinstance(body, (str, type(None))):
        raise NoAnswer(f"The function's body is a {type(body).__name__}; expected a text.")
    sent = {name.lower(): value if isinstance(value, str) else json.dumps(value) for name, value in headers.items()}
    try:
        data = base64.b64decode(body or "", validate=True) if answer.get("isBase64Encoded") else (body or "").encode()
        response = Response(data, status, content_type=sent.pop("content-type", "application/json"))
        for name, value in sent.items():
            if name not in NOT_PASSED_ON:
                response.headers[name] = value
        for cookie in answer.get("cookies") or ():
            response.headers.add("set-cookie", cookie)
    except (binascii.Error, UnicodeError, ValueError, TypeError) as error:
        raise NoAnswer(f"The function's answer cannot be sent: {error}.") from error
    return response


def _message(status: int, text: str) -> Response:
    return Response(json.dumps({"message": text}), status, content_type="application/json")
