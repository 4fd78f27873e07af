"""Packages the function: the handler, the user's code, and in mode bundle the model.

`package` works in three steps: it checks what it was given, plans the function's imports on the checked model, and
packs the zip file. Either all files are put in place, or none.
"""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass, replace
from pathlib import Path

from build.dist import archive, manifest, workplace
from build.dist.entries import LayerEntry, ModelEntry, ZipEntry
from build.errors import UserError
from build.host import distributions, importable
from build.layer import bytecode
from build.package import missing_packages, model_formats, model_source, recording, staging
from build.package import model as models
from build.package.declared import NOTHING, Declared
from build.package.missing_packages import ReducedLayer
from build.package.model_source import ModelSource
from build.package.process import Process
from build.runtimes import OLDEST_WITH_DEFAULTS, RUNTIMES, UNZIPPED_LIMIT, Runtime, architecture, runtime
from build.saying import Say

COPY = re.compile(
    rf"model-[0-9a-f]{{12}}\.({'|'.join(model_formats.SUFFIXES.values())})"
)  # the names of models' copies


class NoLayer(UserError):
    template = (
        "There is no layer in {out}, and a model is only shipped after it was loaded in one.\n"
        "Build it first: invoke build-layer --out {out}"
    )


class RuntimeTooOld(UserError):
    template = (
        "The layer in {out} is for {runtime}, and the handler needs python3.10 or later.\n"
        "Fit the model under a later Python, and build the layer for it: invoke build-layer --python 3.13"
    )


class LayerOfAnotherModel(UserError):
    template = (
        "the layer was trimmed for a model, and {model} fails in it: {why}.\n"
        "To trim it for this model: invoke build-layer --trim-for {model}"
    )


class FunctionTooLarge(UserError):
    template = (
        "the layer and the function do not fit Lambda: {total:,} of {limit:,} bytes unzipped.\n"
        "The layer has {layer:,}. The function has {function:,}, of which the model has {model:,}.\n"
        'Try to leave the model out of the zip file: invoke package without --bundle-model (mode = "s3").'
    )


@dataclass(frozen=True)
class Package:
    """A function that was packaged."""

    path: Path
    entry: ZipEntry  # both entries as in the manifest
    model: ModelEntry
    checked: models.CheckedModel
    compiled: bytecode.Compiled
    recording: recording.Recording
    source: ModelSource


@dataclass(frozen=True)
class _Job:
    """What has to be packaged."""

    out: Path
    mode: manifest.Mode
    layer: LayerEntry
    runtime: Runtime
    source: ModelSource
    limit: int


@dataclass(frozen=True)
class _Planned:
    """A staged function whose model was checked and whose imports are planned."""

    stage: Path
    checked: models.CheckedModel
    recording: recording.Recording


@dataclass(frozen=True)
class _Packed:
    """A zip file that is not in place yet."""

    path: Path
    entry: ZipEntry
    model: ModelEntry
    compiled: bytecode.Compiled


@workplace.one_at_a_time
def package(
    out: Path,
    model: Path,
    *,
    bundle_model: bool = False,
    code: Path | None = None,
    declared: Declared = NOTHING,
    limit: int = UNZIPPED_LIMIT,
    say: Say = lambda step: None,
) -> Package:
    """Write ``function-s3.zip`` or ``function-bundle.zip`` in ``out``, with a copy of the model and the manifest.

    Args:
        model: the file of the pickled estimator, or a model folder of MLflow. The code, the example and the signature
            in that folder are used unless the user declares others.
        code: a folder of modules that the model needs. Its contents go to the root of the zip file.
        declared: what the user declares about the model, such as rows that it was fitted on.
        limit: the bytes that the layer and the function may have together, unzipped.
        say: is called with a line of text when a step begins.

    Raises:
        UserError: one of the errors of this module, `model`, `model_source`, `missing_packages` or `manifest`. Nothing
            in ``out`` has changed then.
    """
    job = _check(out, model_source.read(model, code, declared), "bundle" if bundle_model else "s3", limit)
    with workplace.scratch(out, ".package-") as scratch:
        say("Checking the answers of the model in the layer")
        planned = _plan(job, scratch)
        say("Packing the function")
        packed = _pack(job, planned, scratch)
        path = _place(job, planned.checked, packed, scratch)
    return Package(path, packed.entry, packed.model, planned.checked, packed.compiled, planned.recording, job.source)


def _check(out: Path, source: ModelSource, mode: manifest.Mode, limit: int) -> _Job:
    """Check, before the work begins, that there is a layer, and that all files exist and can be read."""
    layer = manifest.layer(out)
    if not layer:
        raise NoLayer(out=out)
    target = runtime(layer["runtime"])
    if target in RUNTIMES[: RUNTIMES.index(runtime(OLDEST_WITH_DEFAULTS))]:
        raise RuntimeTooOld(out=out, runtime=target.name)
    source.check()
    source.declared.check()
    return _Job(out, mode, layer, target, source, limit)


def _plan(job: _Job, scratch: Path) -> _Planned:
    """Stage the function's files, check the model in them, and plan which modules the function imports."""
    stage = scratch / "function"
    staging.stage(stage, job.source.code)
    packages, untrimmed, reduced = _packages(job)
    checked = models.check(job.source, job.runtime, stage, reduced.whole, scratch)
    process = Process(job.runtime, stage, untrimmed, checked.variables, scratch)
    recorded = missing_packages.record(process, checked.probes, reduced, checked.file, checked.proof)
    if packages != untrimmed:
        wrong = recording.check(replace(process, site_packages=packages), checked.probes, recorded)
        if wrong:
            raise LayerOfAnotherModel(model=checked.file, why=wrong)
    return _Planned(stage, checked, recorded)


def _packages(job: _Job) -> tuple[Path, Path, ReducedLayer]:
    """Return three folders of packages: as Lambda has them, before they were trimmed, and with those left out.

    Imports are recorded in packages that were not trimmed: without a plan, imports in a trimmed layer find too little.
    """
    out, layer = job.out, job.layer
    packages = importable.of_layer(out, layer, job.runtime)
    untrimmed = importable.of_versions(out, layer["packages"], job.runtime) if "trimmed_for" in layer else packages
    without = layer.get("without", {})
    whole = importable.of_versions(out, layer["packages"] | without, job.runtime) if without else untrimmed
    return packages, untrimmed, ReducedLayer(without, whole, architecture(layer["architecture"]))


def _pack(job: _Job, planned: _Planned, scratch: Path) -> _Packed:
    """Compile the staged files and write them into a zip file, with a copy of the model beside it."""
    checked, stage = planned.checked, planned.stage
    model = checked.entry(job.layer["packages"].get("scikit-learn"))
    if job.mode == "bundle":
        if (stage / checked.file_name).exists():
            raise staging.CodeInTheWay(path=f"{job.source.code}/{checked.file_name}", name=checked.file_name)
        shutil.copyfile(checked.file, stage / checked.file_name)
    compiled = bytecode.compile_tree(stage, "/var/task", job.runtime)
    sizes = distributions.sizes(stage)
    _check_size(job, sum(sizes.values()), model["bytes"])
    path = scratch / f"function-{job.mode}.zip"
    written = archive.write(path, stage, sizes)
    entry = manifest.zip_entry(path, written, job.layer["runtime"], job.layer["architecture"])
    shutil.copyfile(checked.file, scratch / checked.file_name)
    return _Packed(path, entry, model, compiled)


def _place(job: _Job, checked: models.CheckedModel, packed: _Packed, scratch: Path) -> Path:
    """Put the zip file and the model's copy in place, and enter them in the manifest; return the zip file's path."""
    out, name = job.out, checked.file_name
    copies = _copies(out, checked)
    workplace.note_placed(scratch, copies)
    with manifest.replacing_function(out, job.mode, packed.entry, packed.model):
        (scratch / name).replace(out / name)
        packed.path.replace(out / packed.path.name)
    for copy in copies:
        if copy != name:
            (out / copy).unlink(missing_ok=True)
    return out / packed.path.name


def _copies(out: Path, checked: models.CheckedModel) -> list[str]:
    """Return the names of the models' copies in a folder, with the new one. The user's own file is not among them."""
    there = [path.name for path in out.iterdir() if COPY.fullmatch(path.name)]
    names = sorted({*there, checked.file_name})
    return [name for name in names if (out / name).resolve() != checked.file.resolve()]


def _check_size(job: _Job, function: int, model: int) -> None:
    """Check that the layer and the function fit Lambda together."""
    layer = job.layer["unzipped_bytes"]
    if function + layer > job.limit:
        bundled = model if job.mode == "bundle" else 0
        raise FunctionTooLarge(total=function + layer, limit=job.limit, layer=layer, function=function, model=bundled)
