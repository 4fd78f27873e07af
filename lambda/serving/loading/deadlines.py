"""How long the environment may wait for S3 and for Lambda: what takes longer, AWS ends without a word of why.

https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from serving.loading.errors import FetchError

ON_DEMAND = 10.0  # seconds of an init; one that takes longer is run once more, within the timeout of the first call
AHEAD = 130.0  # seconds, at least, of an init that runs ahead of all calls: provisioned concurrency and SnapStart
SILENCE = 5.0  # seconds after which a connection that brings nothing is given up for another, at most
TRIES = 5  # so many of them fit into the whole
PATIENCE = 60.0  # seconds of an init for a snapshot in which S3 may still learn what the role may do

Result = TypeVar("Result")


def of_init(timeout: float, environ: Mapping[str, str]) -> float:
    """Seconds that the init may wait.

    Nothing tells a first init from the second, so the longer time counts. Where the first needs more than its own,
    Lambda ends it, and the second one tells why.

    Args:
        timeout: of the function.
    """
    kind = environ.get("AWS_LAMBDA_INITIALIZATION_TYPE")
    if kind is None:  # not in Lambda
        return before(timeout)
    return before(max(timeout, ON_DEMAND if kind == "on-demand" else AHEAD))


def of_call(timeout: float, context: Any) -> float:
    """Seconds that a call may still wait."""
    left = getattr(context, "get_remaining_time_in_millis", None)
    return before(left() / 1e3 if left else timeout)


def of_patience(seconds: float, environ: Mapping[str, str]) -> float:
    """Seconds of an init after which a refusal by S3 is final, where there are so many for the whole.

    A snapshot's init may run as soon as the role is made, before all of AWS knows its policies. If it fails, the
    published version has failed for good. Any other environment is called again.
    """
    return min(PATIENCE, seconds / 2) if environ.get("AWS_LAMBDA_INITIALIZATION_TYPE") == "snap-start" else 0.0


def of_silence(seconds: float) -> float:
    """Seconds to wait for the next bytes of a connection, where there are so many for the whole."""
    return min(SILENCE, seconds / TRIES)


def within(seconds: float, call: Callable[[], Result]) -> Result:
    """The result of a call that may take so long.

    Raises:
        FetchError: it takes longer; and what it raises itself.
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
        raise FetchError(f"there was no answer in the {seconds:.3g} s that there were for it")
    return done[0]


def before(seconds: float) -> float:
    """A little less, to tell what happened."""
    return max(seconds - max(0.5, seconds / 10), 0.1)
