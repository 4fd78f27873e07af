"""Takes libraries from the wheel of another package, if a layer lacks them and there is no build image."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from build.host import commands, distributions
from build.layer.libraries import Origin
from build.requirements import defaults as own
from build.runtimes import OLDEST_WITH_DEFAULTS, Architecture

# scikit-learn's wheels contain libgomp, and the project's own requirements pin such a wheel with its digest
CARRIER, CARRIED = "scikit-learn", ("libgomp.so.1", "libgomp.so.1.0.0")


def library(
    name: str, folder: Path, architecture: Architecture, install: Callable[[Path, Path, list[str]], None]
) -> Origin | None:
    """Put a library with that name into a folder. Return None if no known wheel contains it."""
    if name not in CARRIED:
        return None
    with TemporaryDirectory(prefix="wheel-") as scratch:
        pinned, tree = Path(scratch, "requirements.txt"), Path(scratch, "tree")
        pinned.write_text(own.pinned(CARRIER, OLDEST_WITH_DEFAULTS), encoding="utf-8")
        platform = f"{architecture.wheels}-manylinux2014"  # every runtime has the glibc that this tag needs
        options = ["--python-version", OLDEST_WITH_DEFAULTS, "--python-platform", platform, "--no-deps"]
        try:
            install(pinned, tree, [*options, "--only-binary", ":all:"])
        except commands.CommandFailed:
            return None
        copies = sorted(tree.glob(f"*.libs/{name.partition('.')[0]}-*.so.*"))
        if not copies:
            return None
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(copies[0], folder / name)
        version = distributions.read(tree).versions[CARRIER]
        return Origin("wheel", CARRIER, version, copies[0].relative_to(tree).as_posix())
