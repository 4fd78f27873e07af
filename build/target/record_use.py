"""Records what a model's answers use. Runs under the target's interpreter.

    python record_use.py IMPORTS RESULT PROBES [PLAN]

PROBES contains a JSON list of events for the handler. PYTHONPATH names the handler's folder first, and the layer's
packages last. RESULT gets JSON: {"error"} if the model does not load, and otherwise "answers". It also has "missing",
the modules that were not found, with the modules that asked for them. The other keys depend on IMPORTS:

    eager     Modules are imported as Python does it. "packages" and "names" are what may be imported lazily, as in
              `serving.lazy_imports.Plan`.
    lazy      By the PLAN, everything is imported when it is used. "names" are the names that were used. "execute" are
              the modules that were executed for the first event. "modules" and "files" are what was loaded, opened or
              mapped for all events.
    planned   Modules are imported as in Lambda: the handler finds the plan beside itself. "late" are the modules that
              were executed after init.
"""

from __future__ import annotations

import abc
import json
import os
import sys
import types
from collections.abc import Callable, Collection
from dataclasses import replace
from typing import Any

# Single modules of these packages may be imported lazily, because the packages are collections of modules. False means
# that the package's __init__ has to come first: it sets up the rest (environment variables, checks of versions).
PARTLY = {"sklearn": False, "scipy": False, "joblib": False, "narwhals": True, "numpy": False}
OF_CALLED = (
    "__annotations__",
    "__call__",
    "__firstlineno__",
    "__getstate__",
    "__init__",
    "__setstate__",
    "__static_attributes__",
)
OF_EVERY_MODULE = (
    *vars(types.ModuleType("any")),
    "__annotations__",
    "__builtins__",
    "__cached__",
    "__file__",
    "__path__",
)


class NotThere:
    """The last finder of imports, which is reached only if no other finder has found a module."""

    def __init__(self) -> None:
        self.asked: dict[str, list[str]] = {}  # by module, the modules that asked for it

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> None:
        if "." not in name:
            frame: types.FrameType | None = sys._getframe(1)
            while frame and (frame.f_code.co_filename.startswith("<frozen importlib") or name_of(frame) == "importlib"):
                frame = frame.f_back
            asking = self.asked.setdefault(name, [])
            if name_of(frame) not in asking:
                asking.append(name_of(frame))


def name_of(frame: types.FrameType | None) -> str:
    """Return the name of the module whose code a frame executes."""
    return str(frame and frame.f_globals.get("__name__"))


def main(imports: str, result: str, probes: str, plan: str | None = None) -> None:
    with open(probes, encoding="utf-8") as stream:
        events = json.load(stream)
    not_there = NotThere()
    sys.meta_path.append(not_there)
    facts: dict[str, Any]
    try:
        facts = {**IMPORTS[imports](events, plan)}
    except Exception as error:  # loading the model may raise anything
        facts = {"error": f"{type(error).__name__}: {error}"}
    facts["missing"] = not_there.asked
    with open(result, "w", encoding="utf-8") as stream:
        json.dump(facts, stream)


def eager(events: list[Any], _: str | None) -> dict[str, Any]:
    import numpy

    base = set(sys.modules)  # what `import numpy` imports is needed as a whole
    answers = ask(events)
    modules = {
        name: module for name, module in sorted(sys.modules.items()) if name not in base and may_be_lazy(name, module)
    }
    kinds = (types.FunctionType, types.BuiltinFunctionType, numpy.ufunc)
    names = {
        module_name: {
            name: definition(module_name, name, value)
            for name, value in sorted(vars(module).items())
            if is_by_name(value, kinds)
        }
        for module_name, module in modules.items()
    }
    return {
        "answers": answers,
        "packages": {name: hasattr(module, "__path__") for name, module in modules.items()},
        "names": names,
        "dunders": {name: sorted(filter(is_own_dunder, vars(module))) for name, module in modules.items()},
        "partly": sorted(PARTLY),
        **loaded(),
    }


def lazy(events: list[Any], plan: str | None) -> dict[str, Any]:
    from pathlib import Path

    from serving import lazy_imports
    from serving.lazy_imports.modules import FINDER, LazyModule

    used: dict[str, set[str]] = {}
    executed: list[str] = []
    opened: set[Any] = set()
    FINDER.on_name = lambda module, name: used.setdefault(module, set()).add(name)
    FINDER.on_execution = executed.append
    sys.addaudithook(lambda event, args: opened.add(args[0]) if event == "open" else None)
    lazy_imports.install(lazy_imports.Plan.read(Path(plan or "")))
    answers = ask(events[:1])
    first = len(executed)
    answers += ask(events[1:])
    return {
        "answers": answers,
        "names": {module: sorted(names) for module, names in sorted(used.items())},
        "execute": executed[:first],
        **loaded(LazyModule, opened),
    }


def planned(events: list[Any], _: str | None) -> dict[str, Any]:
    from serving.lazy_imports.modules import FINDER

    late: list[str] = []
    import handler  # noqa: F401

    FINDER.on_execution = late.append
    return {"answers": ask(events), "late": late}


def ask(events: list[Any]) -> list[str]:
    """Return the handler's answers as JSON text, in which floats are exact. An answer may be an error."""
    import handler

    # Rows that are refused must not be tried again with pandas, or a trimmed layer would keep pandas for them
    handler.ENVIRONMENT.model = replace(handler.ENVIRONMENT.model, again=False)
    return [answer(handler, event) for event in events]


def answer(handler: Any, event: Any) -> str:
    try:
        return json.dumps(handler.lambda_handler(event, None))
    except Exception as error:  # the model's own code may raise anything
        return f"{type(error).__name__}: {error}"


def may_be_lazy(name: str, module: types.ModuleType) -> bool:
    """Return whether a module may be imported lazily."""
    top = name.partition(".")[0]
    if (
        type(module) is not types.ModuleType
        or module.__name__ != name
        or not in_layer(getattr(module, "__file__", None))
    ):
        return False
    if top in PARTLY:
        return name != top or PARTLY[top]
    return name == top


def is_by_name(value: Any, kinds: tuple[type, ...]) -> bool:
    """Return whether a lazy name can stand for a value.

    It can stand for functions and classes, and for objects that are called like functions, such as the distributions of
    scipy.stats. It cannot stand for exceptions, because `except` checks them.
    """
    if isinstance(value, type):
        return not issubclass(value, BaseException)
    if is_called(value):
        return True
    return isinstance(value, kinds) or type(value).__name__ in ("cython_function_or_method", "_ArrayFunctionDispatcher")


def is_called(value: Any) -> bool:
    """Return whether a value is an object of a package's own class that supports no operation except calls."""
    kind = type(value)
    if not callable(value) or not in_layer(getattr(sys.modules.get(kind.__module__), "__file__", None)):
        return False
    special = {name for base in kind.__mro__[:-1] for name in vars(base) if name.startswith("__")}
    return not special.difference(OF_CALLED, vars(type("Any", (), {})))


def is_own_dunder(name: str) -> bool:
    """Return whether a name has double underscores and was set by the module's own code."""
    return name.startswith("__") and name.endswith("__") and name not in OF_EVERY_MODULE


def definition(module: str, name: str, value: Any) -> tuple[str, str, bool]:
    """Return where a value is defined, as `serving.lazy_imports.modules.Target`."""
    home, own = getattr(value, "__module__", None), getattr(value, "__name__", None)
    if isinstance(home, str):  # a shared module of Cython calls itself _cyutility, and each package has its own
        home = getattr(sys.modules.get(home), "__name__", home)
    if not isinstance(home, str) or not isinstance(own, str) or vars(sys.modules.get(home, main)).get(own) is not value:
        home, own = module, name
    return home, own, isinstance(value, type) and has_only_own_instances(value)


def has_only_own_instances(kind: type) -> bool:
    """Return whether isinstance is true only for the class and its subclasses."""
    hooks = [base for base in kind.__mro__[:-1] if "__subclasshook__" in vars(base)]
    return type(kind) is type or (type(kind) is abc.ABCMeta and not hooks)


def loaded(lazy_type: type | None = None, opened: Collection[Any] = ()) -> dict[str, Any]:
    """Return the layer's modules that were executed, and its files that were opened or are mapped.

    Args:
        lazy_type: the type of modules that have not been executed.
    """
    modules = {}
    for name, module in sorted(sys.modules.items()):
        path = getattr(module, "__file__", None)
        if lazy_type and type(module) is lazy_type:
            continue
        if in_layer(path):
            modules[name] = within(path)
    with open("/proc/self/maps", encoding="utf-8") as stream:
        mapped = {line.split(maxsplit=5)[-1].strip() for line in stream}
    return {"modules": modules, "files": sorted({within(path) for path in mapped.union(opened) if in_layer(path)})}


def in_layer(path: Any) -> bool:
    return isinstance(path, str) and path.startswith(LAYER)


def within(path: Any) -> str:
    """Return a path relative to the layer's packages."""
    return str(path)[len(LAYER) :]


IMPORTS: dict[str, Callable[[list[Any], str | None], dict[str, Any]]] = {
    "eager": eager,
    "lazy": lazy,
    "planned": planned,
}

if __name__ == "__main__":
    del sys.path[0]  # Lambda does not have this folder
    LAYER = os.path.join(os.environ["PYTHONPATH"].split(os.pathsep)[-1], "")
    main(*sys.argv[1:])
