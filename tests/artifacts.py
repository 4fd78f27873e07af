"""Artifacts as the build writes them, of a few bytes: they deploy, and do not answer."""

import base64
import hashlib
import json
import shutil
from pathlib import Path

COMPLETE = Path(__file__).parent / "fixtures" / "artifacts" / "complete"


def rebuilt(folder: Path, **parts: bytes) -> str:
    """Write artifacts to a folder with other bytes for the model or the layer.

    Returns:
        The folder, as Terraform takes it.
    """
    shutil.copytree(COMPLETE, folder)
    manifest = json.loads((folder / "manifest.json").read_text())
    for name, content in parts.items():
        (folder / manifest[name]["path"]).write_bytes(content)
        digest = hashlib.sha256(content)
        size = {"model": "bytes", "layer": "zip_bytes"}[name]
        manifest[name] |= {
            "sha256": digest.hexdigest(),
            "sha256_base64": base64.b64encode(digest.digest()).decode(),
            size: len(content),
        }
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return str(folder)
