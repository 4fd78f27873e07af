"""Installs with the pip of the target's own interpreter, where uv cannot read what packages of another age say.

pip of that age reads `pytz>=2011k`, which is no version any more. It takes wheels that fit this machine, so `elf` and
`libraries` still see that they fit Lambda.
"""

from __future__ import annotations

import os
import platform
import re
from pathlib import Path

from build.host import commands, interpreters
from build.runtimes import Architecture, Runtime, host_architecture

# What uv says of metadata that it cannot read
UNREADABLE = re.compile(r"invalid metadata|Metadata for .* could not be parsed")


def find(runtime: Runtime, architecture: Architecture) -> Path | None:
    """The target's interpreter with its pip, where this machine has it and is of the target's platform."""
    if platform.system() != "Linux" or architecture != host_architecture():
        return None
    interpreter = interpreters.find(runtime.python)
    return interpreter if interpreter and commands.succeeds([str(interpreter), "-m", "pip", "--version"]) else None


def install(interpreter: Path, requirements: Path, site_packages: Path) -> None:
    """Install wheels into a folder.

    Raises:
        CommandFailed
    """
    argv = [interpreter, "-m", "pip", "install", "--target", site_packages, "--requirement", requirements]
    argv += ["--only-binary", ":all:", "--no-compile", "--disable-pip-version-check", "--no-warn-script-location"]
    env = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "PYTHONHOME")}
    commands.run(argv, env=env)
