"""Answers warm-up pings, and passes them on where more than one environment is to stay warm.

Lambda gives a call to any environment that is free. So the environments that a ping calls must be busy at the same
time: each holds its call until all others must have begun.
"""

from __future__ import annotations

import json
import threading
import time
from typing import Any

from serving import aws, following
from serving.environment import Environment

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
    concurrency, hold = event.get("concurrency", 1), event.get("hold")
    if type(concurrency) is not int or not 1 <= concurrency <= MOST:
        return {"statusCode": 400, "error": f"expected as concurrency a number from 1 to {MOST}; got {concurrency!r}"}
    failures = []
    kept = following.look(environment)
    if kept is not None:
        failures.append(kept)
    reply: dict = {"warm": True, "model_sha256": environment.model.sha256}
    if hold is not None:
        reply["environment"] = environment.name
        time.sleep(_milliseconds(hold) / 1e3)
    elif concurrency > 1:
        names, not_warm = _warm(concurrency - 1, context)
        reply["environments"] = len(names | {environment.name})
        failures += not_warm
    if failures:
        reply["failures"] = failures
    record["WarmUpFailures"] = len(failures)
    return reply


def _milliseconds(hold: Any) -> float:
    """How long to hold a call: no longer than a ping of the most environments asks for."""
    return min(max(hold, 0), HOLD + HOLD_EACH * MOST) if type(hold) in (int, float) else 0


def _warm(others: int, context: Any) -> tuple[set[str], list[str]]:
    """Have so many other environments called at once: the names of those that answered, and what failed."""
    arn = getattr(context, "invoked_function_arn", None)  # with the alias that the ping came by
    if not arn:
        return set(), ["the context says no function ARN to call"]
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

    threads = [threading.Thread(target=call) for _ in range(others)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return names, failures
