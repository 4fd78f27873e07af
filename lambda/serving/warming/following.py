"""Checks whether the followed object has changed, and serves its new content if that is a valid model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from serving.environment import Environment
from serving.loading import aws, deadlines, fetching
from serving.loading.errors import FetchError
from serving.loading.model import identity, load
from serving.loading.timings import Timings

if TYPE_CHECKING:
    from serving.loading.model import Identity


def look(environment: Environment, context: Any = None) -> str | None:
    """Replace the model by the one that its object holds now. A pinned model stays as it is.

    Returns:
        None if the object's present content is served. Otherwise the reason why the previous model still is.
    """
    settings = environment.settings
    if not settings.follow:
        return None
    upload: tuple[Identity, str] | None = None
    try:
        now, modified = _head(environment, deadlines.of_call(settings.timeout, context))
        upload = (now, modified)
        if now == environment.model.identity:
            return None
        # A refused upload is not downloaded again at every ping. A new upload is, even if its content is the same
        if environment.refused and environment.refused[0] == upload:
            return environment.refused[1]
        # One assignment replaces the whole model: an invocation sees either the old one or the new one
        seconds = deadlines.of_call(settings.timeout, context)
        environment.model = load(settings, fetching.begin(settings, seconds=seconds), Timings())
    except Exception as error:  # whatever went wrong, the previous model goes on answering
        why = f"{type(error).__name__}: {error}"
        if not isinstance(error, FetchError) and upload:
            environment.refused = (upload, why)
        print(f"[WARNING] {settings.url} is not served: {why}. Still serving {environment.model.sha256}")
        return why
    return None


def _head(environment: Environment, seconds: float) -> tuple[Identity, str]:
    """Ask S3 what the object holds, and when it was uploaded."""
    settings = environment.settings
    silence = deadlines.of_silence(deadlines.before(settings.timeout))
    s3 = aws.client("s3", connect_timeout=silence, read_timeout=silence, retries={"mode": "standard"})
    answer = deadlines.within(seconds, lambda: s3.head_object(Bucket=settings.bucket, Key=settings.key))
    metadata = {name.lower(): value for name, value in answer["Metadata"].items()}
    return identity(answer.get("ETag"), metadata), str(answer.get("LastModified"))
