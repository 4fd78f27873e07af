"""The everyday commands: invoke a function, serve it, read its log. Each prints what it runs before it runs it."""

from __future__ import annotations

import base64
import json
import shlex
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from build.package import handler_variables, sample_request
from build.package.request_files import Request
from build.runtimes import runtime
from build.saying import Say
from local import emulator, front, packaged
from local.deployment import AwsFailed, aws_errors, words_of
from local.embedded_aws import EmbeddedAws

MEMORY = 1024  # MB, the module's default
LONGEST = 4000  # the most characters of a request in a printed command line


def predict(client: Any, alias_arn: str, request: Request, say: Say) -> object:
    """Invoke the deployed function.

    Raises:
        FunctionFailed: the function or its init raised an error, or it took longer than its timeout.
        AwsFailed: the function was not invoked, or something else answered in its place.
    """
    say(f"aws lambda invoke --function-name {alias_arn} --payload file://{request.path} ...")
    with aws_errors():
        answer = client.invoke(FunctionName=alias_arn, Payload=request.body, LogType="Tail")
        written = answer["Payload"].read()
    if "FunctionError" in answer:
        log = base64.b64decode(answer.get("LogResult", "")).decode(errors="replace")
        raise emulator.FunctionFailed(error=written.decode(errors="replace"), log=log)
    try:
        return json.loads(written)
    except ValueError as error:  # such as a proxy's page of HTML
        raise AwsFailed(error=words_of(written.decode(errors="replace"))) from error


def predict_locally(out: Path, request: Request, say: Say) -> object:
    """Invoke the packaged function here: layer, function and model, under AWS's runtime client and emulator.

    Raises:
        NotPackaged, NotOfThisMachine, FunctionFailed
    """
    with _packaged(out, {}, say) as environment:
        return environment.read(environment.send(request.body))


@contextmanager
def serve(out: Path, port: int | str, say: Say) -> Iterator[str]:
    """Serve the packaged function and its web page over HTTP until the block ends, and yield the URL.

    Raises:
        NotPackaged, NotOfThisMachine, FunctionFailed, NoPort, PortTaken
    """
    with front.bound(front.number(port)) as listener, _packaged(out, handler_variables.PAGE, say) as environment:
        environment.invoke({"warmer": True})  # a model that does not load fails now, and not at the first request
        with front.over(listener, environment, say) as url:
            yield url


def curl(out: Path, url: str) -> str:
    """Return a command line that sends a request, made up from the signature, to a served function."""
    body = json.dumps(sample_request.make(packaged.read(out)["model"]))
    # A request with thousands of columns is too long for a command line, so its user has to put it into a file
    data = shlex.quote(body) if len(body) <= LONGEST else "@request.json"
    return f"curl {url}/invocations -H 'content-type: application/json' -d {data}"


@contextmanager
def _packaged(out: Path, variables: Mapping[str, str], say: Say) -> Iterator[emulator.Environment]:
    """Start an execution environment of the packaged function.

    Args:
        variables: environment variables of the function, in addition to those that name its model.
    """
    manifest = packaged.read(out)
    mode, model = next(iter(manifest["functions"])), manifest["model"]
    with TemporaryDirectory(prefix="packaged-") as name:
        where = {**handler_variables.in_file(out / model["path"]), **variables}
        artifacts = (manifest["layer"], manifest["functions"][mode], model)
        say(f"{', '.join(entry['path'] for entry in artifacts)}, under AWS's runtime client and emulator")
        function = packaged.unpack(out, manifest, mode, Path(name) / "task", where, MEMORY)
        packages = emulator.runtime_packages(runtime(manifest["runtime"]).python, Path(name) / "runtime")
        nowhere = EmbeddedAws("http://127.0.0.1:9")  # the model is on the disk, so the function does not call AWS
        with emulator.start(function, packages, nowhere) as environment:
            yield environment


def logs(client: Any, group: str, minutes: int, say: Say) -> Iterator[str]:
    """Yield the function's last log lines, oldest first.

    Raises:
        AwsFailed
    """
    say(f"aws logs tail {group} --since {minutes}m")
    since = datetime.now(timezone.utc) - timedelta(minutes=minutes)
    pages = client.get_paginator("filter_log_events").paginate(
        logGroupName=group, startTime=int(since.timestamp() * 1000)
    )
    with aws_errors():
        for page in pages:
            for event in page["events"]:
                yield event["message"].rstrip()
