"""Words requests and their values for messages: shortened, and without characters that JSON cannot carry."""

from __future__ import annotations

import math
from collections.abc import Iterable
from itertools import islice
from typing import Any

LONGEST = 200  # the most characters of a request that appear in a message
NAMES = 20  # the most names that are listed in a message
COMPARED = 500  # the most names that are compared with a wrong one, which takes some microseconds each

KINDS = {list: "a list", str: "a text", bool: "a boolean", int: "a number", float: "a number", type(None): "null"}


class BadRequest(Exception):
    """This model cannot answer the request. The message says what was expected."""


class ModelFault(Exception):
    """The model gives no valid answer, and no other request would change that."""


class WrongValue(Exception):
    """A value that its column does not take."""

    def __init__(self, row: int, value: Any, expected: str) -> None:
        super().__init__(row, value, expected)
        self.row, self.value, self.expected = row, value, expected

    def __str__(self) -> str:
        return f"expected {self.expected}; got {quoted(self.value)}"


def is_missing(value: Any) -> bool:
    """Return whether a value is null, or NaN, which Python's JSON parser accepts."""
    return value is None or (type(value) is float and math.isnan(value))


def kind(value: Any) -> str:
    """Say in words what type a JSON value is."""
    if isinstance(value, dict):
        return f"an object with {listed(value) or 'nothing'}"
    return KINDS.get(type(value), type(value).__name__)


def quoted(value: Any) -> str:
    """Return the value as Python or JSON writes it, shortened if it is long."""
    if isinstance(value, (dict, list)):
        return kind(value)
    if isinstance(value, int) and not isinstance(value, bool) and value.bit_length() > 4 * LONGEST:
        return "a number of very many digits"  # Python refuses to write it out
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    return cut(repr(value))


def listed(names: Iterable[Any]) -> str:
    """List names, or the first ones if there are many."""
    texts = [repr(name) if isinstance(name, str) else str(name) for name in names]
    more = f" and {len(texts) - NAMES} more" if len(texts) > NAMES else ""
    return cut(", ".join(texts[:NAMES])) + more


def nearest(name: Any, names: Iterable[Any]) -> str | None:
    """Return the name that was probably meant, or None."""
    import difflib  # only misspelt names need it

    by_text = {str(candidate).lower(): str(candidate) for candidate in islice(names, COMPARED)}
    near = difflib.get_close_matches(str(name).lower()[:LONGEST], by_text, 1)
    return by_text[near[0]] if near else None


def cut(text: str) -> str:
    """Shorten a text for a message, and replace characters that UTF-8 cannot encode."""
    return encodable(text if len(text) <= LONGEST else text[: LONGEST - 3] + "...")


def encodable(text: str) -> str:
    """Replace each lone surrogate by a question mark. Lambda's runtime cannot send such a character, and would exit."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()
