"""Shows a packaged model: what it takes and returns, and what packaging has proved about it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.table import Table

from build.host.paths import shown
from build.package import signatures
from build.package.function import Package
from build.package.proof import Proof
from cli.printing.layer import say_left_out
from cli.terminal import megabytes, say, show, warn

ANSWER = 60  # the most characters of an answer that are shown


def show_package(package: Package) -> None:
    """Show what was packaged, what was proved about it, and how large it is."""
    model, proof, recording = package.model, package.checked.proof, package.recording
    _say_folder(package)
    show_signature(model)
    if model.get("trusted"):
        say(f"skops does not know these types, and the function will make them: {', '.join(model['trusted'])}")
    if proof.predictions:
        answer = str(proof.predictions)[:ANSWER]
        say(f"It answers {proof.tried} requests of all forms as the estimator itself: {answer}")
    else:
        warn(f"No answer was tried: {proof.why_not}. Give rows: --example FILE")
    _say_faster_ways(proof, model)
    if recording.plan:
        used, imported = len(recording.modules), recording.plain
        say(f"Its answers use {used:,} of the {imported:,} modules that it imports. The others are imported on demand.")
    else:
        say(f"It imports all its modules at init: {recording.why_not}")
    for path in package.compiled.failed:
        warn(f"Not valid Python for this runtime: {path}")
    if package.compiled.missing:
        warn(f"The function has no bytecode: {package.compiled.missing}.")
    zipped, unzipped = (megabytes(package.entry[key]) for key in ("zip_bytes", "unzipped_bytes"))
    show(f"{shown(package.path)}: {zipped} zipped, {unzipped} unzipped")
    show(f"The model: {megabytes(model['bytes'])}, SHA-256 {model['sha256']}")


def show_signature(model: Mapping[str, Any]) -> None:
    """Show what a model is, takes and returns, from its part of the manifest."""
    signature = model["signature"]
    say(f"{model['estimator']}, scikit-learn {model['sklearn_version']}")
    say(f"What it takes is known from {signature.get('source', 'the estimator')}:")
    table = Table("column", "takes", "held as", "null becomes", "categories", title="Input")
    for column in signatures.columns(signature["inputs"]):
        table.add_row(*column)
    show(table)
    outputs = signature.get("outputs", {})
    for method in signature["methods"]:
        output = f" -> {outputs[method]['type']}, shape {outputs[method]['shape']}" if method in outputs else ""
        show(f"{method}{output}{' (default)' if method == signature['method'] else ''}")
    if signature.get("classes"):
        show(f"classes: {', '.join(map(str, signature['classes']))}")


def _say_folder(package: Package) -> None:
    folder, runtime = package.source.folder, package.entry["runtime"]
    if folder is None:
        return
    say(f"Taken over from the MLflow model folder: {', '.join(package.source.taken_over())}")
    say_left_out(folder)
    if folder.python not in (None, runtime.removeprefix("python")):
        warn(f"MLflow logged it under Python {folder.python}; the layer is for {runtime}.")


def _say_faster_ways(proof: Proof, model: Mapping[str, Any]) -> None:
    """Show which of the faster ways to predict that packaging has tried are used."""
    if proof.threads:
        same, names = proof.threads["same"], ", ".join(proof.threads["estimators"])
        if same:
            say(f"With n_jobs=None it answers the same {same}, so one thread answers a single row: {names}")
        else:
            say(f"With n_jobs=None it would answer otherwise, so n_jobs stays as it is: {names}")
    if isinstance(model["signature"]["inputs"], list):
        say(f"Rows reach it as {proof.frame}")
