"""Finds the test modules that other code imports: numpy 2.2's `numpy.testing`, for one, needs `numpy._core.tests`."""

from __future__ import annotations

import ast
import io
import tokenize
import warnings
from collections.abc import Collection, Iterator
from pathlib import Path

FOLDER = "tests"
BY_NAME = ("import_module", "__import__")  # functions that import the module that a string names
UNREADABLE = (SyntaxError, ValueError, RecursionError, tokenize.TokenError)
OPENING, CLOSING = ("(", "[", "{"), (")", "]", "}")


def is_test(path: str) -> bool:
    """Return whether a file is in a folder named exactly `tests`, at any depth."""
    return f"/{FOLDER}/" in f"/{path}"


def find(tree: Path, paths: Collection[str]) -> set[str]:
    """Return the files in folders of tests that code outside of them imports, and the tests that these files import.

    The sources are only read. It does not matter whether an import statement is ever executed.

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
            new = _needed(path, data, there) - needed
            needed |= new
            queue += [file for file in new if file.endswith(".py")]
    return needed


def _needed(path: str, data: bytes, there: frozenset[str]) -> set[str]:
    """Return the files in folders of tests that a source imports."""
    try:
        parsed = _parsed(data)
    except UNREADABLE:  # for example a template: it might import any test of its package
        top = path.partition("/")[0]
        return {file for file in there if is_test(file) and file.startswith(f"{top}/")}
    return {file for tree in parsed for module in _imported(path, tree) for file in _files(module, there)}


def _parsed(data: bytes) -> list[ast.AST]:
    """Parse a source. If it is written for another version of Python, parse only the statements that import.

    Raises:
        One of UNREADABLE
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about invalid escapes in its strings
        try:
            return [ast.parse(data)]
        except UNREADABLE:
            return [ast.parse(statement) for statement in _importing(data)]


def _importing(data: bytes) -> Iterator[str]:
    """Return the statements and calls that import. Tokens are the same in every Python that a layer is for."""
    statement: list[str] = []
    depth = 0
    for token in tokenize.tokenize(io.BytesIO(data).readline):
        depth += (token.string in OPENING) - (token.string in CLOSING) if token.type == tokenize.OP else 0
        if token.type == tokenize.NEWLINE or (depth == 0 and token.string in (";", ":")):
            if statement[:1] in (["import"], ["from"]):
                yield " ".join(statement)
            statement = []
        elif token.type in (tokenize.NAME, tokenize.OP, tokenize.STRING):
            statement.append(token.string)
            function, *rest = statement[-3:]
            if function in BY_NAME and rest == ["(", token.string] and token.type == tokenize.STRING:
                yield f"{function}({token.string})"


def _imported(path: str, parsed: ast.AST) -> Iterator[list[str]]:
    """Return the modules of tests that a source imports, as lists of names."""
    here = path.split("/")[:-1]
    for node in ast.walk(parsed):
        for module in _modules(node, here):
            if FOLDER in module:
                yield module


def _modules(node: ast.AST, here: list[str]) -> Iterator[list[str]]:
    """Return what one statement or call imports. `from a import b` may import a.b, so both names count."""
    if isinstance(node, ast.Import):
        yield from (alias.name.split(".") for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        base = here[: len(here) - node.level + 1] if node.level else []
        module = [*base, *(node.module or "").split(".")] if node.module else base
        yield from ([*module, *([] if alias.name == "*" else [alias.name])] for alias in node.names)
    elif isinstance(node, ast.Call) and _name(node.func) in BY_NAME and node.args:
        named = node.args[0]
        if isinstance(named, ast.Constant) and isinstance(named.value, str):
            text = named.value.lstrip(".")
            level = len(named.value) - len(text)
            yield [*(here[: len(here) - level + 1] if level else []), *text.split(".")]


def _name(function: ast.expr) -> str | None:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else None


def _files(module: list[str], paths: frozenset[str]) -> Iterator[str]:
    """Return the files of a module and of the packages around it, and of a folder of tests all modules."""
    stem = "/".join(module)
    stems = ["/".join(module[:end]) for end in range(module.index(FOLDER) + 1, len(module) + 1)]
    yield from {file for prefix in stems for file in (f"{prefix}.py", f"{prefix}/__init__.py")} & paths
    if module[-1] == FOLDER:
        yield from (path for path in paths if path.rpartition("/")[0] == stem and path.endswith(".py"))
