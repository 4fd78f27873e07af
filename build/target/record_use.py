"""Records what a model's answers use. Runs under the target's interpreter.

    python record_use.py PHASE RESULT PROBES [PLAN]

PROBES holds a JSON list of events for the handler, which PYTHONPATH names first, before the layer's packages. RESULT
gets JSON: {"error": ...} if the model does not load, or else "answers"; "missing": who asked for modules that are not
there; and by phase:

    eager     imports as Python does them. "packages" and "names": what may be put off: `serving.lazy_imports.Plan`
    deferred  with the PLAN: all is put off until it is used. "names": those that were asked for; "execute": the modules
              that were executed for the first event; "modules" and "files": what was loaded, opened or mapped for all
    planned   as Lambda will: the handler finds the plan beside itself. "late": modules executed after the init
"""

import abc
import json
import os
import sys
import types
from dataclasses import replace

# Of these packages single modules may be put off, for they are libraries of parts. A False: its __init__ sets up the
# rest (environment variables, checks of versions), and comes first whichever part is imported.
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
    """The last of the finders: whatever it is asked for, no other has found."""

    def __init__(self):
        self.asked = {}  # module -> the modules that asked for it

    def find_spec(self, name, path=None, target=None):
        if "." not in name:
            frame = sys._getframe(1)
            while frame and (frame.f_code.co_filename.startswith("<frozen importlib") or name_of(frame) == "importlib"):
                frame = frame.f_back
            asking = self.asked.setdefault(name, [])
            if name_of(frame) not in asking:
                asking.append(name_of(frame))


def name_of(frame):
    return str(frame and frame.f_globals.get("__name__"))


def main(phase, result, probes, plan=None):
    with open(probes, encoding="utf-8") as stream:
        events = json.load(stream)
    not_there = NotThere()
    sys.meta_path.append(not_there)
    try:
        facts = PHASES[phase](events, plan)
    except Exception as error:  # whatever loading the model raises is an answer here
        facts = {"error": f"{type(error).__name__}: {error}"}
    facts["missing"] = not_there.asked
    with open(result, "w", encoding="utf-8") as stream:
        json.dump(facts, stream)


def eager(events, _):
    import numpy

    base = set(sys.modules)  # what `import numpy` brings along is its core, not parts
    answers = ask(events)
    seen = {
        name: module
        for name, module in sorted(sys.modules.items())
        if name not in base and may_be_put_off(name, module)
    }
    kinds = (types.FunctionType, types.BuiltinFunctionType, numpy.ufunc)
    names = {
        module: {
            name: target(module, name, value) for name, value in sorted(vars(found).items()) if is_by_name(value, kinds)
        }
        for module, found in seen.items()
    }
    dunders = {module: sorted(filter(is_given, vars(found))) for module, found in seen.items()}
    packages = {name: hasattr(module, "__path__") for name, module in seen.items()}
    return {
        "answers": answers,
        "packages": packages,
        "names": names,
        "dunders": dunders,
        "partly": sorted(PARTLY),
        **loaded(),
    }


def deferred(events, plan):
    from pathlib import Path

    from serving import lazy_imports
    from serving.lazy_imports.modules import FINDER, LazyModule

    asked, executed, opened = {}, [], set()
    FINDER.on_name = lambda module, name: asked.setdefault(module, set()).add(name)
    FINDER.on_execution = executed.append
    sys.addaudithook(lambda event, args: opened.add(args[0]) if event == "open" else None)
    lazy_imports.install(lazy_imports.Plan.read(Path(plan)))
    answers = ask(events[:1])
    first = len(executed)
    answers += ask(events[1:])
    return {
        "answers": answers,
        "names": {module: sorted(names) for module, names in sorted(asked.items())},
        "execute": executed[:first],
        **loaded(LazyModule, opened),
    }


def planned(events, _):
    from serving.lazy_imports.modules import FINDER

    late = []
    import handler  # noqa: F401

    FINDER.on_execution = late.append
    return {"answers": ask(events), "late": late}


def ask(events):
    """The handler's answers as JSON text, in which floats are exact; of those that fail the error."""
    import handler

    # Rows that are refused are not asked again with pandas, which would then be kept for them in a layer that is cut
    handler.ENVIRONMENT.model = replace(handler.ENVIRONMENT.model, again=False)
    return [answer(handler, event) for event in events]


def answer(handler, event):
    try:
        return json.dumps(handler.lambda_handler(event, None))
    except Exception as error:  # whatever the model's own code raises is an answer here
        return f"{type(error).__name__}: {error}"


def may_be_put_off(name, module):
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


def is_by_name(value, kinds):
    """Whether a lazy name can stand for it: for functions and classes, not for exceptions, which `except` checks.

    And for objects that are called as functions are, such as the distributions of scipy.stats.
    """
    if isinstance(value, type):
        return not issubclass(value, BaseException)
    if is_called(value):
        return True
    return isinstance(value, kinds) or type(value).__name__ in ("cython_function_or_method", "_ArrayFunctionDispatcher")


def is_called(value):
    """Whether it is an object of a package's own class, and Python asks no more of it than to be called."""
    kind = type(value)
    if not callable(value) or not in_layer(getattr(sys.modules.get(kind.__module__), "__file__", None)):
        return False
    special = {name for base in kind.__mro__[:-1] for name in vars(base) if name.startswith("__")}
    return not special.difference(OF_CALLED, vars(type("Any", (), {})))


def is_given(name):
    """Whether it is a name with underscores that the module's own code gave it."""
    return name.startswith("__") and name.endswith("__") and name not in OF_EVERY_MODULE


def target(module, name, value):
    """Where a value is defined, as `serving.lazy_imports.modules.Target`."""
    home, own = getattr(value, "__module__", None), getattr(value, "__name__", None)
    if isinstance(home, str):  # Cython's shared module calls itself _cyutility, and lies in each package
        home = getattr(sys.modules.get(home), "__name__", home)
    if not isinstance(home, str) or not isinstance(own, str) or vars(sys.modules.get(home, main)).get(own) is not value:
        home, own = module, name
    return home, own, isinstance(value, type) and has_only_own_instances(value)


def has_only_own_instances(kind):
    """Whether isinstance asks for nothing but the class and those below it."""
    hooks = [base for base in kind.__mro__[:-1] if "__subclasshook__" in vars(base)]
    return type(kind) is type or (type(kind) is abc.ABCMeta and not hooks)


def loaded(stand_in=None, opened=()):
    """The layer's modules that were executed, and its files that were opened or are mapped."""
    modules = {}
    for name, module in sorted(sys.modules.items()):
        path = getattr(module, "__file__", None)
        if stand_in and type(module) is stand_in:
            continue
        if in_layer(path):
            modules[name] = within(path)
    with open("/proc/self/maps", encoding="utf-8") as stream:
        mapped = {line.split(maxsplit=5)[-1].strip() for line in stream}
    return {"modules": modules, "files": sorted({within(path) for path in mapped.union(opened) if in_layer(path)})}


def in_layer(path):
    return isinstance(path, str) and path.startswith(LAYER)


def within(path):
    return path[len(LAYER) :]


PHASES = {"eager": eager, "deferred": deferred, "planned": planned}

if __name__ == "__main__":
    del sys.path[0]  # this folder is not in Lambda
    LAYER = os.path.join(os.environ["PYTHONPATH"].split(os.pathsep)[-1], "")
    main(*sys.argv[1:])
