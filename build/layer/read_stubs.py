"""Finds type stubs that are read at run time: lazy_loader's `attach_stub` reads there which names a package has."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

READERS = (b"attach_stub", b".pyi")  # calls of lazy_loader or of a copy of it, and a package's own code


def find(tree: Path, paths: Collection[str]) -> set[str]:
    """Return the stubs of modules that mention reading them, and all stubs of packages whose own code reads stubs.

    Args:
        paths: the files of the tree.
    """
    stubs = {path for path in paths if path.endswith(".pyi")}
    beside = {path for path in stubs if _contains(tree / path[:-1], READERS)}
    tops = {path.partition("/")[0] for path in stubs}
    readers = {top for top in tops if any(_reads(tree, path) for path in paths if _is_code(path, top))}
    return beside | {path for path in stubs if path.partition("/")[0] in readers}


def _is_code(path: str, top: str) -> bool:
    return path.startswith(f"{top}/") and path.endswith(".py") and "/tests/" not in path


def _reads(tree: Path, path: str) -> bool:
    """Return whether a module defines a reader of stubs, as the copies of lazy_loader in some packages do."""
    return _contains(tree / path, (b"def attach_stub",))


def _contains(path: Path, words: Collection[bytes]) -> bool:
    if not path.is_file():
        return False
    data = path.read_bytes()
    return any(word in data for word in words)
