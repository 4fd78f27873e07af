"""Brings the model's file to this environment, and no other file."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path

from serving.errors import ModelError
from serving.settings import Settings


def fetch(settings: Settings) -> Path:
    """The model's file: in bundle mode where it lies, in s3 mode downloaded to /tmp once per environment.

    A download gets its name only when it is whole and has the right digest.

    Raises:
        ModelError: the bytes are not those that were deployed.
        botocore.exceptions.ClientError: S3 refused, such as NoSuchKey or AccessDenied.
    """
    if settings.file is not None:
        _check_digest(settings.file, settings.sha256)
        return settings.file
    path = Path(tempfile.gettempdir()) / f"model-{settings.sha256}"
    if not path.exists():
        part = path.with_suffix(".part")
        _download(settings, part)
        _check_digest(part, settings.sha256)
        os.replace(part, path)
    return path


def _download(settings: Settings, path: Path) -> None:
    import boto3  # half a second that bundle mode need not spend

    version = {"VersionId": settings.version_id} if settings.version_id else {}
    boto3.client("s3").download_file(settings.bucket, settings.key, os.fspath(path), ExtraArgs=version)


def _check_digest(path: Path, expected: str) -> None:
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(1 << 20):
            digest.update(block)
    if digest.hexdigest() != expected:
        raise ModelError(f"{path.name} has SHA-256 {digest.hexdigest()}, expected {expected}: not unpickled")
