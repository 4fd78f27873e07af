"""Builds the layer of a folder anew, from wheels and beside it, and compares the two to the bit."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from build.dist import archive, manifest, workplace
from build.errors import UserError
from build.layer import layer

SHOWN = 10


class NothingToVerify(UserError):
    template = "There is no layer in {out} to compare with. Build it first: invoke build-layer --out {out}"


class NotTheSame(UserError):
    template = (
        "{path} is not what these options and requirements give now ({why}):\n{differences}\n"
        "Give the options that it was built with, and for the same packages {lock}: "
        "invoke build-layer --verify --requirements {lock}\nOr build it anew: invoke build-layer"
    )


def verify(out: Path, order: layer.Order, say: layer.Say = print) -> layer.Layer:
    """See that a build from wheels gives the bytes of the layer in ``out``, which stays as it is.

    Raises:
        NothingToVerify: there is none.
        NotTheSame: it gives others; the message says which files.
    """
    entry = (manifest.read(out) or {}).get("layer")
    if not entry or not (out / entry["path"]).is_file():
        raise NothingToVerify(out=out)
    with workplace.alone(out, say), workplace.scratch(out, ".layer-") as scratch:
        made = layer.build(scratch / "anew", replace(order, use_cache=False), say)
        found = archive.file_sha256(out / entry["path"])
        if found == made.entry["sha256"] == entry["sha256"]:
            return replace(made, path=out / entry["path"])
        raise NotTheSame(
            path=out / entry["path"],
            why=_why(found, entry, made.entry),
            differences="\n".join(_differences(out / entry["path"], made.path)),
            lock=out / "pylock.toml",
        )


def _why(found: str, entry: dict[str, Any], made: dict[str, Any]) -> str:
    if found != entry["sha256"]:
        return "the file is not the one that the manifest tells of"
    if (entry["runtime"], entry["architecture"]) != (made["runtime"], made["architecture"]):
        return f"it is for {entry['runtime']}, {entry['architecture']}"
    return "other packages" if entry["packages"] != made["packages"] else "the same packages, other files"


def _differences(old: Path, new: Path) -> Iterator[str]:
    """What differs between two zips, in a few lines."""
    try:
        before, after = _members(old), _members(new)
    except (zipfile.BadZipFile, OSError) as error:
        yield f"  {old} cannot be read: {error}"
        return
    lines = [f"  only in the layer: {name}" for name in sorted(before.keys() - after.keys())]
    lines += [f"  only in the new build: {name}" for name in sorted(after.keys() - before.keys())]
    lines += [f"  other bytes: {name}" for name in sorted(before.keys() & after.keys()) if before[name] != after[name]]
    yield from lines[:SHOWN] or ["  every file in it is the same; how the zip holds them differs"]
    if len(lines) > SHOWN:
        yield f"  and {len(lines) - SHOWN:,} more"


def _members(path: Path) -> dict[str, tuple[int, int]]:
    with zipfile.ZipFile(path) as packed:
        return {info.filename: (info.CRC, info.file_size) for info in packed.infolist()}
