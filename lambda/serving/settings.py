"""What the function's environment variables say of the model. Terraform writes them, from dist/manifest.json."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


class SettingsError(Exception):
    """The environment variables do not say which model to serve."""


@dataclass(frozen=True)
class Settings:
    """Where the model is, and what it must be."""

    sha256: str  # MODEL_SHA256, hex
    format: str = "pickle"  # MODEL_FORMAT: a key of serving.model.FORMATS
    sklearn_version: str | None = None  # MODEL_SKLEARN_VERSION
    file: Path | None = None  # MODEL_FILE, below the task root: the bundled model
    bucket: str | None = None  # MODEL_BUCKET, MODEL_KEY, MODEL_VERSION_ID: the model in S3
    key: str | None = None
    version_id: str | None = None

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ) -> Settings:
        """Read the variables.

        Raises:
            SettingsError: no MODEL_SHA256, or not exactly one of MODEL_FILE and MODEL_BUCKET with MODEL_KEY.
        """
        bundled, stored = environ.get("MODEL_FILE"), environ.get("MODEL_BUCKET") and environ.get("MODEL_KEY")
        if not environ.get("MODEL_SHA256") or bool(bundled) == bool(stored):
            raise SettingsError("expected MODEL_SHA256, and either MODEL_FILE or both of MODEL_BUCKET and MODEL_KEY")
        root = Path(environ.get("LAMBDA_TASK_ROOT", "."))
        return cls(
            sha256=environ["MODEL_SHA256"],
            format=environ.get("MODEL_FORMAT", "pickle"),
            sklearn_version=environ.get("MODEL_SKLEARN_VERSION"),
            file=root / bundled if bundled else None,
            bucket=environ.get("MODEL_BUCKET"),
            key=environ.get("MODEL_KEY"),
            version_id=environ.get("MODEL_VERSION_ID"),
        )
