"""Packages the function: handler, the user's code, and in bundle mode the model; whole or not at all."""

from __future__ import annotations

import base64
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from build.dist import archive, manifest, workplace
from build.errors import UserError
from build.host import distributions, importable
from build.layer import bytecode
from build.package import lacking, recording, staging
from build.package import model as models
from build.package.given import Given, given
from build.package.process import Process
from build.package.wishes import Wishes
from build.runtimes import OLDEST_WITH_DEFAULTS, RUNTIMES, UNZIPPED_LIMIT, Runtime, architecture, runtime

Say = Callable[[str], None]
COPY = re.compile(rf"model-[0-9a-f]{{12}}\.({'|'.join(models.SUFFIXES.values())})")  # how copies of models are named


class NoLayer(UserError):
    template = (
        "There is no layer in {out}, and a model is only shipped once it was loaded in one.\n"
        "Build it first: invoke build-layer --out {out}"
    )


class RuntimeTooOld(UserError):
    template = (
        "The layer in {out} is for {runtime}, and the handler needs python3.10 or later.\n"
        "Fit the model under a later Python, and build the layer for it: invoke build-layer --python 3.13"
    )


class LayerOfAnotherModel(UserError):
    template = (
        "the layer was cut to a model, and {model} fails in it: {why}.\n"
        "For this model: invoke build-layer --profile {model}"
    )


class FunctionTooLarge(UserError):
    template = (
        "the layer and the function do not fit Lambda: {total:,} of {limit:,} bytes unzipped.\n"
        "The layer has {layer:,}; the function {function:,}, of it the model {model:,}.\n"
        'Try: leave the model out of the zip, invoke package without --bundle-model (mode = "s3").'
    )


@dataclass(frozen=True)
class Package:
    """A function that was packaged."""

    path: Path
    entry: dict  # both as in the manifest
    model: dict
    checked: models.Checked
    compiled: bytecode.Compiled
    recording: recording.Recording
    given: Given


@workplace.one_at_a_time
def package(
    out: Path,
    model: Path,
    *,
    bundle_model: bool = False,
    code: Path | None = None,
    wishes: Wishes = models.NOTHING,
    limit: int = UNZIPPED_LIMIT,
) -> Package:
    """Write ``function-s3.zip`` or ``function-bundle.zip`` in ``out``, a copy of the model beside it, and the manifest.

    Args:
        model: the file of the pickled estimator, or a model folder of MLflow, of which code, example and signature
            are taken over where none are given.
        code: a folder of modules that the model needs; its contents go to the zip's root.
        wishes: what the user says of the model: rows that it was fitted on, its signature, answers that are known.
        limit: bytes that layer and function may have together, unzipped.

    Raises:
        UserError: of this module, of `model`, `given` or `manifest`; nothing in ``out`` was changed then.
    """
    mode = "bundle" if bundle_model else "s3"
    known = manifest.read(out) or {}
    layer = known.get("layer")
    if not layer:
        raise NoLayer(out=out)
    target = runtime(layer["runtime"])
    if target in RUNTIMES[: RUNTIMES.index(runtime(OLDEST_WITH_DEFAULTS))]:
        raise RuntimeTooOld(out=out, runtime=target.name)
    source = given(model, code, wishes)
    code, wishes = source.code, source.wishes
    source.check()  # before the work
    wishes.check()
    with workplace.scratch(out, ".package-") as scratch:
        stage = scratch / "function"
        staging.stage(stage, code)
        packages, uncut, lacks = _packages(out, layer, target)
        whole = lacks.whole
        model = source.model(target, [stage, whole], scratch)
        digest = archive.file_sha256(model)
        checked = models.check(
            model, digest, runtime=target, function=stage, site_packages=whole, scratch=scratch, wishes=wishes
        )
        entry = {
            # by its digest: no file of the user's is called that, and another model is another file
            "path": f"model-{digest[:12]}.{models.SUFFIXES[checked.format]}",
            "sha256": digest,
            "sha256_base64": base64.b64encode(bytes.fromhex(digest)).decode(),
            "bytes": model.stat().st_size,
            "format": checked.format,
            "sklearn_version": layer["packages"].get("scikit-learn"),
            **checked.facts,
        }
        if bundle_model:
            if (stage / entry["path"]).exists():
                raise staging.CodeInTheWay(path=f"{code}/{entry['path']}", name=entry["path"])
            shutil.copyfile(model, stage / entry["path"])
        env = models.environment(model, digest, checked.format, checked.facts.get("trusted", ()))
        recording = _plan(Process(target, stage, uncut, env, scratch), packages, lacks, model, checked)
        compiled = bytecode.compile_tree(stage, "/var/task", target)
        sizes = distributions.sizes(stage)
        _check_size(sum(sizes.values()), layer["unzipped_bytes"], entry["bytes"] if bundle_model else 0, limit)
        made = scratch / f"function-{mode}.zip"
        written = archive.write(made, stage, sizes)
        function = manifest.zip_entry(made, written, layer["runtime"], layer["architecture"])
        shutil.copyfile(model, scratch / entry["path"])
        copies = _copies(out, model, entry)
        workplace.note_placed(scratch, copies)
        with manifest.replacing_function(out, mode, function, entry):
            (scratch / entry["path"]).replace(out / entry["path"])
            made.replace(out / made.name)
        for name in copies:
            if name != entry["path"]:
                (out / name).unlink(missing_ok=True)
    return Package(out / made.name, function, entry, checked, compiled, recording, source)


def _packages(out: Path, layer: dict, target: Runtime) -> tuple[Path, Path, lacking.Layer]:
    """The layer's packages as Lambda has them; before they were cut to a model; and those that it was built without."""
    packages = importable.of_layer(out, layer, target)
    # in a layer that was cut, imports that no plan leads find too little
    uncut = importable.of_versions(out, layer["packages"], target) if "profile" in layer else packages
    without = layer.get("without", {})
    whole = importable.of_versions(out, layer["packages"] | without, target) if without else uncut
    return packages, uncut, lacking.Layer(without, whole, architecture(layer["architecture"]))


def _plan(
    process: Process, packages: Path, lacks: lacking.Layer, model: Path, checked: models.Checked
) -> recording.Recording:
    """Leave in the staged function the plan of what it imports, if there is a safe one."""
    probes = recording.probes(checked.proof.events, checked.facts)
    recorded = lacking.record(process, probes, lacks, model, checked.proof)
    if packages != process.site_packages:
        wrong = recording.check(replace(process, site_packages=packages), probes, recorded)
        if wrong:
            raise LayerOfAnotherModel(model=model, why=wrong)
    return recorded


def _copies(out: Path, model: Path, entry: dict) -> list[str]:
    """The copies of models in a folder, with the one that is to come; but for the user's file, should it be one."""
    found = [path.name for path in out.iterdir() if COPY.fullmatch(path.name)]
    return [name for name in sorted({*found, entry["path"]}) if (out / name).resolve() != model.resolve()]


def _check_size(function: int, layer: int, model: int, limit: int) -> None:
    if function + layer > limit:
        raise FunctionTooLarge(total=function + layer, limit=limit, layer=layer, function=function, model=model)
