"""Unpacks a packaged function as Lambda would have it on its disk, without a deployment."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TypedDict, cast

from build.dist import archive, manifest
from build.dist.entries import LayerEntry, ModelEntry, ZipEntry
from build.errors import UserError
from build.host import importable
from build.package import handler_variables
from build.runtimes import architecture, runtime
from local.deployed import Deployed


class NotPackaged(UserError):
    template = "{out} has no layer, function and model. Run: invoke build-layer, then invoke package --model model.pkl."


class NotOfThisMachine(UserError):
    template = "The layer in {out} is for {architecture}, which does not run on this machine."


class Entries(TypedDict):
    """The manifest's entries for a folder that has a layer, a function and a model."""

    runtime: str
    architecture: str
    layer: LayerEntry
    functions: dict[str, ZipEntry]  # by mode
    model: ModelEntry


def read(out: Path) -> Entries:
    """Read the manifest, which has a layer, a function and a model.

    Raises:
        NotPackaged: one of them is missing.
        NotOfThisMachine
    """
    contents = manifest.read(out)
    if contents is None or not all(contents.get(name) for name in ("layer", "functions", "model")):
        raise NotPackaged(out=out)
    entries = cast("Entries", contents)
    if not importable.runs_here(architecture(entries["architecture"])):
        raise NotOfThisMachine(out=out, architecture=entries["architecture"])
    return entries


def unpack(
    out: Path, entries: Entries, mode: str, folder: Path, variables: Mapping[str, str], memory_size: int
) -> Deployed:
    """Unpack the function of a mode into a new folder.

    Args:
        entries: the manifest in ``out``.
        variables: MODEL_FILE, or MODEL_BUCKET and MODEL_KEY, which name the place of the model.
    """
    model, target = entries["model"], runtime(entries["runtime"])
    archive.unpack(out / entries["functions"][mode]["path"], folder)
    variables = {**handler_variables.of_entry(model), **variables}
    site_packages = importable.of_layer(out, entries["layer"], target)
    layers = site_packages.parents[len(Path(target.site_packages).parts) - 1]
    return Deployed.of(folder, layers, target, variables, memory_size)
