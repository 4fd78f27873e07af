"""Packs an installed tree into the layer's zip file, and writes what it contains beside it."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from build.builders import Builder
from build.dist import archive, contents, manifest, sbom, workplace
from build.dist.archive import Member
from build.dist.entries import LayerEntry
from build.errors import UserError
from build.host import cache, distributions, importable
from build.host.distributions import Distributions
from build.layer import bytecode_budget, libraries, lighter, slimming, trim, units
from build.layer.order import Layer, Order
from build.layer.tree import Tree
from build.package.missing_packages import ReducedLayer

BIGGEST = 10  # packages that are named when the layer is too large
UNITS = "units"  # a folder of the cache


class LayerTooLarge(UserError):
    template = (
        "the layer does not fit Lambda: {size:,} of {limit:,} bytes unzipped, {over:,} too many, before any function.\n"
        "The ten biggest packages:\n{table}\n{lighter}"
        "Trim it for your model (--trim-for MODEL), or leave out packages that it does not need (--without PACKAGE)."
    )


@dataclass(frozen=True)
class _Chosen:
    """The files of the tree that go into the zip file."""

    sizes: dict[str, int]  # bytes by path
    bytecode: str  # a text that says which modules have bytecode
    removed: dict[str, dict[str, int]]


def pack(tree: Tree, order: Order, builder: Builder, out: Path, scratch: Path) -> Layer:
    """Write the layer's zip file, its contents and its bill of materials into ``scratch``.

    Args:
        out: the folder of the artifacts, which has the cache.

    Raises:
        LayerTooLarge
        UserError: one of the errors of `elf` or `trim`.
    """
    result = units.make(
        tree.site_packages,
        distributions.sizes(tree.site_packages),
        tree.installed,
        units.Recipe(order.runtime, order.architecture, builder, order.keep),
        out / cache.FOLDER / UNITS,
        use_kept=order.use_cache,
        into_tree=order.trim_for is not None,
    )
    chosen = _choose(tree, result, order, builder, out)
    members, sizes = _members(tree, result.members, chosen.sizes, order)
    _check_size(sizes, tree.installed, order.limit)
    path = scratch / f"layer-{order.runtime.name}-{order.architecture.name}.zip"
    written = archive.write_members(path, members)
    held = contents.count(sizes, chosen.removed, tree.installed, chosen.bytecode)
    contents.write(contents.path_of(path), held)
    bill = sbom.text(path.stem, written.sha256, tree.installed.installed, tree.supplied)
    sbom.path_of(path).write_text(bill, encoding="utf-8")
    return Layer(path, _entry(path, written, tree, order), result.compiled, result.libraries, held)


def _choose(tree: Tree, result: units.Result, order: Order, builder: Builder, out: Path) -> _Chosen:
    """Choose the files that go into the zip file: those that a model uses, or as much bytecode as fits."""
    removed = dict(tree.removed)
    if slimming.SYMBOLS.name not in order.keep:
        removed[slimming.SYMBOLS.name] = result.stripped
    if order.trim_for:
        trimmed = _trim(tree, order.trim_for, order, out)
        result.members.update((path, archive.pack(tree.site_packages / path)) for path in trimmed.written)
        count = {suffix: sum(1 for _ in tree.site_packages.rglob(f"*{suffix}")) for suffix in (".py", ".pyc")}
        words = f"what the model uses: {count['.pyc']:,} of {count['.py']:,} modules"
        return _Chosen(distributions.sizes(tree.site_packages), words, {**removed, "trim": trimmed.removed})
    sizes = {name: member.size for name, member in sorted(result.members.items())}
    if result.compiled.missing:
        return _Chosen(sizes, f"none: {result.compiled.missing}", removed)
    words, sizes = bytecode_budget.fit(
        tree.site_packages, sizes, tree.installed, order.target, builder.python, order.limit
    )
    return _Chosen(sizes, words, removed)


def _trim(tree: Tree, trim_for: trim.TrimFor, order: Order, out: Path) -> trim.Trimmed:
    """Trim the tree for a model."""
    versions, left_out = tree.installed.versions, tree.left_out.versions
    with workplace.scratch(out, ".trim-") as scratch:
        host_tree = tree.site_packages
        if not importable.runs_here(order.architecture):
            same = importable.of_versions(out, versions, order.runtime)
            host_tree = Path(shutil.copytree(same, scratch / "host"))
        whole = importable.of_versions(out, versions | left_out, order.runtime) if left_out else host_tree
        reduced = ReducedLayer(left_out, whole, order.architecture)
        return trim.apply(trim_for, order.target, tree.site_packages, host_tree, reduced, scratch)


def _members(
    tree: Tree, members: dict[str, Member], sizes: dict[str, int], order: Order
) -> tuple[dict[str, Member], dict[str, int]]:
    """Return the members of the zip file by name, and the sizes of all of its files by their path."""
    packed = {f"{order.runtime.site_packages}/{name}": members[name] for name in sizes}
    all_sizes = dict(sizes)
    for library in sorted(tree.supplied):
        member = archive.pack(libraries.folder_of(tree.site_packages, order.runtime) / library)
        packed[f"{libraries.FOLDER}/{library}"] = member
        all_sizes[libraries.in_layer(library)] = member.size
    return packed, all_sizes


def _entry(path: Path, written: archive.Archive, tree: Tree, order: Order) -> LayerEntry:
    """Return the layer's part of the manifest."""
    common = manifest.zip_entry(path, written, order.runtime.name, order.architecture.name)
    entry = cast("LayerEntry", {**common, "packages": tree.installed.versions})
    if tree.left_out.versions:
        entry["without"] = tree.left_out.versions
    if order.trim_for:
        entry["trimmed_for"] = {"model_sha256": order.trim_for.sha256()}
    return entry


def _check_size(sizes: dict[str, int], installed: Distributions, limit: int) -> None:
    """Check that the layer fits Lambda."""
    size = sum(sizes.values())
    if size <= limit:
        return
    biggest = installed.bytes_by_owner(sizes).most_common(BIGGEST)
    width = max(len(name) for name, _ in biggest)
    table = "\n".join(f"  {name:<{width}}  {count:>12,}  {count / size:6.1%}" for name, count in biggest)
    advice = lighter.advice(name for name, _ in biggest)
    raise LayerTooLarge(size=size, limit=limit, over=size - limit, table=table, lighter=advice)
