"""Answers warm-up pings, and passes them on where more than one execution environment is to stay warm.

Lambda routes a call to any environment that is free. So the environments that one ping calls have to be busy at the
same time: each of them holds its call until all others must have begun theirs.
"""

from __future__ import annotations

import json
import threading
import time
from typing import Any

from serving.environment import Environment
from serving.loading import aws, deadlines
from serving.requests.wording import cut
from serving.warming import following

MOST = 100  # the most environments that one ping warms
HOLD = 75  # milliseconds from the first call's arrival to the last one's, if all are made at once
HOLD_EACH = 5  # more milliseconds for each call, because the requests are signed one after another


def is_ping(event: Any) -> bool:
    """Return whether an event is a warm-up ping: the module's own, or the event of an EventBridge rule or schedule."""
    if not isinstance(event, dict):
        return False
    return event.get("warmer") is True or event.get("source") in ("aws.events", "aws.scheduler")


def answer(environment: Environment, event: dict[str, Any], context: Any, record: dict[str, float]) -> dict[str, Any]:
    """Answer a ping. Failures are part of the answer and are counted in the record."""
    failures = []
    not_followed = following.look(environment, context)
    if not_followed is not None:
        failures.append(not_followed)
    requested, hold = event.get("concurrency", 1), event.get("hold")
    concurrency = min(max(requested, 1), MOST) if type(requested) is int else 1
    if concurrency != requested or type(requested) is not int:
        failures.append(_logged(f"expected as concurrency a whole number from 1 to {MOST}; got {cut(repr(requested))}"))
    reply: dict[str, Any] = {"warm": True, "model_sha256": environment.model.sha256}
    if hold is not None:
        reply["environment"] = environment.name
        time.sleep(_milliseconds(hold) / 1e3)
    elif concurrency > 1:
        names, not_warm = _warm(concurrency - 1, context, deadlines.of_call(environment.settings.timeout, context))
        reply["environments"] = len(names | {environment.name})
        failures += not_warm
    if failures:
        reply["failures"] = failures
    record["WarmUpFailures"] = len(failures)
    return reply


def _milliseconds(hold: Any) -> float:
    """Return how long to hold a call, in milliseconds: at most as long as a ping for MOST environments asks for."""
    return min(max(hold, 0), HOLD + HOLD_EACH * MOST) if type(hold) in (int, float) else 0


def _logged(why: str) -> str:
    """Write a failure to the log too, since nobody reads the answer of a ping that a schedule sends."""
    print(f"[WARNING] the ping did not warm all environments that it was sent for: {why}")
    return why


def _warm(others: int, context: Any, seconds: float) -> tuple[set[str], list[str]]:
    """Call so many other environments at once. Returns the names of those that answered in time, and the failures."""
    until = time.monotonic() + seconds
    arn = getattr(context, "invoked_function_arn", None)  # with the alias through which the ping came
    if not arn:
        return set(), [_logged("the context names no function ARN that could be called")]
    # Without retries, which would come when the other environments are free again
    client = aws.client("lambda", max_pool_connections=MOST, connect_timeout=5, retries={"total_max_attempts": 1})
    payload = json.dumps({"warmer": True, "hold": HOLD + HOLD_EACH * others})
    names: set[str] = set()
    failures: list[str] = []

    def call() -> None:
        try:
            answered = client.invoke(FunctionName=arn, Payload=payload)
            reply = json.loads(answered["Payload"].read())
            if "FunctionError" in answered:
                raise RuntimeError(reply.get("errorMessage", "the init failed"))
            names.add(reply["environment"])
            failures.extend(reply.get("failures", ()))
        except Exception as error:  # a call that failed is counted, and the others are still warm
            failures.append(f"{type(error).__name__}: {error}")

    threads = [threading.Thread(target=call, daemon=True) for _ in range(others)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(max(until - time.monotonic(), 0))
    # These are copies, because a call that is still running must not change the answer
    warmed, failed = set(names), list(failures)
    if late := sum(thread.is_alive() for thread in threads):
        failed.append(f"{late} calls were not answered within the {seconds:.3g} s that were left")
    if failed:
        _logged(f"{len(failed)} failures; the first is: {failed[0]}")
    return warmed, failed
