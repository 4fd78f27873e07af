"""Shows that a model does without the packages that its layer was built without, or says what in it wants one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from build.errors import UserError
from build.layer import dependencies
from build.package import recording
from build.package.process import Process
from build.package.proof import Proof
from build.runtimes import Architecture

# These import what a model's file names
LOADERS = ("serving.loading.formats", "pickle", "joblib.numpy_pickle", "cloudpickle", "skops")
# These look whether other packages are there, and do without them
ASK_ONLY = ("sklearn", "scipy", "numpy", "joblib", "narwhals", "threadpoolctl")
HANDLER = ("handler", "serving")
ZONES = {"PYTHONTZPATH": ""}  # time zones of the package tzdata: this machine may have more than Lambda


class PackageWanted(UserError):
    template = (
        "{model} needs {package}, which the layer was built without: {why}.\n"
        "Build the layer with {package} in it: invoke build-layer, without the option --without."
    )


class AnswersOtherwise(UserError):
    template = (
        "{model} does not answer in the layer as in one that has {packages}: {why}.\n"
        "Build the layer with them: invoke build-layer, without the option --without."
    )


@dataclass(frozen=True)
class Layer:
    """A layer that was built without packages."""

    without: Mapping[str, str]  # versions by package, as in the manifest
    whole: Path  # site-packages that have them
    architecture: Architecture


def record(process: Process, probes: list, layer: Layer, model: Path, proved: Proof) -> recording.Recording:
    """Record what the model uses in the layer, and show that it answers there as with the packages that are not there.

    Args:
        process: sees the layer.
        probes: as of `recording.record`.

    Raises:
        PackageWanted, AnswersOtherwise
    """
    if not layer.without:
        return recording.record(process, probes)
    if "pandas" in layer.without and proved.takes_pandas:
        raise PackageWanted(model=model, package="pandas", why=_of_frame(proved))
    zoned = replace(process, env={**process.env, **(ZONES if "tzdata" in layer.without else {})})
    known = recording.phase(replace(zoned, site_packages=layer.whole), "eager", probes)["answers"]
    try:
        found = recording.record(zoned, probes)
    except recording.DoesNotLoad as error:
        raise _wanted(layer, process, model, proved, error.missing, str(error)) from error
    if not recording.same(found.answers, known):
        said = next((each for each in found.answers if "predictions" not in each), "it gives other predictions")
        raise _wanted(layer, process, model, proved, found.missing, said)
    for package, asking in _asking(layer, process, found.missing):
        own = [each for each in asking if _is_own(process, each)]
        if own:  # these rows were answered alike, and nobody knows of others
            why = f"{' and '.join(own)} of the model's own code may answer otherwise where it cannot import it"
            raise PackageWanted(model=model, package=package, why=why)
    return found


def _wanted(
    layer: Layer, process: Process, model: Path, proved: Proof, missing: Mapping[str, Sequence[str]], said: str
) -> UserError:
    """What to say of modules that were asked for and not found.

    Args:
        missing: by name, the modules that asked for them.
        said: what the model's own error is.
    """
    for package, asked in _asking(layer, process, missing):
        asking = [each for each in asked if each.startswith(LOADERS) or each.partition(".")[0] not in ASK_ONLY]
        if asking:
            return PackageWanted(model=model, package=package, why=_why(package, asking, proved))
    return AnswersOtherwise(model=model, packages=", ".join(layer.without), why=said)


def _asking(
    layer: Layer, process: Process, missing: Mapping[str, Sequence[str]]
) -> Iterator[tuple[str, Sequence[str]]]:
    """The packages that are not there, each with the modules that asked for one of its own."""
    files = dependencies.read(layer.whole, process.runtime, layer.architecture).files
    for package in layer.without:
        tops = {path.partition("/")[0].partition(".")[0] for path in files.get(package, ())}
        yield package, sorted({each for top in tops for each in missing.get(top, ())})


def _is_own(process: Process, module: str) -> bool:
    """Whether a module is of --code, whose files are beside the handler's."""
    top = module.partition(".")[0]
    return top not in HANDLER and any((process.function / name).exists() for name in (top, f"{top}.py"))


def _why(package: str, asking: Sequence[str], proved: Proof) -> str:
    if any(each.startswith(LOADERS) for each in asking):
        return f"the model's file holds objects of {package}"
    if any(each.startswith("serving.") for each in asking):
        return _of_frame(proved) if package == "pandas" else "the handler reads or answers its requests with it"
    return f"{' and '.join(asking)} import{'s' if len(asking) == 1 else ''} it"


def _of_frame(proved: Proof) -> str:
    return f"rows reach the model as a pandas DataFrame ({proved.frame.why_not})"
