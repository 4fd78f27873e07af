"""Builds the layer from requirements, and enters it in the manifest. Either all of its files are put in place, or none.

The work has three steps: the order is checked here, `tree` installs the packages and plans what the layer will hold,
and `packing` writes the zip file. A layer that was built from the same inputs before is taken from the cache.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import asdict, dataclass, replace
from datetime import date
from importlib import metadata
from pathlib import Path
from tempfile import TemporaryDirectory

from build import builders
from build.dist import contents, manifest, workplace
from build.errors import UserError
from build.host import cache, interpreters
from build.host.paths import shown
from build.layer import bytecode, packing, slimming
from build.layer import tree as trees
from build.layer.order import Layer, Order
from build.layer.packing import LayerTooLarge
from build.layer.tree import NothingInstalled
from build.requirements import defaults as own
from build.requirements import local_projects, lockfile
from build.requirements.lockfile import Lock
from build.saying import Say

__all__ = ["Layer", "LayerTooLarge", "NothingInstalled", "OnlyWithTrimFor", "Order", "build"]

LAYERS, WHEELS = "layers", "wheels"  # folders of the cache
FACTS = "layer.json"  # a file that the cache keeps beside those of the layer


class OnlyWithTrimFor(UserError):
    template = "{option} is only for --trim-for MODEL: it tells how to trim the layer. Leave it out, or name a model."


@dataclass(frozen=True)
class _Job:
    """An order that was checked."""

    order: Order
    requirements: Path
    named: Collection[str]  # the packages that the requirements name themselves
    builder: builders.Builder


def build(out: Path, order: Order, say: Say = print) -> Layer:
    """Build ``layer-<runtime>-<architecture>.zip`` in the folder ``out`` and enter it in the manifest.

    A list of its contents (`contents`) and its bill of materials (`sbom`) are written beside it.

    Raises:
        UserError: of this module, `builders`, `elf`, `manifest`, `requirements`, `slimming`, `tree` or `packing`.
            Nothing in ``out`` has changed then.
    """
    job = _check(out, order, say)
    out.mkdir(parents=True, exist_ok=True)
    with (
        workplace.alone(out, say),
        workplace.scratch(out, ".layer-") as scratch,
        TemporaryDirectory(prefix="requirements-") as rewritten,
    ):
        requirements = _with_wheels(job, out, Path(rewritten))
        identity, lock = _identity(requirements, job.builder)
        kept, key = out / cache.FOLDER / LAYERS, identity and _key(identity, order, job.builder)
        files = cache.fetch(kept, key, scratch) if order.use_cache and key else None
        if files is None:
            lock = lock or job.builder.resolve(requirements)
            layer = _make(job, trees.Requirements(requirements, lock, job.named), out, scratch, say)
            files = [path for path in scratch.iterdir() if path.is_file()]
            if key:
                cache.keep(kept, key, {path.name: path for path in files})
        else:
            layer = _recall(scratch)
        return _place(layer, files, out, say)


def _check(out: Path, order: Order, say: Say) -> _Job:
    """Check the order before the work begins, and tell the user what is remarkable about it."""
    runtime = order.runtime
    requirements = own.select(order.requirements, runtime)
    named = own.named(requirements) if order.without else set()
    slimming.check(order.keep)
    if order.trim_for:
        order.trim_for.check()
    manifest.read(out)  # raises if it is broken
    if runtime.end_of_support < date.today():
        say(f"Note: AWS ended the support of {runtime.name} on {runtime.end_of_support}.")
    if not own.has_hashes(requirements):
        say(f"Note: {requirements} has no hashes, so the build accepts whatever files the index delivers.")
    builder, why = builders.choose(order.builder, order.image, runtime, order.architecture)
    say(f"Builder: {why}")
    return _Job(order, requirements, named, builder)


def _with_wheels(job: _Job, out: Path, folder: Path) -> Path:
    """Return the requirements with wheels in the place of local projects."""
    builder = job.builder
    rewriting = local_projects.Rewriting(
        out / cache.FOLDER / WHEELS, builder.identity(), builder.build_wheel, builder.compiles_for_lambda
    )
    return local_projects.as_wheels(job.requirements, folder, rewriting)


def _identity(requirements: Path, builder: builders.Builder) -> tuple[str | None, Lock | None]:
    """Return what identifies the packages that will be installed, and the lock that was resolved to find it out.

    Unless the requirements have digests, an index may deliver other files today than it did yesterday. So the
    requirements are resolved first.
    """
    identity = own.identity(requirements)
    if identity is not None:
        return identity, None
    lock = builder.resolve(requirements)
    return (lock.identity() if lock else None), lock


def _make(job: _Job, requirements: trees.Requirements, out: Path, scratch: Path, say: Say) -> Layer:
    """Make the layer's files in ``scratch``."""
    with TemporaryDirectory(dir=scratch, prefix=".tree-") as folder:
        say("Installing the packages")
        tree = trees.install(Path(folder), requirements, job.order, job.builder, scratch)
        trim_for = job.order.trim_for
        say(f"Packing the layer, trimmed for {shown(trim_for.model)}" if trim_for else "Packing the layer")
        layer = packing.pack(tree, job.order, job.builder, out, scratch)
    facts = {"entry": layer.entry, "compiled": asdict(layer.compiled), "libraries": layer.libraries}
    (scratch / FACTS).write_text(json.dumps(facts), encoding="utf-8")
    return layer


def _recall(scratch: Path) -> Layer:
    """Return the layer whose files the cache has copied to ``scratch``."""
    facts = json.loads((scratch / FACTS).read_text(encoding="utf-8"))
    compiled = bytecode.Compiled.read(facts["compiled"])
    path = scratch / facts["entry"]["path"]
    held = contents.read(contents.path_of(path))
    return Layer(path, facts["entry"], compiled, facts["libraries"], held, cached=True)


def _place(layer: Layer, files: list[Path], out: Path, say: Say) -> Layer:
    """Put the files in place, and enter the layer in the manifest."""
    had_functions = bool(manifest.functions(out))
    with manifest.replacing_layer(out, layer.entry):
        (out / lockfile.NAME).unlink(missing_ok=True)  # it belongs to the layer that is replaced
        for path in files:
            if path.name != FACTS:
                path.replace(out / path.name)
    if had_functions and not manifest.functions(out):
        say("Note: the function in that folder was packaged for another layer. Package it again: invoke package.")
    return replace(layer, path=out / layer.path.name)


def _key(identity: str, order: Order, builder: builders.Builder) -> str:
    """Return a digest of everything that the layer's bytes depend on."""
    interpreter = interpreters.find(order.runtime.python)
    version = interpreters.version(interpreter) if interpreter else None
    tools = [metadata.version(name) for name in ("uv", "deflate", "cyclonedx-python-lib")]
    facts = (
        identity,
        order.runtime,
        order.architecture,
        sorted(order.keep),
        sorted(order.without),
        order.limit,
        order.trim_for and order.trim_for.inputs(),
        builder.identity(),
        version,
        tools,
    )
    return cache.key(facts)
