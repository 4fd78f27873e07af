"""Installs with the pip of the target's own interpreter, where uv cannot read the metadata of old packages.

The old pip can read `pytz>=2011k`, which is not a valid version today. It installs wheels for this machine. `elf` and
`libraries` check that they also run in Lambda.
"""

from __future__ import annotations

import os
import platform
import re
from pathlib import Path

from build.host import commands, interpreters
from build.runtimes import Architecture, Runtime, host_architecture

# uv's errors about metadata that it cannot read
UNREADABLE = re.compile(r"invalid metadata|Metadata for .* could not be parsed")


def find(runtime: Runtime, architecture: Architecture) -> Path | None:
    """Return the target's interpreter, if this machine has it with pip, and is of the target's platform."""
    if platform.system() != "Linux" or architecture != host_architecture():
        return None
    interpreter = interpreters.find(runtime.python)
    return interpreter if interpreter and commands.succeeds([str(interpreter), "-m", "pip", "--version"]) else None


def install(interpreter: Path, requirements: Path, site_packages: Path) -> None:
    """Install wheels into a folder.

    Raises:
        CommandFailed
    """
    argv: list[str | Path] = [
        interpreter,
        "-m",
        "pip",
        "install",
        "--target",
        site_packages,
        "--requirement",
        requirements,
    ]
    argv += ["--only-binary", ":all:", "--no-compile", "--disable-pip-version-check", "--no-warn-script-location"]
    env = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "PYTHONHOME")}
    commands.run(argv, env=env)
