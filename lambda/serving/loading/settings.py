"""Reads the environment variables that describe the model. Terraform writes them, from dist/manifest.json."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from serving.loading import threads

LONGEST = 86_400  # seconds: every wait has to end, and Lambda's own limit is 900


class SettingsError(Exception):
    """The environment variables do not name exactly one model."""


@dataclass(frozen=True)
class Settings:
    """Where the model is, and what it has to be."""

    sha256: str | None  # MODEL_SHA256, in hex; None where the model is followed, because its object names the digest
    format: str = "pickle"  # MODEL_FORMAT: a key of serving.loading.formats.FORMATS
    sklearn_version: str | None = None  # MODEL_SKLEARN_VERSION
    trusted: tuple[str, ...] = ()  # MODEL_TRUSTED: types that skops may create besides those that it trusts by itself
    file: Path | None = None  # MODEL_FILE, below the task root: the model of a bundle
    bucket: str | None = None  # MODEL_BUCKET, MODEL_KEY, MODEL_VERSION_ID: the model in S3
    key: str | None = None
    version_id: str | None = None
    timeout: float = 60.0  # MODEL_TIMEOUT: the seconds that one call may take
    one_thread: str = threads.FOR_ONE_ROW  # from MODEL_ONE_THREAD and the memory size, see `threads.wanted`

    @property
    def follow(self) -> bool:
        """Return whether the model is followed (MODEL_FOLLOW=true): it is what the key holds, and pings see changes."""
        return self.sha256 is None

    @property
    def url(self) -> str:
        """Return the URL of the model's object."""
        return f"s3://{self.bucket}/{self.key}"

    @property
    def name(self) -> str:
        """Return the name of the model's file or object for messages."""
        return self.file.name if self.file else self.url

    @classmethod
    def from_variables(cls, environ: Mapping[str, str] = os.environ) -> Settings:
        """Read the variables.

        Raises:
            SettingsError: they do not name exactly one model.
        """
        bundled, stored = environ.get("MODEL_FILE"), environ.get("MODEL_BUCKET") and environ.get("MODEL_KEY")
        if environ.get("MODEL_FOLLOW") == "true":
            if not stored or any(environ.get(name) for name in ("MODEL_FILE", "MODEL_SHA256", "MODEL_VERSION_ID")):
                raise SettingsError(
                    "with MODEL_FOLLOW=true, expected both MODEL_BUCKET and MODEL_KEY, and none of MODEL_FILE, "
                    "MODEL_SHA256 and MODEL_VERSION_ID, because a model that is followed is not pinned"
                )
        elif not environ.get("MODEL_SHA256") or bool(bundled) == bool(stored):
            raise SettingsError("expected MODEL_SHA256, and either MODEL_FILE or both MODEL_BUCKET and MODEL_KEY")
        try:
            timeout = float(environ.get("MODEL_TIMEOUT") or cls.timeout)
        except ValueError:
            timeout = 0.0
        if not 0 < timeout <= LONGEST:
            raise SettingsError(
                f"expected as MODEL_TIMEOUT the function's timeout in seconds; got {environ['MODEL_TIMEOUT']!r}"
            )
        root = Path(environ.get("LAMBDA_TASK_ROOT", "."))
        return cls(
            sha256=environ.get("MODEL_SHA256", "").strip().lower() or None,  # some tools print the digest in capitals
            format=environ.get("MODEL_FORMAT", "pickle"),
            sklearn_version=environ.get("MODEL_SKLEARN_VERSION"),
            trusted=tuple(filter(None, environ.get("MODEL_TRUSTED", "").split(","))),
            file=root / bundled if bundled else None,
            bucket=environ.get("MODEL_BUCKET"),
            key=environ.get("MODEL_KEY"),
            version_id=environ.get("MODEL_VERSION_ID"),
            timeout=timeout,
            one_thread=threads.wanted(environ),
        )
