"""What the target's interpreter can import: folders with the layer's packages that run on this machine."""

from __future__ import annotations

import platform
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from build import archive, commands, interpreters
from build.builders import uv
from build.errors import UserError
from build.runtimes import Runtime, architecture, host_architecture

TARGET = Path(__file__).with_name("target")


class LayerChanged(UserError):
    template = "{path} is not the file that the manifest tells of. Build it anew: invoke build-layer"


def of_layer(out: Path, entry: dict, runtime: Runtime, folder: Path) -> Path:
    """The site-packages of a built layer, in ``folder``.

    The layer's own files where they run here; on another system or architecture the same versions, for this machine.

    Args:
        entry: the layer's part of the manifest in ``out``.
    """
    path = out / entry["path"]
    if not path.is_file() or archive.file_sha256(path) != entry["sha256"]:
        raise LayerChanged(path=path)
    if platform.system() == "Linux" and architecture(entry["architecture"]) == host_architecture():
        with zipfile.ZipFile(path) as packed:
            packed.extractall(folder)
        return folder / runtime.site_packages
    return of_versions(entry["packages"], runtime, folder)


def of_versions(packages: Mapping[str, str], runtime: Runtime, folder: Path) -> Path:
    """Those packages, by name and version, installed for that Python and this machine, in ``folder``."""
    pins = folder / "requirements.txt"
    pins.write_text("".join(f"{name}=={version}\n" for name, version in packages.items()), encoding="utf-8")
    return of_requirements(pins, runtime, folder, ["--no-deps"])


def of_requirements(requirements: Path, runtime: Runtime, folder: Path, options: Sequence[str] = ()) -> Path:
    """Packages installed for that Python and this machine, in ``folder``."""
    tree = folder / "site-packages"
    uv.install(requirements, tree, ["--python-version", runtime.python, "--only-binary", ":all:", *options])
    return tree


def run(runtime: Runtime, script: str, arguments: Sequence[object], see: Sequence[Path], env: dict[str, str]) -> None:
    """Run a script of ``target/`` under the runtime's interpreter, which sees the folders ``see`` and nothing else.

    Raises:
        InterpreterMissing: this machine has no such Python.
        CommandFailed: the script failed in a way that it did not foresee.
    """
    interpreter = interpreters.require(runtime, f"Running a model for {runtime.name}")
    path = ":".join(str(folder.resolve()) for folder in see)
    clean = {"PYTHONPATH": path, "HOME": "/tmp", "LANG": "C.UTF-8", **env}
    commands.run([interpreter, "-S", "-s", "-B", TARGET / script, *map(str, arguments)], env=clean)
