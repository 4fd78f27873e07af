"""Shows that a model does not need the packages that its layer was built without, or says what needs one of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from build.errors import UserError
from build.layer import dependencies
from build.package import recording
from build.package.process import Process
from build.package.proof import Proof
from build.runtimes import Architecture

# These modules import what the model's file names
LOADERS = ("serving.loading.formats", "pickle", "joblib.numpy_pickle", "cloudpickle", "skops")
# These packages only check whether other packages are there, and work without them
ASK_ONLY = ("sklearn", "scipy", "numpy", "joblib", "narwhals", "threadpoolctl")
HANDLER = ("handler", "serving")
# Take time zones from the package tzdata alone: this machine may have more of them than Lambda
ZONES = {"PYTHONTZPATH": ""}


class PackageWanted(UserError):
    template = (
        "{model} needs {package}, which the layer was built without: {why}.\n"
        "Build the layer with {package} in it: invoke build-layer, without the option --without."
    )


class AnswersOtherwise(UserError):
    template = (
        "{model} gives other answers in the layer than in one that has {packages}: {why}.\n"
        "Build the layer with them: invoke build-layer, without the option --without."
    )


@dataclass(frozen=True)
class ReducedLayer:
    """A layer that was built without some packages."""

    without: Mapping[str, str]  # the versions of these packages, as in the manifest
    whole: Path  # site-packages that include them
    architecture: Architecture


def record(
    process: Process, probes: Sequence[Any], layer: ReducedLayer, model: Path, proof: Proof
) -> recording.Recording:
    """Record what the model uses in the layer, and show that it answers there as it does with the missing packages.

    Args:
        process: a process that sees the layer.
        probes: as for `recording.record`.

    Raises:
        PackageWanted, AnswersOtherwise
    """
    if not layer.without:
        return recording.record(process, probes)
    if "pandas" in layer.without and proof.takes_pandas:
        raise PackageWanted(model=model, package="pandas", why=_why_pandas(proof))
    zoned = replace(process, env={**process.env, **(ZONES if "tzdata" in layer.without else {})})
    expected = recording.observe(replace(zoned, site_packages=layer.whole), "eager", probes)["answers"]
    try:
        recorded = recording.record(zoned, probes)
    except recording.DoesNotLoad as error:
        raise _refusal(layer, process, model, proof, error.missing, str(error)) from error
    if not recording.same(recorded.answers, expected):
        failed = (answer for answer in recorded.answers if "predictions" not in answer)
        raise _refusal(layer, process, model, proof, recorded.missing, next(failed, "it gives other predictions"))
    for package, asking in _asking(layer, process, recorded.missing):
        own = [module for module in asking if _is_own(process, module)]
        if own:  # the rows that were tried had the same answers; nothing is known about other rows
            why = f"{' and '.join(own)} of the model's own code may answer otherwise where it cannot import it"
            raise PackageWanted(model=model, package=package, why=why)
    return recorded


def _refusal(
    layer: ReducedLayer,
    process: Process,
    model: Path,
    proof: Proof,
    missing: Mapping[str, Sequence[str]],
    error: str,
) -> UserError:
    """Return the error for a model that fails without the packages.

    Args:
        missing: the top-level modules that were not found, with the modules that asked for them.
        error: the model's own error.
    """
    for package, modules in _asking(layer, process, missing):
        asking = [
            module for module in modules if module.startswith(LOADERS) or module.partition(".")[0] not in ASK_ONLY
        ]
        if asking:
            return PackageWanted(model=model, package=package, why=_why(package, asking, proof))
    return AnswersOtherwise(model=model, packages=", ".join(layer.without), why=error)


def _asking(
    layer: ReducedLayer, process: Process, missing: Mapping[str, Sequence[str]]
) -> Iterator[tuple[str, Sequence[str]]]:
    """Yield each missing package with the modules that asked for one of its modules."""
    files = dependencies.read(layer.whole, process.runtime, layer.architecture).files
    for package in layer.without:
        tops = {path.partition("/")[0].partition(".")[0] for path in files.get(package, ())}
        yield package, sorted({module for top in tops for module in missing.get(top, ())})


def _is_own(process: Process, module: str) -> bool:
    """Return whether a module is part of --code, whose files are beside the handler's."""
    top = module.partition(".")[0]
    return top not in HANDLER and any((process.function / name).exists() for name in (top, f"{top}.py"))


def _why(package: str, asking: Sequence[str], proof: Proof) -> str:
    """Return why the model needs a package, by the modules that imported it."""
    if any(module.startswith(LOADERS) for module in asking):
        return f"the model's file holds objects of {package}"
    if any(module.startswith("serving.") for module in asking):
        return _why_pandas(proof) if package == "pandas" else "the handler reads or answers its requests with it"
    return f"{' and '.join(asking)} import{'s' if len(asking) == 1 else ''} it"


def _why_pandas(proof: Proof) -> str:
    return f"rows reach the model as a pandas DataFrame ({proof.frame.why_not})"
