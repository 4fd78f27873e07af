"""Replaces code that runs while SciPy is imported and that no prediction needs.

SciPy parses the docstring of each of its public functions and writes it anew, which takes a quarter of the first call
of a model that uses scipy.stats or scipy.special. Here these docstrings stay empty. Each of SciPy's packages also makes
an object that can run the package's tests, for which SciPy examines the machine. That module is loaded only when
somebody runs the tests.
"""

from __future__ import annotations

from collections import namedtuple
from importlib import import_module
from typing import Any

Parameter = namedtuple("Parameter", ["name", "type", "desc"])


class NoDoc:
    """A docstring without text, with the interface of numpydoc's FunctionDoc: sections by name, and the whole text."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._sections: dict[str, Any] = {}

    def __getitem__(self, section: str) -> Any:
        return self._sections.setdefault(section, [])

    def __setitem__(self, section: str, text: Any) -> None:
        self._sections[section] = text

    def __str__(self) -> str:
        return "\n"  # the line of the signature, with nothing after it


class Tests:
    """Runs a package's tests as SciPy's PytestTester does, which is loaded when this is called."""

    def __init__(self, module_name: str) -> None:
        self.module_name = module_name

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        from serving.lazy_imports import modules

        real = modules.execute(import_module("scipy._lib._testutils"))
        return real.PytestTester(self.module_name)(*args, **kwargs)


INSTEAD = {
    ("scipy._lib._docscrape", "FunctionDoc"): NoDoc,
    ("scipy._lib._docscrape", "Parameter"): Parameter,
    ("scipy._lib._testutils", "PytestTester"): Tests,
}
