"""Lays out the function's files: the handler, and the user's own code."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

from build.errors import UserError

HANDLER = Path(__file__).parents[2] / "lambda"
NOT_CODE = ("__pycache__", "*.pyc", ".*")


class NoCode(UserError):
    template = "There is no folder and no Python file {path} for --code."


class CodeInTheWay(UserError):
    template = "{path} would hide the function's own {name}. Give it another name."


class BrokenLink(UserError):
    template = "{path}, below --code, is a link {why}. Remove it, or have it point to a file that is there."


def check(code: Path | None) -> None:
    """See that the user's code is there and can be copied, before the work.

    Raises:
        NoCode, BrokenLink
    """
    if code is None:
        return
    if not code.is_dir() and not (code.is_file() and code.suffix == ".py"):
        raise NoCode(path=code)
    files(code)


def files(code: Path, out: Path | None = None) -> list[Path]:
    """The user's files: all of a folder but what is hidden, what Python makes and what this project builds.

    Args:
        out: the folder of the artifacts, if it is known.
    """
    return [code] if code.is_file() else sorted(_walk(code, out and out.resolve(), (code.resolve(),)))


def stage(folder: Path, code: Path | None) -> None:
    """Put into a new folder what the function's zip will hold, but for the model.

    Args:
        folder: two levels below the folder of the artifacts, which is not code.
        code: a folder of modules that the model needs, whose contents go to the zip's root; or one module.
    """
    shutil.copytree(HANDLER, folder, ignore=shutil.ignore_patterns(*NOT_CODE, "requirements.*"))
    check(code)
    if code is None:
        return
    root = code.parent if code.is_file() else code
    own = {path.name for path in folder.iterdir()}
    for path in files(code, folder.parents[1]):
        inside = path.relative_to(root)
        if inside.parts[0] in own:
            raise CodeInTheWay(path=root / inside.parts[0], name=inside.parts[0])
        (folder / inside).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, folder / inside)  # with its mode: what may be executed here may be so in Lambda


def _walk(folder: Path, out: Path | None, above: tuple[Path, ...]) -> Iterator[Path]:
    for path in folder.iterdir():
        if path.name.startswith(".") or path.name == "__pycache__":
            continue
        if not path.exists():
            raise BrokenLink(path=path, why=f"to {path.readlink()}, which is not there")
        if path.is_dir():
            real = path.resolve()
            if real in above:
                raise BrokenLink(path=path, why="to a folder that it is in itself")
            if real != out and not _is_artifacts(path):
                yield from _walk(path, out, (*above, real))
        elif path.suffix != ".pyc" or not path.with_suffix(".py").exists():  # a module may come without its source
            yield path


def _is_artifacts(folder: Path) -> bool:
    """Whether a folder is what this project builds, which is no code: dist/, or another --out."""
    manifest = folder / "manifest.json"
    try:
        found = json.loads(manifest.read_text(encoding="utf-8")) if manifest.is_file() else None
    except (OSError, ValueError):
        return False
    return isinstance(found, dict) and {"schema_version", "runtime", "architecture"} <= found.keys()
