"""A packaged function as Lambda would have it on its disk, without any deployment."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from build.dist import archive, manifest
from build.errors import UserError
from build.host import importable
from build.runtimes import architecture, runtime
from local.deployed import Deployed


class NotPackaged(UserError):
    template = "{out} has no layer, function and model. Run: invoke build-layer, then invoke package --model model.pkl."


class NotOfThisMachine(UserError):
    template = "The layer in {out} is for {architecture}, which does not run on this machine."


def read(out: Path) -> dict:
    """The manifest of what is packaged.

    Raises:
        NotPackaged: layer, function or model is not there.
        NotOfThisMachine
    """
    known = manifest.read(out) or {}
    if not all(known.get(part) for part in ("layer", "functions", "model")):
        raise NotPackaged(out=out)
    if not importable.runs_here(architecture(known["architecture"])):
        raise NotOfThisMachine(out=out, architecture=known["architecture"])
    return known


def unpack(out: Path, known: dict, mode: str, folder: Path, where: Mapping[str, str], memory_size: int) -> Deployed:
    """The function of a mode, in a new folder.

    Args:
        known: the manifest in ``out``.
        where: the variables that say where the model is: MODEL_FILE, or MODEL_BUCKET and MODEL_KEY.
    """
    model, target = known["model"], runtime(known["runtime"])
    archive.unpack(out / known["functions"][mode]["path"], folder)
    variables = {"MODEL_SHA256": model["sha256"], "MODEL_FORMAT": model["format"], **where}
    if model["sklearn_version"]:
        variables["MODEL_SKLEARN_VERSION"] = model["sklearn_version"]
    if model.get("trusted"):
        variables["MODEL_TRUSTED"] = ",".join(model["trusted"])
    site_packages = importable.of_layer(out, known["layer"], target)
    layers = site_packages.parents[len(Path(target.site_packages).parts) - 1]
    return Deployed.of(folder, layers, target, variables, memory_size)
