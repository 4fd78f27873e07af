"""Finds what other code imports of a package's tests: numpy 2.2's `numpy.testing` needs `numpy._core.tests`."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from pathlib import Path

FOLDER = "tests"
IMPORT = re.compile(
    rb"^[ \t]*(?:from[ \t]+(?P<dots>\.*)(?P<module>[\w.]*)[ \t]+import\b(?P<names>[^\n#]*)"
    rb"|import[ \t]+(?P<plain>[\w.]+))",
    re.MULTILINE,
)


def is_test(path: str) -> bool:
    """Whether a file lies in a folder named exactly `tests`, at any depth."""
    return f"/{FOLDER}/" in f"/{path}"


def find(tree: Path, paths: Collection[str]) -> set[str]:
    """The files in folders of tests that code outside of them imports, and what those import there.

    Read from the sources: whether the line is ever executed is not asked.

    Args:
        paths: the files of the tree.
    """
    needed: set[str] = set()
    there = frozenset(paths)
    queue = [path for path in paths if path.endswith(".py") and not is_test(path)]
    while queue:
        path = queue.pop()
        data = (tree / path).read_bytes()
        if FOLDER.encode() in data:
            new = {file for module in _imported(path, data) for file in _files(module, there)} - needed
            needed |= new
            queue += new
    return needed


def _imported(path: str, data: bytes) -> Iterator[list[str]]:
    """The modules of tests that a source imports, as the parts of their paths."""
    here = path.split("/")[:-1]
    for match in IMPORT.finditer(data):
        dots, module, names, plain = ((match[name] or b"").decode() for name in ("dots", "module", "names", "plain"))
        base = here[: len(here) - len(dots) + 1] if dots else []
        parts = [*base, *(plain or module).split(".")] if plain or module else base
        if FOLDER in parts:
            yield parts
        elif re.search(rf"\b{FOLDER}\b", names):
            yield [*parts, FOLDER]


def _files(module: list[str], paths: frozenset[str]) -> Iterator[str]:
    """The files of a module, of the packages around it, and, of a folder of tests as a whole, all modules in it."""
    stem = "/".join(module)
    packages = ["/".join(module[:end]) for end in range(module.index(FOLDER) + 1, len(module) + 1)]
    yield from {f"{stem}.py", *(f"{package}/__init__.py" for package in packages)} & paths
    if module[-1] == FOLDER:
        yield from (path for path in paths if path.rpartition("/")[0] == stem and path.endswith(".py"))
