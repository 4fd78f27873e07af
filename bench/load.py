"""Sends one execution environment requests for a minute as fast as it answers: good ones of all kinds, and bad ones.

Each answer is compared with the estimator's own answer for the rows of that very request. The rows are drawn anew each
time, so that a lost answer, a wrong one, and one that belongs to another request are all noticed. Memory is watched
after the first tenth of the time.
"""

from __future__ import annotations

import base64
import gzip
import json
import random
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench import Outcome, zoo
from bench.asking import Shop, locked, over_http
from build.runtimes import DEFAULT_PYTHON, runtime
from build.saying import Say
from local.emulator import Environment

SECONDS = 60
MODEL = "onehot-none"  # a model of bench.zoo
MOST_ROWS = 8  # the most rows of one request
BAD = 0.2  # the share of the requests that is bad
LOOKS = 40  # how often memory is measured
SETTLED = 0.1  # after this share of the time, memory is expected to stay the same

Rows = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Kind:
    """A kind of request: how rows become an event, and how the answer is read."""

    name: str
    event: Callable[[Rows], Any]
    predictions: Callable[[Any], Any] = lambda answer: answer["predictions"]
    status: int | None = None  # the status code that a bad request has to get


@dataclass
class Seen:
    """The outcome of the requests."""

    asked: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    milliseconds: list[float] = field(default_factory=list)
    rss: list[tuple[float, int]] = field(default_factory=list)  # seconds since the beginning, and bytes

    def growth(self) -> float:
        """Return the most memory after it has settled, divided by the memory at that time."""
        settled = [rss for at, rss in self.rss if at >= SETTLED * self.rss[-1][0]]
        return max(settled) / settled[0]


def load_balancer(body: Any) -> dict[str, Any]:
    """Return an event of a load balancer with multi-value headers and a compressed body."""
    return {
        "httpMethod": "POST",
        "path": "/invocations",
        "requestContext": {"elb": {"targetGroupArn": "arn:aws:elasticloadbalancing:eu-central-1:123456789012:tg/m/1"}},
        "multiValueHeaders": {"content-type": ["application/json"], "content-encoding": ["gzip"]},
        "body": base64.b64encode(gzip.compress(json.dumps(body).encode())).decode(),
        "isBase64Encoded": True,
    }


def rest_api(body: Any) -> dict[str, Any]:
    """Return an event of a REST API."""
    return {
        "httpMethod": "POST",
        "path": "/invocations",
        "requestContext": {"stage": "live", "path": "/live/invocations"},
        "headers": {"Content-Type": "application/json"},
        "body": json.dumps(body),
        "isBase64Encoded": False,
    }


def function_url(body: Any, *where: str, **options: str) -> dict[str, Any]:
    """Return an event of a function URL."""
    return over_http(json.dumps(body), *where, **options)


def records(rows: Rows) -> dict[str, Any]:
    return {"dataframe_records": list(rows)}


def split(rows: Rows) -> dict[str, Any]:
    return {"dataframe_split": {"columns": list(rows[0]), "data": [list(row.values()) for row in rows]}}


def columns(rows: Rows) -> dict[str, Any]:
    return {"inputs": {name: [row[name] for row in rows] for name in rows[0]}}


def tensors(rows: Rows) -> dict[str, Any]:
    """Return a request of the Open Inference Protocol."""
    inputs = []
    for name in rows[0]:
        values = [row[name] for row in rows]
        datatype = "BYTES" if any(isinstance(value, str) for value in values) else "FP64"
        inputs.append({"name": name, "shape": [len(rows), 1], "datatype": datatype, "data": values})
    return {"inputs": inputs}


def misspelt(rows: Rows) -> dict[str, Any]:
    return records([{f"{name}s": value for name, value in row.items()} for row in rows])


def mistyped(rows: Rows) -> dict[str, Any]:
    return records([*rows, {name: {"no": "value"} for name in rows[0]}])


def of_body(answer: Any) -> Any:
    return json.loads(answer["body"])["predictions"]


def of_tensors(answer: Any) -> Any:
    return json.loads(answer["body"])["outputs"][0]["data"]


GOOD = (
    Kind("records", records),
    Kind("split", split),
    Kind("columns", columns),
    Kind("objects", lambda rows: {"instances": list(rows)}),
    Kind("Items", lambda rows: {"Items": list(rows)}),
    Kind("function URL", lambda rows: function_url(records(rows)), of_body),
    Kind("REST API", lambda rows: rest_api(split(rows)), of_body),
    Kind("load balancer, gzip", lambda rows: load_balancer(columns(rows)), of_body),
    Kind(
        "Open Inference Protocol",
        lambda rows: function_url(tensors(rows), "/v2/models/local/infer"),
        of_tensors,
    ),
)
WRONG = (
    Kind("no such columns", misspelt, status=400),
    Kind("a value of the wrong type", mistyped, status=400),
    Kind("no such method", lambda rows: {**records(rows), "method": "guess"}, status=400),
    Kind("no rows", lambda rows: {}, status=400),
    Kind("no JSON", lambda rows: over_http("{" * 5_000), status=400),
    Kind("no such path", lambda rows: function_url(records(rows), "/nowhere"), status=404),
    Kind("no such method of HTTP", lambda rows: function_url(records(rows), method="DELETE"), status=405),
    Kind("no such content type", lambda rows: function_url(records(rows), content_type="image/png"), status=415),
)


def run(results: Path, say: Say, seconds: float = SECONDS) -> Outcome:
    """Send requests for ``seconds``, and write load.json into a folder."""
    target = runtime(DEFAULT_PYTHON)
    with TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name).resolve()
        say("Building a layer, and packaging a model")
        shop = Shop.build(folder / "layer", target, locked(), ())
        shop.fit(folder / "models", [MODEL])
        own, entry = folder / "models" / MODEL, zoo.entries()[MODEL]
        shop.package(entry, own)
        rows = json.loads((own / "requests.json").read_text(encoding="utf-8"))["dataframe_records"]["together"]
        answers = json.loads((own / "answers.json").read_text(encoding="utf-8"))["together"]
        with shop.serving(shop.runtime_packages) as environment:
            say(f"Asking for {seconds:.0f} seconds")
            observations = ask(environment, rows["dataframe_records"], answers, seconds)
    return _outcome(observations, results, target.python, entry.what)


def ask(environment: Environment, rows: Rows, answers: Sequence[Any], seconds: float) -> Seen:
    """Send one request after another, each as soon as the previous one has been answered."""
    observations, draw = Seen(), random.Random(20261126)
    environment.invoke(records(rows))  # this loads the model
    began, looked = time.perf_counter(), -1
    while (passed := time.perf_counter() - began) < seconds:
        if int(passed / seconds * LOOKS) > looked:
            looked = int(passed / seconds * LOOKS)
            observations.rss.append((passed, environment.rss()))
        kind = draw.choice(WRONG if draw.random() < BAD else GOOD)
        places = [draw.randrange(len(rows)) for _ in range(draw.randint(1, MOST_ROWS))]
        event = json.dumps(kind.event([rows[at] for at in places])).encode()
        sent = time.perf_counter()
        written = environment.send(event)
        observations.milliseconds.append((time.perf_counter() - sent) * 1e3)
        observations.asked[kind.name] += 1
        fault = _fault(kind, written, [answers[at] for at in places])
        if fault:
            observations.faults.append(f"{kind.name}: {fault}"[:400])
    observations.rss.append((time.perf_counter() - began, environment.rss()))
    return observations


def _fault(kind: Kind, written: bytes, own: list[Any]) -> str | None:
    """Return a description of what is wrong with an answer, or None."""
    try:
        answer = json.loads(written)
        if kind.status is not None:
            return None if answer["statusCode"] == kind.status else f"expected {kind.status}, got {answer}"
        predictions = kind.predictions(answer)
    except (ValueError, KeyError, TypeError, IndexError) as error:
        return f"{error!r} in {written[:200]!r}"
    return None if predictions == own else f"expected {own}, got {predictions}"


def _outcome(observations: Seen, results: Path, python: str, what: str) -> Outcome:
    total, times = observations.asked.total(), sorted(observations.milliseconds)
    bad = sum(observations.asked[kind.name] for kind in WRONG)
    growth = observations.growth()
    facts = {
        "python": python,
        "model": what,
        "seconds": round(observations.rss[-1][0], 1),
        "requests": total,
        "bad_requests": bad,
        "by_kind": dict(sorted(observations.asked.items())),
        "lost_or_wrong": len(observations.faults),
        "faults": observations.faults[:20],
        "requests_per_second": round(total / observations.rss[-1][0], 1),
        "p50_ms": round(times[total // 2], 2),
        "p99_ms": round(times[total * 99 // 100], 2),
        "rss_mb": [round(rss / 1e6, 1) for _, rss in observations.rss],
        "rss_growth": round(growth, 4),
    }
    results.mkdir(exist_ok=True)
    path = results / "load.json"
    path.write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")
    rows = [
        ["requests, and how many of them were bad", f"{total:,}, {bad:,}"],
        ["lost, wrong, or for another request", f"{len(observations.faults):,}"],
        ["requests per second", f"{facts['requests_per_second']:,}"],
        ["p50, p99 (ms)", f"{facts['p50_ms']}, {facts['p99_ms']}"],
        ["most memory after the first tenth, relative to the memory at that time", f"{growth:.3f}"],
    ]
    ratios = {"rss_growth": growth, "lost_or_wrong": float(len(observations.faults))}
    return Outcome("A minute of load", ["", f"{what}, python{python}"], rows, ratios, [path])
