"""Builds the layer: requirements in, a zip and its manifest entry out, whole or not at all."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Collection
from dataclasses import asdict, dataclass
from datetime import date
from importlib import metadata
from pathlib import Path
from tempfile import TemporaryDirectory

from build import builders
from build.dist import archive, contents, manifest, sbom, workplace
from build.dist.contents import Contents
from build.errors import UserError
from build.host import cache, distributions, importable, interpreters
from build.layer import budget, bytecode, libraries, lighter, slimming, trim, units, without
from build.layer.trim import Profile
from build.package import lacking
from build.requirements import defaults as own
from build.requirements import local_projects, lockfile
from build.requirements.lockfile import Lock
from build.runtimes import UNZIPPED_LIMIT, Architecture, Runtime

BIGGEST = 10
LAYERS, PARTS, WHEELS = "layers", "parts", "wheels"  # folders of the cache
FACTS = "layer.json"  # what the cache keeps beside the files

Say = Callable[[str], None]


class NothingInstalled(UserError):
    template = "{requirements} names no package, so there is nothing to put into a layer."


class LayerTooLarge(UserError):
    template = (
        "the layer does not fit Lambda: {size:,} of {limit:,} bytes unzipped, {over:,} too many, before any function.\n"
        "The ten biggest packages:\n{table}\n{lighter}"
        "Try: cut it to the model (--profile MODEL), or leave out what it does not need (--without PACKAGE)."
    )


class OnlyWithProfile(UserError):
    template = "{option} is for --profile MODEL: it tells how to cut the layer."


@dataclass(frozen=True)
class Layer:
    """A layer that was built."""

    path: Path
    entry: dict  # as in the manifest
    compiled: bytecode.Compiled
    libraries: int  # shared libraries that were checked
    contents: Contents
    cached: bool = False  # whether it was built before


@dataclass(frozen=True)
class Order:
    """What to build."""

    runtime: Runtime
    architecture: Architecture
    requirements: Path | None = None  # None: the project's own
    builder: str = "auto"
    image: str | None = None
    keep: Collection[str] = ()  # slimming rules to leave out
    without: Collection[str] = ()  # packages to leave out, with what nothing else requires
    use_cache: bool = True
    profile: Profile | None = None  # None: whole
    limit: int = UNZIPPED_LIMIT  # bytes that layer and function may have together


def build(out: Path, order: Order, say: Say = print) -> Layer:
    """Build ``layer-<runtime>-<architecture>.zip`` in the folder ``out`` and enter it in the manifest.

    Beside it come what it holds (`contents`) and its bill of materials (`sbom`).

    Raises:
        UserError: of this module, `builders`, `elf`, `manifest`, `requirements` or `slimming`; nothing in ``out`` was
            changed then.
    """
    runtime, architecture = order.runtime, order.architecture
    requirements = own.select(order.requirements, runtime)
    stay = own.named(requirements) if order.without else set()
    slimming.check(order.keep)
    if order.profile:
        order.profile.check()
    manifest.read(out)  # a broken one is met before the work, not after
    if runtime.end_of_support < date.today():
        say(f"Note: AWS ended the support of {runtime.name} on {runtime.end_of_support}.")
    if not own.has_hashes(requirements):
        say(f"Note: {requirements} has no hashes, so what the index delivers is taken as it is.")
    builder, why = builders.choose(order.builder, order.image, runtime, architecture)
    say(f"Builder: {why}")
    out.mkdir(parents=True, exist_ok=True)
    with (
        workplace.alone(out, say),
        workplace.scratch(out, ".layer-") as scratch,
        TemporaryDirectory(prefix="requirements-") as rewritten,
    ):
        wheels = local_projects.Rewriting(
            out / cache.FOLDER / WHEELS, builder.identity(), builder.build_wheel, builder.compiles_for_lambda
        )
        requirements = local_projects.as_wheels(requirements, Path(rewritten), wheels)
        asked, lock = own.identity(requirements), None
        if asked is None:  # unless digests say what it will be, an index may have something else today
            lock = builder.resolve(requirements)
            asked = lock.identity() if lock else None
        kept, key = out / cache.FOLDER / LAYERS, asked and _key(asked, order, builder)
        files = cache.fetch(kept, key, scratch) if order.use_cache and key else None
        if files is None:
            lock = lock or builder.resolve(requirements)
            made = _make(scratch, requirements, lock, order, builder, out, stay)
            files = [path for path in scratch.iterdir() if path.is_file()]
            if key:
                cache.keep(kept, key, {path.name: path for path in files})
        else:
            made = _recall(scratch)
        return _place(made, files, out, say)


def _make(
    scratch: Path,
    requirements: Path,
    lock: Lock | None,
    order: Order,
    builder: builders.Builder,
    out: Path,
    stay: Collection[str],
) -> Layer:
    """The layer's files in ``scratch``.

    Args:
        stay: packages that the requirements name, and not only a lock.
    """
    runtime, architecture = order.runtime, order.architecture
    # Fresh: two installations into one folder would leave two versions of the same package in it.
    with TemporaryDirectory(dir=scratch, prefix=".tree-") as name:
        tree = Path(name) / runtime.site_packages  # as below /opt
        tree.mkdir(parents=True)
        took = builder.install(requirements, tree, lock)
        local_projects.refuse_editable(tree)
        if took:
            took.write(scratch)
        found = distributions.read(tree)
        if not found.installed:
            raise NothingInstalled(requirements=requirements)
        left_out = without.remove(tree, found, order.without, (runtime, architecture), stay)
        found = found.without(left_out.versions)
        removed = slimming.drop(tree, order.keep)
        if order.without:
            removed = {"packages": left_out.removed, **removed}
        supplied = libraries.complete(tree, found, runtime, architecture, builder.library)
        found.owners.update({f"/opt/{libraries.FOLDER}/{name}": each.owner for name, each in supplied.items()})
        made = units.make(
            tree,
            distributions.sizes(tree),
            found,
            units.Recipe(runtime, architecture, builder, order.keep),
            out / cache.FOLDER / PARTS,
            use_kept=order.use_cache,
            into_tree=order.profile is not None,
        )
        members, compiled = made.members, made.compiled
        if slimming.SYMBOLS.name not in order.keep:
            removed[slimming.SYMBOLS.name] = made.stripped
        words, sizes = f"none: {compiled.missing}", {name: each.size for name, each in sorted(members.items())}
        if order.profile:
            cut, words = _cut(order, tree, found, left_out, out)
            removed["profile"], sizes = cut.removed, distributions.sizes(tree)
            members.update((path, archive.pack(tree / path)) for path in cut.written)
        elif not compiled.missing:
            words, sizes = budget.fit(tree, sizes, found, (runtime, architecture), builder.python, order.limit)
        packed = {f"{runtime.site_packages}/{name}": members[name] for name in sizes}
        for library in sorted(supplied):
            member = archive.pack(libraries.folder_of(tree, runtime) / library)
            packed[f"{libraries.FOLDER}/{library}"] = member
            sizes[f"/opt/{libraries.FOLDER}/{library}"] = member.size
        _check_size(sizes, found, order.limit)
        path = scratch / f"layer-{runtime.name}-{architecture.name}.zip"
        written = archive.write_members(path, packed)
    entry = manifest.zip_entry(path, written, runtime.name, architecture.name) | {"packages": found.versions}
    if left_out.versions:
        entry["without"] = left_out.versions
    if order.profile:
        entry["profile"] = {"model_sha256": order.profile.sha256()}
    held = contents.count(sizes, removed, found, words)
    contents.write(contents.path_of(path), held)
    bill = sbom.text(path.stem, written.sha256, found.installed, supplied)
    sbom.path_of(path).write_text(bill, encoding="utf-8")
    facts = {"entry": entry, "compiled": asdict(compiled), "libraries": made.libraries}
    (scratch / FACTS).write_text(json.dumps(facts), encoding="utf-8")
    return Layer(path, entry, compiled, made.libraries, held)


def _cut(
    order: Order, tree: Path, found: distributions.Distributions, left_out: without.LeftOut, out: Path
) -> tuple[trim.Cut, str]:
    """Cut the tree to a model; what became of it, and which modules have bytecode, in words."""
    assert order.profile is not None
    with workplace.scratch(out, ".profile-") as scratch:
        host_tree = tree
        if not importable.runs_here(order.architecture):
            same = importable.of_versions(out, found.versions, order.runtime)
            host_tree = Path(shutil.copytree(same, scratch / "host"))
        whole = host_tree
        if left_out.versions:
            whole = importable.of_versions(out, found.versions | left_out.versions, order.runtime)
        target = (order.runtime, order.architecture)
        lacks = lacking.Layer(left_out.versions, whole, order.architecture)
        made = trim.cut(order.profile, target, tree, host_tree, lacks, scratch)
    modules, compiled = (sum(1 for _ in tree.rglob(f"*{suffix}")) for suffix in (".py", ".pyc"))
    return made, f"what the model uses: {compiled:,} of {modules:,} modules"


def _recall(scratch: Path) -> Layer:
    """The layer whose files the cache has put into ``scratch``."""
    facts = json.loads((scratch / FACTS).read_text(encoding="utf-8"))
    compiled = bytecode.Compiled.read(facts["compiled"])
    path = scratch / facts["entry"]["path"]
    held = contents.read(contents.path_of(path))
    return Layer(path, facts["entry"], compiled, facts["libraries"], held, cached=True)


def _place(made: Layer, files: list[Path], out: Path, say: Say) -> Layer:
    """Put the files in place and enter them in the manifest."""
    packaged = (manifest.read(out) or {}).get("functions", {})
    with manifest.replacing_layer(out, made.entry):
        (out / lockfile.NAME).unlink(missing_ok=True)  # of the layer that goes
        for path in files:
            if path.name != FACTS:
                path.replace(out / path.name)
    if packaged and not (manifest.read(out) or {}).get("functions"):
        say("Note: the function in that folder was packaged for another layer. Package it anew: invoke package.")
    return Layer(**vars(made) | {"path": out / made.path.name})


def _key(asked: str, order: Order, builder: builders.Builder) -> str:
    """A digest of all that two builds of the same bytes have in common, but for this code."""
    interpreter = interpreters.find(order.runtime.python)
    version = interpreters.version(interpreter) if interpreter else None
    tools = [metadata.version(name) for name in ("uv", "deflate", "cyclonedx-python-lib")]
    facts = (
        asked,
        order.runtime,
        order.architecture,
        sorted(order.keep),
        sorted(order.without),
        order.limit,
        order.profile and order.profile.inputs(),
        builder.identity(),
        version,
        tools,
    )
    return cache.key(facts)


def _check_size(sizes: dict[str, int], found: distributions.Distributions, limit: int) -> None:
    size = sum(sizes.values())
    if size <= limit:
        return
    biggest = found.bytes_by_owner(sizes).most_common(BIGGEST)
    width = max(len(name) for name, _ in biggest)
    table = "\n".join(f"  {name:<{width}}  {count:>12,}  {count / size:6.1%}" for name, count in biggest)
    advice = lighter.advice(name for name, _ in biggest)
    raise LayerTooLarge(size=size, limit=limit, over=size - limit, table=table, lighter=advice)
