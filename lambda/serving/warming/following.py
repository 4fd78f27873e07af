"""Looks whether the followed object changed, and takes what it holds now if all is well with it."""

from __future__ import annotations

from typing import Any

from serving.environment import Environment
from serving.loading import aws, deadlines, fetching
from serving.loading.errors import FetchError
from serving.loading.model import held, load
from serving.loading.phases import Phases


def look(environment: Environment, context: Any = None) -> str | None:
    """Swap the model for what its object holds now. None if that is served; else why the one before still is.

    A pinned model never looks.
    """
    settings = environment.settings
    if not settings.follow:
        return None
    seen: tuple | None = None
    try:
        now, modified = _head(environment, deadlines.of_call(settings.timeout, context))
        seen = (now, modified)
        if now == environment.model.held:
            return None
        # The same object: not downloaded at every ping. One that was uploaded again is, whatever it holds
        if environment.refused and environment.refused[0] == seen:
            return environment.refused[1]
        # Bound in one step: an invocation sees the old one or the new one
        seconds = deadlines.of_call(settings.timeout, context)
        environment.model = load(settings, fetching.begin(settings, seconds=seconds), Phases())
    except Exception as error:  # whatever it is, a model that answers is not given up for it
        why = f"{type(error).__name__}: {error}"
        if not isinstance(error, FetchError) and seen:
            environment.refused = (seen, why)
        print(f"[WARNING] {settings.url} is not served: {why}. Still serving {environment.model.sha256}")
        return why
    return None


def _head(environment: Environment, seconds: float) -> tuple[tuple, str]:
    """What the object holds, and when it was uploaded."""
    settings = environment.settings
    silence = deadlines.of_silence(deadlines.before(settings.timeout))
    s3 = aws.client("s3", connect_timeout=silence, read_timeout=silence, retries={"mode": "standard"})
    found = deadlines.within(seconds, lambda: s3.head_object(Bucket=settings.bucket, Key=settings.key))
    metadata = {name.lower(): value for name, value in found["Metadata"].items()}
    return held({"etag": found.get("ETag"), "metadata": metadata}), str(found.get("LastModified"))
