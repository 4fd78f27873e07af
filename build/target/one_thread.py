"""Finds estimators that predict with several threads, and shows whether one thread gives the same answers.

It runs under the target's interpreter, for own_answers.py.

Only an ``n_jobs`` that scikit-learn's own code reads is passed to joblib. XGBoost keeps its number of threads in the
booster, and for LightGBM None means one thread for each core. So theirs are not changed.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from serving.loading import threads

if TYPE_CHECKING:
    from build.package.exchange import Threads

    Steps = list[str | int]  # attributes, keys and positions that lead to an estimator

SIMPLE = (str, bytes, bool, int, float, complex, type(None), type)  # these contain no estimators
DEEPEST = 30


def find(estimator: Any) -> list[Steps]:
    """Return the paths to scikit-learn's estimators whose n_jobs is neither None nor 1. The estimator's own is []."""
    return [path for path, _ in _walk(estimator, [], set())]


def _walk(value: Any, path: Steps, seen: set[int]) -> Iterator[tuple[Steps, Any]]:
    if isinstance(value, SIMPLE) or id(value) in seen or len(path) > DEEPEST:
        return
    seen.add(id(value))
    if has_joblibs(value) and getattr(value, "n_jobs", None) not in (None, 1):
        yield path, value
    for step, below in _below(value):
        yield from _walk(below, [*path, step], seen)


def _below(value: Any) -> Iterable[tuple[Any, Any]]:
    """Return the values inside a value, with the steps that lead to them."""
    if isinstance(value, dict):
        return [(key, item) for key, item in value.items() if type(key) in (str, int)]
    if isinstance(value, (list, tuple)):
        return enumerate(value)
    if getattr(getattr(value, "dtype", None), "kind", "") == "O" and hasattr(value, "flat"):
        return enumerate(value.flat)
    module = type(value).__module__.partition(".")[0]
    if module in ("builtins", "numpy", "pandas", "scipy") or not hasattr(type(value), "__dict__"):
        return ()
    return [(name, attribute) for name, attribute in getattr(value, "__dict__", {}).items() if type(name) is str]


def has_joblibs(value: Any) -> bool:
    """Return whether scikit-learn's own code passes the n_jobs of this object to joblib."""
    return any(
        "n_jobs" in getattr(vars(kind).get("__init__"), "__code__", find.__code__).co_varnames
        for kind in type(value).__mro__
        if kind.__module__.partition(".")[0] == "sklearn"
    )


def show(estimator: Any, ask: Callable[[], Any]) -> Threads | None:
    """Let a model use one thread from now on, if it gives the same answers. Otherwise, it is not changed.

    Several threads add up numbers in varying orders. So the last digits of their answers may change from call to call,
    or with the number of cores. One thread has to give the same answer twice, to the bit, and this answer has to be
    the one of several threads, except for rounding.

    Args:
        ask: returns the answers of all methods, as lists.

    Returns:
        None if there is no such estimator.
    """
    paths = find(estimator)
    if not paths:
        return None
    held = [threads.reach(estimator, path) for path in paths]
    names = list(dict.fromkeys(type(part).__qualname__ for part in held))
    several = ask()
    switch = threads.Switch(held)
    switch.on()
    one, again = ask(), ask()
    same = None
    if json.dumps(one) == json.dumps(again) and close(several, one):
        same = "to the bit" if json.dumps(one) == json.dumps(several) else "but for rounding"
    else:
        switch.off()
    return {"paths": paths, "estimators": names, "same": same}


def close(one: Any, other: Any) -> bool:
    """Return whether two answers are equal except for the rounding of their numbers."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(close(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(close, one, other))
    if type(one) is float and type(other) is float:
        return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-12)
    return bool(one == other)
