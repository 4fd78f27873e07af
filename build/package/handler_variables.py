"""The environment variables that tell the handler which model to serve.

They are a contract with two other places: lambda/serving/loading/settings.py reads them, and modules/function writes
them for AWS. In Python, they are made here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from build.dist.entries import ModelEntry

PAGE = {"MODEL_DOCS": "true"}  # the function also serves the page on which people try the model


def in_file(path: Path | str) -> dict[str, str]:
    """Return the variables for a model in a file. A relative path starts at the function's own folder."""
    return {"MODEL_FILE": str(path)}


def in_bucket(bucket: str, key: str, version_id: str | None = None) -> dict[str, str]:
    """Return the variables for a model in S3: a version of its object, or what is at the key."""
    variables = {"MODEL_BUCKET": bucket, "MODEL_KEY": key}
    return variables | ({"MODEL_VERSION_ID": version_id} if version_id else {})


def identity(
    sha256: str, format_: str, trusted: Sequence[str] = (), sklearn_version: str | None = None
) -> dict[str, str]:
    """Return the variables that describe a model, wherever it is.

    Args:
        trusted: the types that skops may create besides those that it trusts by itself.
        sklearn_version: the only version of scikit-learn that the handler may load the model with.
    """
    variables = {"MODEL_SHA256": sha256, "MODEL_FORMAT": format_}
    if sklearn_version:
        variables["MODEL_SKLEARN_VERSION"] = sklearn_version
    return variables | trusting(trusted)


def trusting(types: Sequence[str]) -> dict[str, str]:
    """Return the variable that lets skops create these types."""
    return {"MODEL_TRUSTED": ",".join(types)} if types else {}


def of_entry(model: ModelEntry) -> dict[str, str]:
    """Return the variables that describe a packaged model, by its entry in the manifest."""
    return identity(model["sha256"], model["format"], model.get("trusted", ()), model["sklearn_version"])


def of_file(path: Path, sha256: str, format_: str, trusted: Sequence[str] = ()) -> dict[str, str]:
    """Return the variables that make the handler load a file on this machine."""
    return identity(sha256, format_, trusted) | in_file(path.resolve())
