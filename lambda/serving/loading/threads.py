"""Lets the estimators in a model predict with one thread, where packaging has shown that the answers stay the same.

scikit-learn divides a prediction among ``n_jobs`` threads. For one row, or in a function with less than two vCPUs,
starting them takes longer than the work itself, and they add up numbers in an order that varies. Packaging writes
into signature.json which estimators have an n_jobs other than None or 1 (build/target/one_thread.py).

A switch is not safe between threads. It need not be: an execution environment answers one invocation at a time.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from serving.loading.processors import MEMORY_OF_ONE_VCPU

KEY = "one_thread"  # in signature.json: for each estimator, the path of attributes, keys and positions that leads to it

ALWAYS, FOR_ONE_ROW, NEVER = "always", "for one row", "never"


def wanted(environ: Mapping[str, str]) -> str:
    """Return when one thread is enough: never with MODEL_ONE_THREAD=false, and otherwise the memory size decides."""
    if environ.get("MODEL_ONE_THREAD") == "false":
        return NEVER
    memory = environ.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE")
    return ALWAYS if memory and int(memory) < 2 * MEMORY_OF_ONE_VCPU else FOR_ONE_ROW


class Switch:
    """Gives estimators n_jobs=None inside a ``with`` block, and their own value again after it."""

    def __init__(self, estimators: Iterable[Any]) -> None:
        self.estimators = [(estimator, estimator.n_jobs) for estimator in estimators]

    def on(self) -> None:
        for estimator, _ in self.estimators:
            estimator.n_jobs = None

    def off(self) -> None:
        for estimator, n_jobs in self.estimators:
            estimator.n_jobs = n_jobs

    def __enter__(self) -> None:
        self.on()

    def __exit__(self, *_: object) -> None:
        self.off()


def of(estimator: Any, paths: Sequence[Sequence[str | int]], when: str) -> Switch | None:
    """Return a switch for requests of one row, or None where nothing has to be switched any more.

    Args:
        paths: where packaging found the estimators.
        when: one of ALWAYS, FOR_ONE_ROW and NEVER.
    """
    if not paths or when == NEVER:
        return None
    switch = Switch(reach(estimator, path) for path in paths)
    if when == FOR_ONE_ROW:
        return switch
    switch.on()
    return None


def reach(value: Any, path: Sequence[str | int]) -> Any:
    """Return the object at the end of a path."""
    for step in path:
        if isinstance(value, (dict, list, tuple)):
            value = value[step]  # type: ignore[index]
        else:  # in an array of objects, a whole number is a position
            value = getattr(value, step) if isinstance(step, str) else value.flat[step]
    return value
