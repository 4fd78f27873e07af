"""Shows a layer that was built."""

from __future__ import annotations

from build import runtimes
from build.host.paths import shown
from build.layer.layer import Layer, Order
from build.package.mlflow_folder import Folder
from cli.terminal import megabytes, say, show, warn


def show_layer(layer: Layer, order: Order) -> None:
    """Show what is in a layer, what was left out of it, and how large it is."""
    contents, compiled, entry = layer.contents, layer.compiled, layer.entry
    if layer.cached:
        say("Unchanged: taken from the cache (--no-cache builds it anew)")
    say(f"Checked {layer.libraries} shared libraries: architecture and glibc fit {order.runtime.name}")
    for rule, packages in contents.removed.items():
        say(f"Left out {rule}: {megabytes(sum(packages.values()))}")
    if "without" in entry:
        say(f"Built without {', '.join(f'{name} {version}' for name, version in entry['without'].items())}")
    if not compiled.missing:
        say(f"Bytecode that Lambda can use: {contents.bytecode}")
    for path in compiled.failed:
        say(f"Not valid Python for this runtime, so without bytecode: {path}")
    for name in ("pandas", "scikit-learn"):
        if name in entry["packages"]:
            say(f"{name} {entry['packages'][name]}")
    if compiled.missing:
        warn(f"The layer has no bytecode: {compiled.missing}. Cold starts will take some seconds more.")
    left = runtimes.UNZIPPED_LIMIT - entry["unzipped_bytes"]
    show(
        f"{shown(layer.path)}: {megabytes(entry['zip_bytes'])} zipped, {megabytes(entry['unzipped_bytes'])} unzipped; "
        f"{megabytes(left)} left for the function"
    )


def say_left_out(folder: Folder) -> None:
    """Show which parts of an MLflow model folder are not used."""
    for requirement in folder.left_out:
        say(f"Left out of what MLflow noted: {requirement}")
