"""Describes what a pickled dict, list or tuple contains. Runs under the target's interpreter."""

from __future__ import annotations

from typing import Any

MOST = 5  # values that are named


def describe_container(value: dict[Any, Any] | list[Any] | tuple[Any, ...]) -> str:
    """Return a text such as "a dict with a RandomForestRegressor under 'model'"."""
    kind = type(value).__name__
    pairs = list(value.items()) if isinstance(value, dict) else list(enumerate(value))
    where = "under" if isinstance(value, dict) else "at"
    described = [f"{with_article(item)} {where} {key!r}" for key, item in pairs[:MOST]]
    if not described:
        return f"an empty {kind}"
    if len(pairs) > MOST:
        described.append(f"{len(pairs) - MOST} more")
    *others, last = described
    return f"a {kind} with {', '.join(others)} and {last}" if others else f"a {kind} with {last}"


def with_article(value: Any) -> str:
    """Return the name of a value's type with its article."""
    if value is None:
        return "None"
    name = type(value).__name__
    return f"{'an' if name[0].lower() in 'aeiou' else 'a'} {name}"
