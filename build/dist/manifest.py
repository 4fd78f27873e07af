"""Reads and writes dist/manifest.json, through which the build passes everything to Terraform.

Its form is described by manifest.schema.json, and its types are those of `build.dist.entries`.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, Literal, cast

import jsonschema

from build.dist.archive import Archive
from build.dist.entries import FunctionEntries, LayerEntry, Manifest, ModelEntry, ZipEntry
from build.errors import UserError
from build.host import commands

NAME = "manifest.json"
SCHEMA = json.loads(Path(__file__).with_name("manifest.schema.json").read_text(encoding="utf-8"))
ORDER = ("schema_version", "runtime", "architecture", "layer", "functions", "model")  # of the keys in the file

Mode = Literal["s3", "bundle"]


class ManifestBroken(UserError):
    template = "{path} is not a manifest that this version can read ({why}).\nDelete it and build again: {commands}"


class LayerMissing(UserError):
    template = "There is no layer in {out}. Build it first: invoke build-layer --out {out}"


def read(out: Path) -> Manifest | None:
    """Return the manifest in a folder, or None if there is none.

    Raises:
        ManifestBroken: the file does not follow the schema.
    """
    path = out / NAME
    if not path.exists():
        return None
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
        _rename_former_keys(manifest)
        jsonschema.validate(manifest, SCHEMA)
    except (ValueError, jsonschema.ValidationError) as error:
        why = getattr(error, "message", str(error))
        raise ManifestBroken(path=path, why=why, commands="invoke build-layer, then invoke package") from error
    return cast("Manifest", manifest)


def layer(out: Path) -> LayerEntry | None:
    """Return the entry of the layer in a folder, or None if no layer was built there.

    Raises:
        ManifestBroken
    """
    manifest = read(out)
    return manifest.get("layer") if manifest else None


def built_layer(out: Path) -> LayerEntry:
    """Return the entry of the layer in a folder.

    Raises:
        LayerMissing, ManifestBroken
    """
    entry = layer(out)
    if entry is None:
        raise LayerMissing(out=out)
    return entry


def functions(out: Path) -> FunctionEntries:
    """Return the entries of the function's zip files in a folder, by mode.

    Raises:
        ManifestBroken
    """
    manifest = read(out)
    return manifest["functions"] if manifest else {}


def model(out: Path) -> ModelEntry | None:
    """Return the entry of the model in a folder, or None if none was packaged there.

    Raises:
        ManifestBroken
    """
    manifest = read(out)
    return manifest.get("model") if manifest else None


def files(out: Path) -> set[str]:
    """Return the names of the files that the manifest in a folder lists.

    Raises:
        ManifestBroken
    """
    parts = [layer(out), model(out), *functions(out).values()]
    return {cast("ZipEntry", part)["path"] for part in parts if part}


@contextmanager
def replacing_layer(out: Path, entry: LayerEntry) -> Iterator[None]:
    """Enter a layer in the manifest. The block replaces the layer's files.

    While they are replaced, the manifest has no layer: if the process is killed, no digest in it is wrong. Functions
    that were packaged for another runtime, or checked against other packages, are removed from the manifest.
    """
    manifest: dict[str, Any] = {**(read(out) or {})}
    before = manifest.pop("layer", None)
    if before is None or any(before[key] != entry[key] for key in ("runtime", "architecture", "packages")):
        manifest |= {"runtime": entry["runtime"], "architecture": entry["architecture"], "functions": {}}
        manifest.pop("model", None)
    with commands.uninterrupted():  # the manifest has no layer for a moment
        _write(out, manifest)
        yield
        _write(out, manifest | {"layer": entry})


@contextmanager
def replacing_function(out: Path, mode: Mode, entry: ZipEntry, model_entry: ModelEntry) -> Iterator[None]:
    """Enter a function's zip file and its model in the manifest. The block replaces their files.

    The zip file of the other mode is removed from the manifest if it was packaged with another model.
    """
    manifest: dict[str, Any] = {**(read(out) or {})}
    before = manifest.pop("model", None)
    is_same_model = before is not None and before["sha256"] == model_entry["sha256"]
    others = {name: other for name, other in manifest["functions"].items() if is_same_model and name != mode}
    with commands.uninterrupted():
        _write(out, manifest | {"functions": others} | ({"model": model_entry} if others else {}))
        yield
        _write(out, manifest | {"functions": {**others, mode: entry}, "model": model_entry})


def zip_entry(path: Path, archive: Archive, runtime: str, architecture: str) -> ZipEntry:
    """Return the entry of a zip file: what the entries of layers and functions have in common."""
    return {
        "path": path.name,
        "sha256": archive.sha256,
        "sha256_base64": archive.sha256_base64,
        "zip_bytes": archive.zip_bytes,
        "unzipped_bytes": archive.unzipped_bytes,
        "runtime": runtime,
        "architecture": architecture,
    }


def _rename_former_keys(manifest: Any) -> None:
    """Rename the keys of a manifest that an earlier version of this project wrote to their present names."""
    entry = manifest.get("layer") if isinstance(manifest, dict) else None
    if isinstance(entry, dict) and "profile" in entry:
        entry["trimmed_for"] = entry.pop("profile")


def _write(out: Path, manifest: Mapping[str, Any]) -> None:
    """Write the manifest to a temporary file, and rename it: a reader sees the old one or the new one."""
    manifest = {"schema_version": 1, "functions": {}, **manifest}
    ordered = {key: manifest[key] for key in ORDER if key in manifest}
    jsonschema.validate(ordered, SCHEMA)
    with NamedTemporaryFile("w", dir=out, prefix=f".{NAME}.", delete=False, encoding="utf-8") as stream:
        try:
            json.dump(ordered, stream, indent=2)
            stream.write("\n")
            stream.close()
            os.chmod(stream.name, 0o644)
            os.replace(stream.name, out / NAME)
        except BaseException:
            os.unlink(stream.name)
            raise
