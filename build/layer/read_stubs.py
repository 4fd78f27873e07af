"""Finds the type stubs that are read at run time: `attach_stub` of lazy_loader takes from them what a package has."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

READERS = (b"attach_stub", b".pyi")  # calls of lazy_loader, under whatever name it was copied, and code of one's own


def find(tree: Path, paths: Collection[str]) -> set[str]:
    """The stubs of modules that speak of reading them, and all of packages whose own code opens stubs.

    Args:
        paths: the files of the tree.
    """
    stubs = {path for path in paths if path.endswith(".pyi")}
    beside = {path for path in stubs if _says(tree / path[:-1], READERS)}
    tops = {path.partition("/")[0] for path in stubs}
    readers = {top for top in tops if any(_reads(tree, path) for path in paths if _is_code(path, top))}
    return beside | {path for path in stubs if path.partition("/")[0] in readers}


def _is_code(path: str, top: str) -> bool:
    return path.startswith(f"{top}/") and path.endswith(".py") and "/tests/" not in path


def _reads(tree: Path, path: str) -> bool:
    """Whether a module defines a reader of stubs, as the copies of lazy_loader do that packages carry."""
    return _says(tree / path, (b"def attach_stub",))


def _says(path: Path, words: Collection[bytes]) -> bool:
    if not path.is_file():
        return False
    data = path.read_bytes()
    return any(word in data for word in words)
