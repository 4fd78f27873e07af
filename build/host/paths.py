"""Translates between paths as users write them and absolute paths. Only the command line knows the user's folder."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_type_hints


def absolute(text: str) -> Path:
    """Return the absolute path that the user means.

    Links are not resolved: what is written and shown has the name that the user gave.
    """
    return Path(text).absolute()


def shown(path: Path) -> str:
    """Return a path as the user would write it: relative to the current folder, if it is below it."""
    try:
        return str(path.relative_to(Path.cwd()))
    except (ValueError, OSError):  # it is elsewhere, or the current folder does not exist any more
        return str(path)


def given_as_text(body: Callable[..., Any]) -> Callable[..., Any]:
    """Let a function whose parameters are paths be called with text, as from a command line.

    A parameter is a path if it is annotated as `Path` or `Path | None`. In the new signature, its default is text, too:
    invoke learns from it that the option takes a value.
    """
    signature = inspect.signature(body)
    hints = get_type_hints(body)
    paths = {name for name in signature.parameters if hints.get(name) in (Path, Path | None)}

    @functools.wraps(body)
    def called(*args: Any, **kwargs: Any) -> Any:
        bound = signature.bind(*args, **kwargs)
        bound.apply_defaults()
        for name in paths:
            if bound.arguments[name] is not None:
                bound.arguments[name] = absolute(bound.arguments[name])
        return body(*bound.args, **bound.kwargs)

    called.__signature__ = signature.replace(  # type: ignore[attr-defined]
        parameters=[
            parameter.replace(default=str(parameter.default)) if isinstance(parameter.default, Path) else parameter
            for parameter in signature.parameters.values()
        ]
    )
    return called
