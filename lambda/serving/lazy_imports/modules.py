"""Modules that are imported and not executed yet."""

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
    # (module, name in it, whether "not loaded" means "has no instances"): where a name is defined, which may be another
    # module than the one that offers it
    Target = tuple[str, str, bool]

# Code that only reads a name, to keep it or to use it later. All else that asks for an attribute wants it at once:
# getattr, pickle, and extension modules, which take C functions and types.
READS = {opmap[name] for name in ("IMPORT_FROM", "LOAD_ATTR", "LOAD_METHOD") if name in opmap}
STAR = "__all__"  # asked for by `import *`, which takes what is in the module if it has none


_own = ModuleType.__dict__["__dict__"].__get__  # a module's names, without executing it


class LazyModule(ModuleType):
    """A module that is executed when something of it is used that the plan does not know by name."""

    def __getattr__(self, name: str) -> Any:
        own = _own(self)
        if "_real" in own:
            return getattr(own["_real"], name)
        if name.startswith("__") and name.endswith("__") and name not in (STAR, *FINDER.dunders.get(self.__name__, ())):
            # Python and its tools ask for such names just to see if they are there
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        target, frame = FINDER.target(self.__name__, name), sys._getframe(1)
        is_submodule = f"{self.__name__}.{name}" in FINDER.packages
        if frame.f_code.co_name == "_handle_fromlist":  # the import system asks if it has to import a submodule
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
    """Finds lazy modules, for all that may be put off. One finder is on ``sys.meta_path`` once there is a plan."""

    def __init__(self) -> None:
        self.packages: Mapping[str, bool] = {}
        self.names: Mapping[str, Mapping[str, Target]] = {}
        self.dunders: Mapping[str, Sequence[str]] = {}
        self.partly: Sequence[str] = ()
        self.on_name: Callable[[str, str], object] = lambda module, name: None  # for the recording
        self.on_execution: Callable[[str], object] = lambda module: None

    def plan(
        self,
        packages: Mapping[str, bool],
        names: Mapping[str, Mapping[str, Target]],
        dunders: Mapping[str, Sequence[str]],
        partly: Sequence[str],
    ) -> None:
        """Put off these modules from now on; see `serving.lazy_imports.Plan`."""
        self.packages, self.names, self.dunders, self.partly = packages, names, dunders, partly
        if self not in sys.meta_path:
            sys.meta_path.insert(0, self)

    def target(self, module: str, name: str) -> Target | None:
        """Where a name of a module is defined; None if the plan does not know the name."""
        return self.names.get(module, {}).get(name)

    def find_spec(self, name: str, path: Any = None, target: object = None) -> ModuleSpec | None:
        """As of `importlib.abc.MetaPathFinder`."""
        if name not in self.packages:
            return self._below_a_lazy_module(name)
        spec = ModuleSpec(name, LOADER, is_package=self.packages[name])
        if spec.submodule_search_locations is not None:
            child = name.rpartition(".")[2]
            places = [os.path.join(entry, child) for entry in (path or sys.path)]
            spec.submodule_search_locations[:] = [place for place in places if path or os.path.isdir(place)][:1]
        return spec

    def _below_a_lazy_module(self, name: str) -> ModuleSpec | None:
        """A module that the plan does not know, of a package that is put off as a whole: the package comes first."""
        parent = sys.modules.get(name.rpartition(".")[0])
        if type(parent) is LazyModule and name.partition(".")[0] not in self.partly:
            execute(parent)
            if name in sys.modules:
                module = sys.modules[name]
                # where a finder brought the module itself, Python goes on by the module's own spec
                module.__spec__ = spec = ModuleSpec(name, _There(module, module.__spec__))
                return spec
        return None


class _Nothing:
    """Loads a lazy module, which executes nothing."""

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return LazyModule(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        pass


class _There:
    """Loads a module that is there already."""

    def __init__(self, module: ModuleType, spec: ModuleSpec | None) -> None:
        self.module, self.spec = module, spec

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return self.module

    def exec_module(self, module: ModuleType) -> None:
        module.__spec__ = self.spec


def execute(module: ModuleType) -> ModuleType:
    """Make a lazy module the module that it stands for; any other module is left as it is.

    A module of Python is executed in place, so that whoever holds the lazy module holds the module. An extension module
    cannot be: it is another object, to which the lazy module passes everything on.

    Raises:
        ImportError: the module is not there.
    """
    if type(module) is not LazyModule:
        return module
    with _LOCK:
        own = _own(module)
        if type(module) is not LazyModule or "_real" in own:
            return own.get("_real", module)
        name = module.__name__
        spec = _spec(name)
        FINDER.on_execution(name)
        if isinstance(spec.loader, ExtensionFileLoader):
            found = _load_extension(name, spec)
            own["_real"] = found
            return found
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
        execute(sys.modules[parent])  # which may know better why
        raise ModuleNotFoundError(f"No module named {name!r}", name=name)
    return spec


def _load_extension(name: str, spec: ModuleSpec) -> ModuleType:
    stand_in, (parent, _, child) = sys.modules.pop(name), name.rpartition(".")
    try:
        module = module_from_spec(spec)
        sys.modules[name] = module
        if parent:
            setattr(sys.modules[parent], child, module)
        spec.loader.exec_module(module)  # type: ignore[union-attr]
    except BaseException:
        sys.modules[name] = stand_in
        raise
    return module


def _reads(frame: FrameType) -> bool:
    """Whether a frame of Python code is at an instruction that only reads a name."""
    last = _LAST[0]  # bound in one step, as is the new one: another thread reads other code
    if frame.f_code is not last[0]:
        # co_code is a copy each time, and a module's imports come in a row
        _LAST[0] = last = (frame.f_code, frame.f_code.co_code)
    return last[1][frame.f_lasti] in READS


def _lazy_name(target: Target, frame: FrameType) -> LazyName:
    namespace = frame.f_globals if frame.f_code.co_name == "<module>" else None
    has_no_instances = target[2]
    return LazyName(lambda: _reach(target), (lambda: _is_loaded(target[0])) if has_no_instances else None, namespace)


def _is_there(target: Target) -> bool:
    """Whether a name can be had without loading anything."""
    module, name, _ = target
    return _is_loaded(module) and hasattr(sys.modules[module], name)


def _reach(target: Target) -> Any:
    """The object that a name stands for, from the module that defines it."""
    module, name, _ = target
    if (module, name) in INSTEAD:
        return INSTEAD[module, name]
    with _LOCK:  # not while another thread is halfway through that module
        import_module(module)
        return real(getattr(execute(sys.modules[module]), name))


def _is_loaded(module: str) -> bool:
    found = sys.modules.get(module)
    return found is not None and (type(found) is not LazyModule or "_real" in _own(found))


_LAST: list[tuple[Any, bytes]] = [(None, b"")]
_LOCK = RLock()  # two threads of one prediction may come to the same lazy module
LOADER = _Nothing()
FINDER = Finder()
