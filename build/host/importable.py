"""Provides a layer's packages in folders from which the runtime's interpreter can import them on this machine."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Mapping, Sequence
from pathlib import Path

from build.builders import uv
from build.dist import archive
from build.dist.entries import LayerEntry
from build.errors import UserError
from build.host import cache, commands, interpreters
from build.layer import bytecode
from build.runtimes import Architecture, Runtime, architecture, host_architecture

TREES = Path(cache.FOLDER, "trees")
KEPT = 4  # trees; each has about 300 MB, and packaging uses three at most
TARGET = Path(__file__).parents[1] / "target"


class LayerChanged(UserError):
    template = "{path} is not the file that the manifest describes. Build it again: invoke build-layer"


def of_layer(out: Path, entry: LayerEntry, runtime: Runtime) -> Path:
    """Return the site-packages of a built layer, in the cache of ``out``.

    These are the layer's own files if they run on this machine, and otherwise the same versions for this machine.

    Args:
        entry: the layer's part of the manifest in ``out``.

    Raises:
        LayerChanged: the layer's zip file is not the one in the manifest.
    """
    path = out / entry["path"]
    if not path.is_file() or archive.file_sha256(path) != entry["sha256"]:
        raise LayerChanged(path=path)
    if not runs_here(architecture(entry["architecture"])):
        return of_versions(out, entry["packages"], runtime)

    def unpack(folder: Path) -> None:
        archive.unpack(path, folder)

    return cache.make(out / TREES, entry["sha256"], unpack, KEPT) / runtime.site_packages


def runs_here(target: Architecture) -> bool:
    """Return whether a layer's own files run on this machine."""
    return platform.system() == "Linux" and target == host_architecture()


def of_versions(out: Path, versions: Mapping[str, str], runtime: Runtime) -> Path:
    """Return a folder in the cache of ``out`` with these versions of packages, for that Python and this machine."""
    pins = "".join(f"{name}=={version}\n" for name, version in sorted(versions.items()))

    def install(folder: Path) -> None:
        path = folder / "requirements.txt"
        path.write_text(pins, encoding="utf-8")
        tree = of_requirements(path, runtime, folder, ["--no-deps"])
        bytecode.compile_tree(tree, f"/opt/{runtime.site_packages}", runtime)

    name = hashlib.sha256(f"{runtime.name}\n{pins}".encode()).hexdigest()
    return cache.make(out / TREES, name, install, KEPT) / "site-packages"


def of_requirements(requirements: Path, runtime: Runtime, folder: Path, options: Sequence[str] = ()) -> Path:
    """Install packages for that Python and this machine in ``folder``, and return their site-packages."""
    tree = folder / "site-packages"
    uv.install(requirements, tree, ["--python-version", runtime.python, "--only-binary", ":all:", *options])
    return tree


def run(runtime: Runtime, script: str, arguments: Sequence[object], see: Sequence[Path], env: dict[str, str]) -> None:
    """Run a script of build/target under the runtime's interpreter.

    Args:
        see: the folders that the script can import from.
        env: environment variables. None of this process's own are passed on.

    Raises:
        InterpreterMissing: this machine does not have that Python.
        CommandFailed: the script failed in a way that it did not expect.
    """
    interpreter = interpreters.require(runtime, f"Running a model for {runtime.name}")
    path = ":".join(str(folder.resolve()) for folder in see)
    libraries = ":".join(
        str(library_folder) for folder in see for library_folder in interpreters.library_folders(folder.resolve())
    )
    clean = {
        "PYTHONPATH": path,
        "LD_LIBRARY_PATH": libraries,
        "PYTHONHASHSEED": "0",
        "HOME": "/tmp",
        "LANG": "C.UTF-8",
        **env,
    }
    commands.run([interpreter, "-S", "-s", "-B", TARGET / script, *map(str, arguments)], env=clean)
