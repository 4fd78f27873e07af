"""This project's handler with Python's own LazyLoader instead of lazy modules. It loads on attribute access."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from importlib.util import LazyLoader

with open(os.path.join(os.path.dirname(__file__), "lazy_imports.json")) as stream:
    MAY_WAIT = json.load(stream)["packages"]
os.environ["LAMBDA_MODEL_EAGER"] = "1"


class Lazy:
    """Finds the modules that may be put off, and gives them a LazyLoader."""

    @staticmethod
    def find_spec(name: str, path: Sequence[str] | None = None, target: object = None) -> ModuleSpec | None:
        spec = PathFinder.find_spec(name, path) if name in MAY_WAIT else None
        if spec is not None and isinstance(spec.loader, SourceFileLoader):
            spec.loader = LazyLoader(spec.loader)
        return spec


sys.meta_path.insert(0, Lazy)

from handler import lambda_handler  # noqa: E402

__all__ = ["lambda_handler"]
