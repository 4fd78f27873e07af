"""Brings the model's file to this environment."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from serving.settings import Settings


def fetch(settings: Settings) -> Path:
    """The model's file: in bundle mode where it lies, in s3 mode downloaded to /tmp once per environment.

    A download gets its name only when it is whole, so a broken one is never taken for the model.

    Raises:
        botocore.exceptions.ClientError: S3 refused, such as NoSuchKey or AccessDenied.
    """
    if settings.file is not None:
        return settings.file
    path = Path(tempfile.gettempdir()) / f"model-{settings.sha256}"
    if not path.exists():
        part = path.with_suffix(".part")
        _download(settings, part)
        os.replace(part, path)
    return path


def _download(settings: Settings, path: Path) -> None:
    import boto3  # half a second that bundle mode need not spend

    version = {"VersionId": settings.version_id} if settings.version_id else {}
    boto3.client("s3").download_file(settings.bucket, settings.key, os.fspath(path), ExtraArgs=version)
