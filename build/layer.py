"""Builds the layer: requirements in, a zip and its manifest entry out, whole or not at all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from build import archive, builders, bytecode, distributions, elf, manifest, slimming
from build import requirements as own
from build.errors import UserError
from build.runtimes import UNZIPPED_LIMIT, Architecture, Runtime

BIGGEST = 10

Say = Callable[[str], None]


class LayerTooLarge(UserError):
    template = (
        "the layer does not fit Lambda: {size:,} of {limit:,} bytes unzipped, {over:,} too many, before any function.\n"
        "The ten biggest packages:\n{table}\n"
        "Try: leave out what the model does not need (--requirements FILE)."
    )


@dataclass(frozen=True)
class Layer:
    """A layer that was built."""

    path: Path
    entry: dict  # as in the manifest
    compiled: bytecode.Compiled
    libraries: int  # shared libraries that were checked


def build(
    out: Path,
    runtime: Runtime,
    architecture: Architecture,
    *,
    requirements: Path | None = None,
    builder: str = "auto",
    image: str | None = None,
    say: Say = print,
) -> Layer:
    """Build ``layer-<runtime>-<architecture>.zip`` in the folder ``out`` and enter it in the manifest.

    Raises:
        UserError: of this module, `builders`, `elf`, `manifest` or `requirements`; nothing in ``out`` was changed then.
    """
    requirements = own.select(requirements, runtime)
    manifest.read(out)  # a broken one is met before the work, not after
    if runtime.end_of_support < date.today():
        say(f"Note: AWS ended the support of {runtime.name} on {runtime.end_of_support}.")
    chosen, why = builders.choose(builder, image, runtime, architecture)
    say(f"Builder: {why}")
    out.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=out, prefix=".layer-") as name:
        # Not resolved by uv or pip against anything but this target, and never twice into one folder.
        tree = Path(name) / "site-packages"
        tree.mkdir()
        chosen.install(requirements, tree)
        found = distributions.read(tree)
        libraries = elf.check(tree, found, runtime, architecture)
        slimming.slim(tree)
        compiled = bytecode.compile_tree(tree, f"/opt/{runtime.site_packages}", runtime, chosen.python)
        sizes = distributions.sizes(tree)
        _check_size(sizes, found)
        path = out / f"layer-{runtime.name}-{architecture.name}.zip"
        manifest.drop_layer(out)
        written = archive.write(path, {f"{runtime.site_packages}/{each}": tree / each for each in sizes})
    entry = manifest.zip_entry(path, written, runtime.name, architecture.name) | {"packages": found.versions}
    manifest.record_layer(out, entry)
    return Layer(path, entry, compiled, libraries)


def _check_size(sizes: dict[str, int], found: distributions.Distributions) -> None:
    size = sum(sizes.values())
    if size <= UNZIPPED_LIMIT:
        return
    biggest = found.bytes_by_owner(sizes).most_common(BIGGEST)
    width = max(len(name) for name, _ in biggest)
    table = "\n".join(f"  {name:<{width}}  {count:>12,}  {count / size:6.1%}" for name, count in biggest)
    raise LayerTooLarge(size=size, limit=UNZIPPED_LIMIT, over=size - UNZIPPED_LIMIT, table=table)
