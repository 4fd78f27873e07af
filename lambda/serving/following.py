"""Looks whether the followed object changed, and takes what it holds now if all is well with it."""

from __future__ import annotations

from serving import aws, fetching
from serving.environment import Environment
from serving.errors import FetchError
from serving.model import load
from serving.phases import Phases


def look(environment: Environment) -> str | None:
    """Swap the model for what its object holds now. None if that is served; else why the one before still is.

    A pinned model never looks.
    """
    settings = environment.settings
    if not settings.follow:
        return None
    etag = ""
    try:
        etag = _etag(environment)
        if etag == environment.model.etag:
            return None
        if environment.refused and environment.refused[0] == etag:
            return environment.refused[1]  # the same bytes: not downloaded at every ping
        # Bound in one step: an invocation sees the old one or the new one
        environment.model = load(settings, fetching.begin(settings), Phases())
    except Exception as error:  # whatever it is, a model that answers is not given up for it
        why = f"{type(error).__name__}: {error}"
        if not isinstance(error, FetchError) and etag:
            environment.refused = (etag, why)
        print(f"[WARNING] {settings.url} is not served: {why}. Still serving {environment.model.sha256}")
        return why
    return None


def _etag(environment: Environment) -> str:
    settings = environment.settings
    s3 = aws.client("s3", connect_timeout=5, read_timeout=20, retries={"mode": "standard"})
    return s3.head_object(Bucket=settings.bucket, Key=settings.key)["ETag"]
