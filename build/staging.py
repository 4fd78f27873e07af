"""Lays out the function's files: the handler, and the user's own code."""

from __future__ import annotations

import shutil
from pathlib import Path

from build.errors import UserError

HANDLER = Path(__file__).parents[1] / "lambda"
NOT_CODE = ("__pycache__", "*.pyc", ".*")


class NoCode(UserError):
    template = "There is no folder {path} for --code."


class CodeInTheWay(UserError):
    template = "{path} would hide the function's own {name}. Give it another name."


def check(code: Path | None) -> None:
    """See that the folder of the user's code is there, before the work."""
    if code is not None and not code.is_dir():
        raise NoCode(path=code)


def stage(folder: Path, code: Path | None) -> None:
    """Put into a new folder what the function's zip will hold, but for the model.

    Args:
        code: a folder of modules that the model needs; its contents go to the zip's root.
    """
    shutil.copytree(HANDLER, folder, ignore=shutil.ignore_patterns(*NOT_CODE, "requirements.*"))
    check(code)
    if code is None:
        return
    for path in sorted(code.iterdir()):
        if (folder / path.name).exists():
            raise CodeInTheWay(path=path, name=path.name)
    shutil.copytree(code, folder, ignore=shutil.ignore_patterns(*NOT_CODE), dirs_exist_ok=True)
