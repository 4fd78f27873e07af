"""This checkout as others get it: a git repository."""

import os
import shutil
from pathlib import Path

from build.host import commands
from tests.conftest import ROOT


def publish(folder: Path) -> Path:
    """A repository in a new folder with all that is not ignored, committed here or not, in one commit."""
    names = git(ROOT, "ls-files", "--cached", "--others", "--exclude-standard", "-z").split("\0")
    for name in filter(None, names):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    git(folder, "init", "--quiet")
    git(folder, "add", "--all")
    git(folder, "-c", "user.name=Test", "-c", "user.email=test@example.com", "commit", "--quiet", "-m", "All of it")
    return folder


def git(folder: Path, *words: str) -> str:
    return commands.run(
        ["git", *words], cwd=folder, env={**without_git(), "GIT_CONFIG_NOSYSTEM": "1", "HOME": os.devnull}
    )


def without_git() -> dict[str, str]:
    """The environment without what a git hook that runs the tests says of its own repository."""
    return {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
