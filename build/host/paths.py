"""Paths as the caller gives them and as they are shown: only the command line knows the folder that they are in."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_type_hints


def absolute(text: str) -> Path:
    """The path that the caller means, whichever folder the process that it reaches works in.

    Links stay as they are: what is made and told is under the name that was given.
    """
    return Path(text).absolute()


def shown(path: Path) -> str:
    """A path as the caller would write it: relative to the folder that they are in, where it is below that."""
    try:
        return str(path.relative_to(Path.cwd()))
    except (ValueError, OSError):  # elsewhere; or that folder is gone
        return str(path)


def given_as_text(body: Callable) -> Callable:
    """Let a function whose parameters are paths be called with text for them, as a command line has it.

    A parameter is a path if it is annotated as `Path` or as `Path | None`. Its default is text, too, for whoever reads
    the signature: invoke learns from it that the option takes a value.
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
            each.replace(default=str(each.default)) if isinstance(each.default, Path) else each
            for each in signature.parameters.values()
        ]
    )
    return called
