"""dist/manifest.json, the only thing that passes from the build to Terraform. Its form: manifest.schema.json."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile

import jsonschema

from build.host import commands
from build.dist.archive import Archive
from build.errors import UserError

NAME = "manifest.json"
SCHEMA = json.loads(Path(__file__).with_name("manifest.schema.json").read_text(encoding="utf-8"))


class ManifestBroken(UserError):
    template = "{path} is not a manifest that this version reads ({why}).\nDelete it and build anew: {commands}"


def read(out: Path) -> dict | None:
    """The manifest in a folder, or None if there is none.

    Raises:
        ManifestBroken: it is there and does not follow the schema.
    """
    path = out / NAME
    if not path.exists():
        return None
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
        jsonschema.validate(manifest, SCHEMA)
    except (ValueError, jsonschema.ValidationError) as error:
        why = getattr(error, "message", str(error))
        raise ManifestBroken(path=path, why=why, commands="invoke build-layer, then invoke package") from error
    return manifest


def files(out: Path) -> set[str]:
    """The files in a folder that its manifest names.

    Raises:
        ManifestBroken
    """
    manifest = read(out) or {}
    parts = [manifest.get("layer"), manifest.get("model"), *manifest.get("functions", {}).values()]
    return {part["path"] for part in parts if part}


@contextmanager
def replacing_layer(out: Path, layer: dict) -> Iterator[None]:
    """Enter a layer, around the replacement of its files: a build that is killed in between leaves no false digest.

    What was packaged for another target, or checked against other packages, is dropped.
    """
    manifest = read(out) or {}
    before = manifest.pop("layer", None)
    kept = ("runtime", "architecture", "packages")
    if before is None or any(before[key] != layer[key] for key in kept):
        manifest |= {"runtime": layer["runtime"], "architecture": layer["architecture"], "functions": {}}
        manifest.pop("model", None)
    with commands.uninterrupted():  # it takes a moment, and in between there is no layer
        _write(out, manifest)
        yield
        _write(out, manifest | {"layer": layer})


@contextmanager
def replacing_function(out: Path, mode: str, function: dict, model: dict) -> Iterator[None]:
    """Enter a function zip and its model, around the replacement of their files.

    The other mode's zip is dropped if it was made for another model.
    """
    manifest = read(out) or {}
    same = (manifest.pop("model", None) or {}).get("sha256") == model["sha256"]
    others = {name: entry for name, entry in manifest["functions"].items() if same and name != mode}
    with commands.uninterrupted():
        _write(out, manifest | {"functions": others} | ({"model": model} if others else {}))
        yield
        _write(out, manifest | {"functions": {**others, mode: function}, "model": model})


def zip_entry(path: Path, archive: Archive, runtime: str, architecture: str) -> dict:
    """What layer and functions have in common."""
    return {
        "path": path.name,
        "sha256": archive.sha256,
        "sha256_base64": archive.sha256_base64,
        "zip_bytes": archive.zip_bytes,
        "unzipped_bytes": archive.unzipped_bytes,
        "runtime": runtime,
        "architecture": architecture,
    }


def _write(out: Path, manifest: dict) -> None:
    order = ("schema_version", "runtime", "architecture", "layer", "functions", "model")
    manifest = {"schema_version": 1, "functions": {}} | manifest
    ordered = {key: manifest[key] for key in order if key in manifest}
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
