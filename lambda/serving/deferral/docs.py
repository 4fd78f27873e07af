"""What writes documentation while modules are imported, which nobody reads in Lambda.

SciPy parses the docstring of each of its public functions and writes it anew. That is a quarter of the first call of a
model that uses scipy.stats or scipy.special. The class here takes the place of its parser, and leaves docstrings empty.
"""

from __future__ import annotations

from typing import Any


class NoDoc:
    """A docstring without text, as numpydoc's FunctionDoc offers it: sections by name, and one text of them all."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._sections: dict[str, Any] = {}

    def __getitem__(self, section: str) -> Any:
        return self._sections.setdefault(section, [])

    def __setitem__(self, section: str, text: Any) -> None:
        self._sections[section] = text

    def __str__(self) -> str:
        return "\n"  # the line of the signature, and nothing after it


INSTEAD = {("scipy._lib._docscrape", "FunctionDoc"): NoDoc}
