"""Verifies a layer: it is built again from wheels, and the two zip files are compared byte by byte."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from build.dist import archive, manifest, workplace
from build.dist.entries import LayerEntry
from build.errors import UserError
from build.layer import layer
from build.saying import Say

SHOWN = 10


class NothingToVerify(UserError):
    template = "There is no layer in {out} to verify. Build it first: invoke build-layer --out {out}"


class NotTheSame(UserError):
    template = (
        "{path} is not what a build with these options and requirements gives now ({why}):\n{differences}\n"
        "Give the options that it was built with. For the same packages, use its lock file: "
        "invoke build-layer --verify --requirements {lock}\nOr build it again: invoke build-layer"
    )


def verify(out: Path, order: layer.Order, say: Say = print) -> layer.Layer:
    """Check that a build from wheels gives the same bytes as the layer in ``out``, which is not changed.

    Raises:
        NothingToVerify: there is no layer.
        NotTheSame: the bytes differ; the message says in which files.
    """
    entry = manifest.layer(out)
    if not entry or not (out / entry["path"]).is_file():
        raise NothingToVerify(out=out)
    with workplace.alone(out, say), workplace.scratch(out, ".layer-") as scratch:
        again = layer.build(scratch / "again", replace(order, use_cache=False), say)
        sha256 = archive.file_sha256(out / entry["path"])
        if sha256 == again.entry["sha256"] == entry["sha256"]:
            return replace(again, path=out / entry["path"])
        raise NotTheSame(
            path=out / entry["path"],
            why=_why(sha256, entry, again.entry),
            differences="\n".join(_differences(out / entry["path"], again.path)),
            lock=out / "pylock.toml",
        )


def _why(sha256: str, entry: LayerEntry, again: LayerEntry) -> str:
    """Return in what the layer differs from the new build, as text for the user."""
    if sha256 != entry["sha256"]:
        return "the file is not the one in the manifest"
    if (entry["runtime"], entry["architecture"]) != (again["runtime"], again["architecture"]):
        return f"it is for {entry['runtime']}, {entry['architecture']}"
    return "other packages" if entry["packages"] != again["packages"] else "the same packages, other files"


def _differences(old: Path, new: Path) -> Iterator[str]:
    """Describe in a few lines how two zip files differ."""
    try:
        before, after = _members(old), _members(new)
    except (zipfile.BadZipFile, OSError) as error:
        yield f"  {old} cannot be read: {error}"
        return
    lines = [f"  only in the layer: {name}" for name in sorted(before.keys() - after.keys())]
    lines += [f"  only in the new build: {name}" for name in sorted(after.keys() - before.keys())]
    lines += [f"  other bytes: {name}" for name in sorted(before.keys() & after.keys()) if before[name] != after[name]]
    yield from lines[:SHOWN] or ["  all files in it are the same, and only the form of the zip file differs"]
    if len(lines) > SHOWN:
        yield f"  and {len(lines) - SHOWN:,} more"


def _members(path: Path) -> dict[str, tuple[int, int]]:
    with zipfile.ZipFile(path) as packed:
        return {info.filename: (info.CRC, info.file_size) for info in packed.infolist()}
