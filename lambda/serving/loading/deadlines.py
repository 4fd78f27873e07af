"""Decides how long to wait for S3 and for Lambda. AWS ends whatever takes longer, and does not say why.

https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from serving.loading.errors import FetchError

ON_DEMAND = 10.0  # seconds that an init may take; a longer one is run once more, within the timeout of the first call
AHEAD = 130.0  # seconds, at least, for an init that runs ahead of all calls: provisioned concurrency and SnapStart
SILENCE = 5.0  # the most seconds after which a connection that brings nothing is replaced by another
TRIES = 5  # the number of silent connections in a row that fit into the whole time
PATIENCE = 60.0  # the most seconds that an init for a snapshot waits for S3 to learn the role's policies

Result = TypeVar("Result")


def of_init(timeout: float, environ: Mapping[str, str]) -> float:
    """Return the seconds that the init may wait.

    The code cannot tell a first init from a repeated one, so the longer of their limits counts. If the first init needs
    more than its own limit, Lambda ends it, and the repeated one reports the reason.

    Args:
        timeout: the function's timeout in seconds.
    """
    kind = environ.get("AWS_LAMBDA_INITIALIZATION_TYPE")
    if kind is None:  # the code does not run in Lambda
        return before(timeout)
    return before(max(timeout, ON_DEMAND if kind == "on-demand" else AHEAD))


def of_call(timeout: float, context: Any) -> float:
    """Return the seconds that the current call may still wait."""
    left = getattr(context, "get_remaining_time_in_millis", None)
    return before(left() / 1e3 if left else timeout)


def of_patience(seconds: float, environ: Mapping[str, str]) -> float:
    """Return the seconds of an init after which a refusal by S3 is final.

    A snapshot's init may run as soon as the role has been created, before all of AWS knows its policies. If it
    fails, the published version has failed for good. Every other init is simply run again.

    Args:
        seconds: how long the whole init may take.
    """
    return min(PATIENCE, seconds / 2) if environ.get("AWS_LAMBDA_INITIALIZATION_TYPE") == "snap-start" else 0.0


def of_silence(seconds: float) -> float:
    """Return the seconds to wait for a connection's next bytes, where ``seconds`` is the limit of the whole request."""
    return min(SILENCE, seconds / TRIES)


def within(seconds: float, call: Callable[[], Result]) -> Result:
    """Return the result of a call that may take at most ``seconds``.

    Raises:
        FetchError: the call takes longer. An exception of the call itself is raised as it is.
    """
    done: list[Result] = []
    failed: list[Exception] = []

    def work() -> None:
        try:
            done.append(call())
        except Exception as error:
            failed.append(error)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(seconds)
    if failed:
        raise failed[0]
    if not done:
        raise FetchError(f"there was no answer within {seconds:.3g} s")
    return done[0]


def before(seconds: float) -> float:
    """Return a little less than ``seconds``, which leaves enough time to report what happened."""
    return max(seconds - max(0.5, seconds / 10), 0.1)
