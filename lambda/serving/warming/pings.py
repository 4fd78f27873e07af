"""Answers warm-up pings, and passes them on where more than one environment is to stay warm.

Lambda gives a call to any environment that is free. So the environments that a ping calls must be busy at the same
time: each holds its call until all others must have begun.
"""

from __future__ import annotations

import json
import threading
import time
from typing import Any

from serving.environment import Environment
from serving.loading import aws, deadlines
from serving.requests.words import cut
from serving.warming import following

MOST = 100  # environments that one ping warms
HOLD = 75  # ms from the first call's arrival to the last one's, where all are made at once
HOLD_EACH = 5  # ms more for each, as their requests are signed one after another


def is_ping(event: Any) -> bool:
    """Whether an event only keeps the environment warm: ours, or what a bare rule or schedule sends."""
    if not isinstance(event, dict):
        return False
    return event.get("warmer") is True or event.get("source") in ("aws.events", "aws.scheduler")


def answer(environment: Environment, event: dict, context: Any, record: dict) -> dict:
    """Answer a ping; what failed on the way is told in the answer and counted in the record."""
    failures = []
    kept = following.look(environment, context)
    if kept is not None:
        failures.append(kept)
    asked, hold = event.get("concurrency", 1), event.get("hold")
    concurrency = min(max(asked, 1), MOST) if type(asked) is int else 1
    if concurrency != asked or type(asked) is not int:
        failures.append(_told(f"expected as concurrency a whole number from 1 to {MOST}; got {cut(repr(asked))}"))
    reply: dict = {"warm": True, "model_sha256": environment.model.sha256}
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
    """How long to hold a call: no longer than a ping of the most environments asks for."""
    return min(max(hold, 0), HOLD + HOLD_EACH * MOST) if type(hold) in (int, float) else 0


def _told(why: str) -> str:
    """A failure that is also in the log: nobody reads the answer of a ping that a schedule sends."""
    print(f"[WARNING] the ping did not warm all environments that it is for: {why}")
    return why


def _warm(others: int, context: Any, seconds: float) -> tuple[set[str], list[str]]:
    """Have so many other environments called at once: the names of those that answered in time, and what failed."""
    until = time.monotonic() + seconds
    arn = getattr(context, "invoked_function_arn", None)  # with the alias that the ping came by
    if not arn:
        return set(), [_told("the context says no function ARN to call")]
    # No retries: they would come late, when the others are free again
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
        except Exception as error:  # one that failed is counted, and the others are still warm
            failures.append(f"{type(error).__name__}: {error}")

    threads = [threading.Thread(target=call, daemon=True) for _ in range(others)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(max(until - time.monotonic(), 0))
    # Copies: a call that still lasts must not add to what is answered
    found, failed = set(names), list(failures)
    if late := sum(thread.is_alive() for thread in threads):
        failed.append(f"{late} calls were not answered in the {seconds:.3g} s that were left")
    if failed:
        _told(f"{len(failed)} failures, the first: {failed[0]}")
    return found, failed
