"""How requests are spoken of in messages: never at length, and never with what JSON cannot carry."""

from __future__ import annotations

import math
from collections.abc import Iterable
from itertools import islice
from typing import Any

LONGEST = 200  # characters of a request that a message repeats
NAMES = 20  # names that a message lists
COMPARED = 500  # names that another is compared with, each of which costs some microseconds

KINDS = {list: "a list", str: "a text", bool: "a boolean", int: "a number", float: "a number", type(None): "null"}


class BadRequest(Exception):
    """The request is not one that this model can answer; the message says what was expected."""


class ModelFault(Exception):
    """The model's answer is none, and no other request would mend that."""


class WrongValue(Exception):
    """A value that a column does not take."""

    def __init__(self, row: int, value: Any, expected: str) -> None:
        super().__init__(row, value, expected)
        self.row, self.value, self.expected = row, value, expected

    def __str__(self) -> str:
        return f"expected {self.expected}; got {quoted(self.value)}"


def is_missing(value: Any) -> bool:
    """Whether it is null, or the NaN that Python's JSON knows."""
    return value is None or (type(value) is float and math.isnan(value))


def kind(value: Any) -> str:
    """What a value of JSON is, in words."""
    if isinstance(value, dict):
        return f"an object with {listed(value) or 'nothing'}"
    return KINDS.get(type(value), type(value).__name__)


def quoted(value: Any) -> str:
    """A value itself, cut if it is long."""
    if isinstance(value, (dict, list)):
        return kind(value)
    if isinstance(value, int) and not isinstance(value, bool) and value.bit_length() > 4 * LONGEST:
        return "a number of very many digits"  # Python does not write it out
    return cut(
        repr(value) if not isinstance(value, (bool, type(None))) else {True: "true", False: "false"}.get(value, "null")
    )


def listed(names: Iterable[Any]) -> str:
    """Names, or the first of many."""
    shown = [repr(name) if isinstance(name, str) else str(name) for name in names]
    more = f" and {len(shown) - NAMES} more" if len(shown) > NAMES else ""
    return cut(", ".join(shown[:NAMES])) + more


def nearest(name: Any, names: Iterable[Any]) -> str | None:
    """The name that may have been meant, if there is one."""
    import difflib  # only for who misspells

    by_text = {str(each).lower(): str(each) for each in islice(names, COMPARED)}
    found = difflib.get_close_matches(str(name).lower()[:LONGEST], by_text, 1)
    return by_text[found[0]] if found else None


def cut(text: str) -> str:
    """A text that is not too long for a message, with no character that UTF-8 has not."""
    return encodable(text if len(text) <= LONGEST else text[: LONGEST - 3] + "...")


def encodable(text: str) -> str:
    """The text with a question mark for each lone surrogate: the runtime cannot send one, and ends where it must."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()
