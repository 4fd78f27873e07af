"""Modules that have been imported but not executed yet."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dis import opmap
from importlib import import_module
from importlib.machinery import ExtensionFileLoader, ModuleSpec, PathFinder
from importlib.util import module_from_spec
from threading import RLock
from types import FrameType, ModuleType
from typing import TYPE_CHECKING, Any

from serving.lazy_imports.names import LazyName, real
from serving.lazy_imports.replacements import INSTEAD

if TYPE_CHECKING:
    from importlib.abc import Loader

    # Where a name is defined, which need not be the module that offers it: the module, the name in it, and whether the
    # class has no instances as long as its module is not loaded
    Target = tuple[str, str, bool]
else:
    Loader = object  # importing importlib.abc would cost time in every cold start

# Bytecode instructions that only read a name, to keep it or to use it later. Everything else that reads an attribute
# needs the real object at once: getattr, pickle, and extension modules, which use C functions and types
READS = {opmap[name] for name in ("IMPORT_FROM", "LOAD_ATTR", "LOAD_METHOD") if name in opmap}
STAR = "__all__"  # `import *` looks this name up, and takes everything that is in the module if it is missing


# Returns a module's names without executing it
_own: Callable[[ModuleType], dict[str, Any]] = vars(ModuleType)["__dict__"].__get__


class LazyModule(ModuleType):
    """A module that is executed at the first use of a name that the plan does not know."""

    def __getattr__(self, name: str) -> Any:
        own = _own(self)
        if "_real" in own:
            return getattr(own["_real"], name)
        if name.startswith("__") and name.endswith("__") and name not in (STAR, *FINDER.dunders.get(self.__name__, ())):
            # Python and its tools ask for such names only to see whether they are there
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        target, frame = FINDER.target(self.__name__, name), sys._getframe(1)
        is_submodule = f"{self.__name__}.{name}" in FINDER.packages
        if frame.f_code.co_name == "_handle_fromlist":  # the import system asks whether it has to import a submodule
            if target is not None:
                return None
            if is_submodule:
                raise AttributeError(name)
        if target is not None:
            FINDER.on_name(self.__name__, name)
            return _lazy_name(target, frame) if _reads(frame) and not _is_there(target) else _reach(target)
        if is_submodule:
            return import_module(f"{self.__name__}.{name}")
        return getattr(execute(self), name)

    @property
    def __dict__(self) -> dict[str, Any]:  # type: ignore[override]
        return execute(self).__dict__

    def __dir__(self) -> Sequence[str]:
        return dir(execute(self))


class Finder:
    """Finds the lazy modules. One finder is on ``sys.meta_path`` as soon as there is a plan."""

    def __init__(self) -> None:
        self.packages: Mapping[str, bool] = {}
        self.names: Mapping[str, Mapping[str, Target]] = {}
        self.dunders: Mapping[str, Sequence[str]] = {}
        self.partly: Sequence[str] = ()
        self.on_name: Callable[[str, str], object] = lambda module, name: None  # the recording listens here
        self.on_execution: Callable[[str], object] = lambda module: None

    def plan(
        self,
        packages: Mapping[str, bool],
        names: Mapping[str, Mapping[str, Target]],
        dunders: Mapping[str, Sequence[str]],
        partly: Sequence[str],
    ) -> None:
        """Put off these modules from now on. `serving.lazy_imports.Plan` explains the arguments."""
        self.packages, self.names, self.dunders, self.partly = packages, names, dunders, partly
        if self not in sys.meta_path:
            sys.meta_path.insert(0, self)

    def target(self, module: str, name: str) -> Target | None:
        """Return where a name of a module is defined, or None if the plan does not know the name."""
        return self.names.get(module, {}).get(name)

    def find_spec(self, name: str, path: Any = None, target: object = None) -> ModuleSpec | None:
        """Find a lazy module, as `importlib.abc.MetaPathFinder` describes."""
        if name not in self.packages:
            return self._below_a_lazy_module(name)
        spec = ModuleSpec(name, LOADER, is_package=self.packages[name])
        if spec.submodule_search_locations is not None:
            child = name.rpartition(".")[2]
            places = [os.path.join(entry, child) for entry in (path or sys.path)]
            spec.submodule_search_locations[:] = [place for place in places if path or os.path.isdir(place)][:1]
        return spec

    def _below_a_lazy_module(self, name: str) -> ModuleSpec | None:
        """Find an unknown module of a package that is put off as a whole. The package has to be executed first."""
        parent = sys.modules.get(name.rpartition(".")[0])
        if type(parent) is LazyModule and name.partition(".")[0] not in self.partly:
            execute(parent)
            if name in sys.modules:
                module = sys.modules[name]
                # If a finder has put the module into sys.modules, Python continues with the module's own spec
                module.__spec__ = spec = ModuleSpec(name, _There(module, module.__spec__))
                return spec
        return None


class _Nothing(Loader):
    """Loads a lazy module, which means that nothing is executed."""

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return LazyModule(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        pass


class _There(Loader):
    """Loads a module that exists already."""

    def __init__(self, module: ModuleType, spec: ModuleSpec | None) -> None:
        self.module, self.spec = module, spec

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return self.module

    def exec_module(self, module: ModuleType) -> None:
        module.__spec__ = self.spec


def execute(module: ModuleType) -> ModuleType:
    """Turn a lazy module into the module that it stands for. Any other module stays as it is.

    A Python module is executed in place, so that whoever holds the lazy module holds the real one. This is impossible
    for an extension module, which is another object; the lazy module passes everything on to it.

    Raises:
        ImportError: the module does not exist.
    """
    if type(module) is not LazyModule:
        return module
    with _LOCK:
        own = _own(module)
        if type(module) is not LazyModule or "_real" in own:
            loaded: ModuleType = own.get("_real", module)
            return loaded
        name = module.__name__
        spec = _spec(name)
        FINDER.on_execution(name)
        if isinstance(spec.loader, ExtensionFileLoader):
            extension = _load_extension(name, spec)
            own["_real"] = extension
            return extension
        own.update(__spec__=spec, __loader__=spec.loader, __file__=spec.origin, __cached__=spec.cached)
        object.__setattr__(module, "__class__", ModuleType)
        try:
            spec.loader.exec_module(module)  # type: ignore[union-attr]
        except BaseException:
            object.__setattr__(module, "__class__", LazyModule)
            raise
        return module


def _spec(name: str) -> ModuleSpec:
    parent = name.rpartition(".")[0]
    spec = PathFinder.find_spec(name, sys.modules[parent].__path__ if parent else None)
    if spec is None:
        execute(sys.modules[parent])  # executing the package may raise an error that explains more
        raise ModuleNotFoundError(f"No module named {name!r}", name=name)
    return spec


def _load_extension(name: str, spec: ModuleSpec) -> ModuleType:
    lazy, (parent, _, child) = sys.modules.pop(name), name.rpartition(".")
    try:
        module = module_from_spec(spec)
        sys.modules[name] = module
        if parent:
            setattr(sys.modules[parent], child, module)
        spec.loader.exec_module(module)  # type: ignore[union-attr]
    except BaseException:
        sys.modules[name] = lazy
        raise
    return module


def _reads(frame: FrameType) -> bool:
    """Return whether a frame of Python code is at an instruction that only reads a name."""
    last = _LAST[0]  # read and replaced as a whole, since another thread may execute other code
    if frame.f_code is not last[0]:
        # Each access to co_code makes a copy, and the imports of a module follow one another
        _LAST[0] = last = (frame.f_code, frame.f_code.co_code)
    return last[1][frame.f_lasti] in READS


def _lazy_name(target: Target, frame: FrameType) -> LazyName:
    namespace = frame.f_globals if frame.f_code.co_name == "<module>" else None
    has_no_instances = target[2]
    return LazyName(lambda: _reach(target), (lambda: _is_loaded(target[0])) if has_no_instances else None, namespace)


def _is_there(target: Target) -> bool:
    """Return whether the object that a name stands for is available without loading anything."""
    module, name, _ = target
    return _is_loaded(module) and hasattr(sys.modules[module], name)


def _reach(target: Target) -> Any:
    """Return the object that a name stands for, from the module that defines it."""
    module, name, _ = target
    if (module, name) in INSTEAD:
        return INSTEAD[module, name]
    with _LOCK:  # another thread may be executing that module
        import_module(module)
        return real(getattr(execute(sys.modules[module]), name))


def _is_loaded(module: str) -> bool:
    loaded = sys.modules.get(module)
    return loaded is not None and (type(loaded) is not LazyModule or "_real" in _own(loaded))


_LAST: list[tuple[Any, bytes]] = [(None, b"")]
_LOCK = RLock()  # two threads of one prediction may reach the same lazy module
LOADER = _Nothing()
FINDER = Finder()
