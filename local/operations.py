"""The everyday commands, for those who do not want to remember them: each says what it runs before it runs it."""

from __future__ import annotations

import base64
import json
import shlex
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from pathlib import Path
from tempfile import TemporaryDirectory

from build.package import samples
from build.package.request_files import Request
from build.runtimes import runtime
from local import emulator, front, packaged
from local.deployment import aws_errors
from local.embedded_aws import EmbeddedAws

MEMORY = 1024  # MB, the module's default
LONGEST = 4000  # characters of a request that a command line shows

Say = Callable[[str], None]


def predict(client, alias_arn: str, request: Request, say: Say) -> object:
    """Invoke the deployed function.

    Raises:
        FunctionFailed: it raised, or its init did, or it took longer than its timeout.
        AwsFailed: it was not invoked.
    """
    say(f"aws lambda invoke --function-name {alias_arn} --payload file://{request.path} ...")
    with aws_errors():
        answer = client.invoke(FunctionName=alias_arn, Payload=request.body, LogType="Tail")
        written = answer["Payload"].read()
    if "FunctionError" in answer:
        log = base64.b64decode(answer.get("LogResult", "")).decode(errors="replace")
        raise emulator.FunctionFailed(error=written.decode(errors="replace"), log=log)
    return json.loads(written)


def predict_locally(out: Path, request: Request, say: Say) -> object:
    """Ask what was packaged, here: layer, function and model under AWS's runtime client and emulator.

    Raises:
        NotPackaged, NotOfThisMachine, FunctionFailed
    """
    with _packaged(out, {}, say) as environment:
        return environment.read(environment.send(request.body))


@contextmanager
def serve(out: Path, port: int | str, say: Say) -> Iterator[str]:
    """Serve what was packaged over HTTP until the block ends, with the page for people; what is yielded is the URL.

    Raises:
        NotPackaged, NotOfThisMachine, FunctionFailed, NoPort, PortTaken
    """
    with front.bound(front.number(port)) as listener, _packaged(out, {"MODEL_DOCS": "true"}, say) as environment:
        environment.invoke({"warmer": True})  # a model that does not load is told now, not at the first request
        with front.over(listener, environment, say) as url:
            yield url


def curl(out: Path, url: str) -> str:
    """A command line that sends a request to what is served: one that is made up from the signature."""
    body = json.dumps(samples.request(packaged.read(out)["model"]))
    # of a model with thousands of columns, the file that its user has
    data = shlex.quote(body) if len(body) <= LONGEST else "@request.json"
    return f"curl {url}/invocations -H 'content-type: application/json' -d {data}"


@contextmanager
def _packaged(out: Path, variables: Mapping[str, str], say: Say) -> Iterator[emulator.Environment]:
    """An execution environment of what was packaged.

    Args:
        variables: of the function, beside those that name its model.
    """
    known = packaged.read(out)
    mode, model = next(iter(known["functions"])), known["model"]
    with TemporaryDirectory(prefix="packaged-") as name:
        where = {"MODEL_FILE": str(out / model["path"]), **variables}
        task = packaged.unpack(out, known, mode, Path(name) / "task", where, MEMORY)
        parts = (known["layer"], known["functions"][mode], model)
        say(f"{', '.join(part['path'] for part in parts)}, under AWS's runtime client and emulator")
        packages = emulator.runtime_packages(runtime(known["runtime"]).python, Path(name) / "runtime")
        nowhere = EmbeddedAws("http://127.0.0.1:9")  # it has its model, and no need of AWS
        with emulator.start(task, packages, nowhere) as environment:
            yield environment


def logs(client, group: str, minutes: int, say: Say) -> Iterator[str]:
    """The function's last log lines, oldest first.

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
