"""Finds the code in a model that does not belong to a known library, and whether it needs pandas.

It runs under the target's interpreter, for own_answers.py. Such code may treat an array in another way than a DataFrame
without an error: the mean of rows with missing values, for one, is different. It may also check what it was given.
"""

from __future__ import annotations

import ast
import functools
import os
import sys
import types
from collections.abc import Iterable, Iterator
from typing import Any

# The estimators of these libraries make an array of a table, or know what a table is. The module `operator` is not one
# of them, because it calls methods by name.
LIBRARIES = (
    "_catboost",
    "_loss",
    "catboost",
    "imblearn",
    "joblib",
    "lightgbm",
    "numpy",
    "pandas",
    "scipy",
    "sklearn",
    "xgboost",
)
KNOWN = frozenset(LIBRARIES) | sys.stdlib_module_names - {"__main__", "operator", "_operator"}
HANDLERS = ("handler", "serving")  # modules of this project
DEEPEST = 30


def find(estimator: Any) -> list[Any]:
    """Return the classes and functions in a model that belong to no known library."""
    code = dict.fromkeys(_walk(estimator, set(), 0))
    # Some functions of numpy call a table's own sum or mean, and count as well. Its ufuncs do not.
    return [
        definition
        for definition in code
        if _top(definition) not in KNOWN or (_top(definition) == "numpy" and not isinstance(definition, type))
    ]


def _top(code: Any) -> str:
    """Return the top-level package of a class or a function."""
    return str(getattr(code, "__module__", None)).partition(".")[0]


def _walk(value: Any, seen: set[int], depth: int) -> Iterator[Any]:
    """Return all classes and functions inside a value."""
    if value is None or isinstance(value, (str, bytes, bool, int, float, complex)) or depth > DEEPEST:
        return
    if id(value) in seen:
        return
    seen.add(id(value))
    if isinstance(value, type):
        yield from value.__mro__
        return
    below: Iterable[Any]
    if isinstance(value, types.FunctionType):
        yield value
        below = [cell.cell_contents for cell in value.__closure__ or () if cell != types.CellType()]
    elif isinstance(value, types.MethodType):
        below = [value.__func__, value.__self__]
    else:
        yield from type(value).__mro__
        if type(value).__name__ == "_ArrayFunctionDispatcher":  # the type of numpy's functions
            yield value
        below = _below(value)
    for item in below:
        yield from _walk(item, seen, depth + 1)


def _below(value: Any) -> Iterable[Any]:
    """Return the values inside a value."""
    if isinstance(value, functools.partial):
        return [value.func, *value.args, *value.keywords.values()]
    if isinstance(value, dict):
        return list(value.values())
    if isinstance(value, (list, tuple, set, frozenset)):
        return list(value)
    if getattr(getattr(value, "dtype", None), "kind", "") == "O" and hasattr(value, "flat"):
        return list(value.flat)
    if _top(type(value)) in ("builtins", "numpy", "pandas", "scipy"):
        return ()
    return list(getattr(value, "__dict__", {}).values())


def why_pandas(code: list[Any], folder: str) -> str | None:
    """Return which code needs pandas because it imports it. Such code may check for pandas' types, and loads it anyway.

    Args:
        code: the result of `find`.
        folder: the function's folder, with the user's modules.
    """
    tops = {_top(definition) for definition in code} - {"__main__"}
    for name, module in sorted(sys.modules.items()):
        path = getattr(module, "__file__", None) or ""
        own = path.startswith(os.path.join(folder, "")) and name.partition(".")[0] not in HANDLERS
        if (own or name.partition(".")[0] in tops) and path.endswith(".py") and imports_pandas(path):
            return f"{os.path.basename(path)} asks for it"
    for definition in code:
        if _top(definition) not in sys.modules or _top(definition) == "__main__":  # it was pickled by value
            functions = vars(definition).values() if isinstance(definition, type) else [definition]
            if any(_names_pandas(function, set()) for function in functions):
                return f"{definition.__qualname__} asks for it"
    return None


def imports_pandas(path: str) -> bool:
    """Return whether a Python file imports pandas, or contains its name as the name of a module to import."""
    with open(path, "rb") as stream:
        source = stream.read()
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return b"pandas" in source
    names: list[str] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names += [node.module or ""]
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            names += [node.value]
    return any(name == "pandas" or name.startswith("pandas.") for name in names)


def _names_pandas(function: Any, seen: set[Any]) -> bool:
    """Return whether a function that belongs to no module imports pandas, or uses what was imported from it."""
    function = getattr(function, "__func__", function)
    if not isinstance(function, types.FunctionType) or function in seen:
        return False
    seen.add(function)
    codes = [function.__code__]
    for code in codes:
        codes += [constant for constant in code.co_consts if isinstance(constant, types.CodeType)]
    names = {name for code in codes for name in (*code.co_names, *code.co_consts) if isinstance(name, str)}
    held = [function.__globals__[name] for name in names if name in function.__globals__]
    return (
        "pandas" in names
        or any(_is_of_pandas(value) for value in held)
        or any(_names_pandas(value, seen) for value in held)
    )


def _is_of_pandas(value: Any) -> bool:
    name = value.__name__ if isinstance(value, types.ModuleType) else getattr(value, "__module__", None)
    return str(name).partition(".")[0] == "pandas"
