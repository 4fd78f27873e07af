"""Names that have been imported but not used yet."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

_of = object.__getattribute__  # bypasses `LazyName.__getattribute__`
OWN = ("__mro_entries__", "__deepcopy__", "__copy__")  # Python looks these up on the object itself and not on its type


class LazyName:
    """Stands for a function or class of a module that is not loaded, and loads it at its first use.

    Afterwards it forwards everything to the real object. The importing module's own names then hold the real object
    itself, so that comparisons with ``is`` are right as well.

    Args:
        load: returns the real object.
        is_loaded: for a class, returns whether it can have instances yet. None where only loading it can tell.
        namespace: the names of the module that imported it. None if it was only read as an attribute.
    """

    __slots__ = ("_is_loaded", "_load", "_namespace", "_real")

    def __init__(
        self, load: Callable[[], Any], is_loaded: Callable[[], bool] | None, namespace: dict[str, Any] | None
    ) -> None:
        for name, value in (("_load", load), ("_is_loaded", is_loaded), ("_namespace", namespace)):
            object.__setattr__(self, name, value)

    def __getattribute__(self, name: str) -> Any:
        return _of(self, name) if name in OWN else getattr(real(self), name)

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(real(self), name, value)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return real(self)(*args, **kwargs)

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        value = real(self)  # for a function that a class took as its method
        return value.__get__(instance, owner) if hasattr(type(value), "__get__") else value

    def __mro_entries__(self, bases: tuple[Any, ...]) -> tuple[Any, ...]:
        return (real(self),)

    def __instancecheck__(self, instance: Any) -> bool:
        is_loaded = _of(self, "_is_loaded")
        if is_loaded is not None and not is_loaded():
            return False  # nothing is an instance of a class that does not exist yet
        return isinstance(instance, real(self))

    def __subclasscheck__(self, subclass: type) -> bool:
        return issubclass(subclass, real(self))

    def __deepcopy__(self, memo: dict[int, Any]) -> Any:
        return real(self)

    def __copy__(self) -> Any:
        return real(self)

    def __getitem__(self, key: Any) -> Any:
        return real(self)[key]

    def __iter__(self) -> Any:
        return iter(real(self))

    def __bool__(self) -> bool:
        return bool(real(self))

    def __len__(self) -> int:
        return len(real(self))

    def __contains__(self, item: Any) -> bool:
        return item in real(self)

    def __or__(self, other: Any) -> Any:
        return real(self) | real(other)

    def __ror__(self, other: Any) -> Any:
        return other | real(self)

    def __eq__(self, other: object) -> bool:
        return bool(real(self) == real(other))

    def __hash__(self) -> int:
        return hash(real(self))

    def __repr__(self) -> str:
        return repr(real(self))


def real(value: Any) -> Any:
    """Return what a lazy name stands for, and load it if necessary. Any other value is returned as it is."""
    if type(value) is not LazyName:
        return value
    try:
        return _of(value, "_real")
    except AttributeError:
        pass
    loaded = _of(value, "_load")()
    object.__setattr__(value, "_real", loaded)
    namespace = _of(value, "_namespace")
    if namespace is not None:
        for name, held in list(namespace.items()):
            if held is value:
                namespace[name] = loaded
    object.__setattr__(value, "_namespace", None)
    return loaded
