"""Finds the estimators that share their predictions out among threads, and shows that one thread answers the same.

It runs under the target's interpreter, for own_answers.py.

``n_jobs`` is joblib's only where scikit-learn's own code reads it. XGBoost keeps its number of threads in the booster,
and to LightGBM None means one thread for each core, so theirs stays as it is.
"""

import json
import math

from serving.loading import threads

NOTHING_BELOW = (str, bytes, bool, int, float, complex, type(None), type)
DEEPEST = 30


def find(estimator):
    """The paths to estimators of scikit-learn whose n_jobs is neither None nor 1; the estimator's own is []."""
    return [path for path, _ in _walk(estimator, [], set())]


def _walk(value, path, seen):
    if isinstance(value, NOTHING_BELOW) or id(value) in seen or len(path) > DEEPEST:
        return
    seen.add(id(value))
    if has_joblibs(value) and getattr(value, "n_jobs", None) not in (None, 1):
        yield path, value
    for step, below in _below(value):
        yield from _walk(below, [*path, step], seen)


def _below(value):
    if isinstance(value, dict):
        return [(key, each) for key, each in value.items() if type(key) in (str, int)]
    if isinstance(value, (list, tuple)):
        return enumerate(value)
    if getattr(getattr(value, "dtype", None), "kind", "") == "O" and hasattr(value, "flat"):
        return enumerate(value.flat)
    module = type(value).__module__.partition(".")[0]
    if module in ("builtins", "numpy", "pandas", "scipy") or not hasattr(type(value), "__dict__"):
        return ()
    return [(name, each) for name, each in getattr(value, "__dict__", {}).items() if type(name) is str]


def has_joblibs(value):
    """Whether an n_jobs of this object is one that scikit-learn's own code hands on to joblib."""
    return any(
        "n_jobs" in getattr(vars(kind).get("__init__"), "__code__", find.__code__).co_varnames
        for kind in type(value).__mro__
        if kind.__module__.partition(".")[0] == "sklearn"
    )


def show(estimator, ask):
    """Have a model use one thread from here on, if it answers the same then; else it stays as it was.

    An answer of several threads may differ in its last digits from call to call, or with the number of cores, since
    they add up in another order. So what one thread says has to repeat itself to the bit, and to be what several say
    but for rounding.

    Args:
        ask: gives answers of all methods, as lists.

    Returns:
        {"paths", "estimators": their classes' names, "same": "to the bit", "but for rounding" or None}, or None where
        there is nothing to show.
    """
    paths = find(estimator)
    if not paths:
        return None
    held = [threads.reach(estimator, path) for path in paths]
    names = list(dict.fromkeys(type(each).__qualname__ for each in held))
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


def close(one, other):
    """Whether two answers are alike but for the rounding of their numbers."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(close(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(close, one, other))
    if type(one) is float and type(other) is float:
        return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-12)
    return one == other
