"""Stages the function's files, the handler and the user's own code, in a folder."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

from build.errors import UserError

HANDLER = Path(__file__).parents[2] / "lambda"
NOT_CODE = ("__pycache__", "*.pyc", ".*")


class NoCode(UserError):
    template = "There is no folder or Python file {path} for --code."


class CodeInTheWay(UserError):
    template = "{path} would hide the function's own {name}. Give it another name."


class BrokenLink(UserError):
    template = "{path}, below --code, is a link {why}. Remove it, or let it point to a file that exists."


def check(code: Path | None) -> None:
    """Check, before the work begins, that the user's code exists and can be copied.

    Raises:
        NoCode, BrokenLink
    """
    if code is None:
        return
    if not code.is_dir() and not (code.is_file() and code.suffix == ".py"):
        raise NoCode(path=code)
    files(code)


def files(code: Path, out: Path | None = None) -> list[Path]:
    """Return the user's files: all files in a folder except hidden ones, bytecode, and what this project builds.

    Args:
        out: the folder of the artifacts, if it is known. Its files are not code.
    """
    return [code] if code.is_file() else sorted(_walk(code, out and out.resolve(), (code.resolve(),)))


def stage(folder: Path, code: Path | None) -> None:
    """Copy what the function's zip file will contain, except the model, into a new folder.

    Args:
        folder: the new folder, two levels below the folder of the artifacts.
        code: a folder of modules that the model needs, or one module. A folder's contents go to the root of the zip
            file.
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
        shutil.copy(path, folder / inside)  # with its mode: a file that is executable here is executable in Lambda


def _walk(folder: Path, out: Path | None, above: tuple[Path, ...]) -> Iterator[Path]:
    for path in folder.iterdir():
        if path.name.startswith(".") or path.name == "__pycache__":
            continue
        if not path.exists():
            raise BrokenLink(path=path, why=f"to {path.readlink()}, which does not exist")
        if path.is_dir():
            real = path.resolve()
            if real in above:
                raise BrokenLink(path=path, why="to a folder that contains it")
            if real != out and not _is_artifacts(path):
                yield from _walk(path, out, (*above, real))
        # a module may be shipped without its source
        elif path.suffix != ".pyc" or not path.with_suffix(".py").exists():
            yield path


def _is_artifacts(folder: Path) -> bool:
    """Return whether a folder holds what this project builds, and so no code: dist/, or another folder for --out."""
    path = folder / "manifest.json"
    try:
        content = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None
    except (OSError, ValueError):
        return False
    return isinstance(content, dict) and {"schema_version", "runtime", "architecture"} <= content.keys()
