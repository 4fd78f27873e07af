"""Has the estimators inside a model predict with one thread, where packaging has shown that they answer the same so.

scikit-learn shares a prediction out among ``n_jobs`` threads. For one row, or where the function has less than two
vCPUs, starting them takes longer than the work, and they add up in an order that varies. Packaging leaves in
signature.json where the estimators are that have another n_jobs than None or 1 (build/target/one_thread.py).

A switch is not safe between threads, and need not be: an environment answers one invocation at a time.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from serving.loading.processors import MEMORY_OF_ONE_VCPU

KEY = "one_thread"  # in signature.json: a path of attributes, keys and positions for each estimator

ALWAYS, FOR_ONE_ROW, NEVER = "always", "for one row", "never"


def wanted(environ: Mapping[str, str]) -> str:
    """When one thread is enough: MODEL_ONE_THREAD=false says never, and else the memory size says it."""
    if environ.get("MODEL_ONE_THREAD") == "false":
        return NEVER
    memory = environ.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE")
    return ALWAYS if memory and int(memory) < 2 * MEMORY_OF_ONE_VCPU else FOR_ONE_ROW


class Switch:
    """Estimators, which have n_jobs=None inside a ``with`` block, and after it what they had before."""

    def __init__(self, estimators: Iterable[Any]) -> None:
        self.held = [(each, each.n_jobs) for each in estimators]

    def on(self) -> None:
        for estimator, _ in self.held:
            estimator.n_jobs = None

    def off(self) -> None:
        for estimator, n_jobs in self.held:
            estimator.n_jobs = n_jobs

    def __enter__(self) -> None:
        self.on()

    def __exit__(self, *_: object) -> None:
        self.off()


def of(estimator: Any, paths: Sequence[Sequence[str | int]], when: str) -> Switch | None:
    """A switch for requests of one row; None where there is nothing to do for them, or it is done for good.

    Args:
        paths: as packaging left them.
        when: as `wanted` says.
    """
    if not paths or when == NEVER:
        return None
    switch = Switch(reach(estimator, path) for path in paths)
    if when == FOR_ONE_ROW:
        return switch
    switch.on()
    return None


def reach(found: Any, path: Sequence[str | int]) -> Any:
    """What lies at the end of a path."""
    for step in path:
        if isinstance(found, (dict, list, tuple)):
            found = found[step]  # type: ignore[index, call-overload]
        else:  # a whole number is a place in an array of objects
            found = getattr(found, step) if isinstance(step, str) else found.flat[step]
    return found
