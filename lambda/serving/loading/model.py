"""Loads the model, and trusts none that is not the one that was deployed."""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import Any

from serving.loading import threads, warning_filters
from serving.loading.errors import ModelError, lacks
from serving.loading.fetching import Fetch, Fetched
from serving.loading.formats import FORMATS
from serving.loading.phases import Phases
from serving.loading.settings import Settings
from serving.requests import methods, signature
from serving.requests.signature import METHODS, Signature

FOLDER = Path(__file__).parents[2]  # of the function
WITH_PANDAS = "LAMBDA_MODEL_PANDAS"  # set to 1, it has every table reach the model as a pandas DataFrame

HOW_TO_UPLOAD = (
    "upload it with its digest: aws s3 cp model.pkl {url} --metadata sha256=$(sha256sum model.pkl | cut -d' ' -f1)"
)


@dataclass(frozen=True)
class Model:
    """A fitted estimator, and what its requests must look like."""

    estimator: Any
    sha256: str
    signature: Signature
    held: tuple | None = None  # what its object held: as `held` says
    one_row: threads.Switch | None = None  # what is switched to one thread for a request of one row
    again: bool = True  # whether rows that it refuses without pandas are tried with it


def load(settings: Settings, fetch: Fetch, phases: Phases) -> Model:
    """Wait for the bytes, verify and unpickle them, in this order: unpickling runs code that the file names.

    Raises:
        ModelError: another digest, another scikit-learn version, no bytes, or a format that is not known.
    """
    if settings.format not in FORMATS:
        raise ModelError(f"MODEL_FORMAT is {settings.format!r}; expected one of: {', '.join(FORMATS)}")
    with phases.measure("wait"):
        fetched = fetch()
    phases["fetch"] = round(fetched.seconds * 1e3, 3)
    with closing(fetched), phases.measure("unpickle"):
        _check_digest(settings, fetched)
        _check_sklearn(settings.sklearn_version or fetched.facts.get("metadata", {}).get("sklearn-version"))
        with warnings.catch_warnings():
            # InconsistentVersionWarning, by its words: importing it would import scikit-learn for models without it
            warnings.filterwarnings("error", message="Trying to unpickle estimator")
            try:
                estimator = FORMATS[settings.format](fetched, settings)
            except ImportError as error:
                raise ModelError(f"{settings.name} is not unpickled: {lacks(error)}") from error
        if isinstance(estimator, type):
            raise ModelError(f"{settings.name} is the class {estimator.__qualname__}; expected one that is fitted")
        if not methods.of(estimator):
            raise ModelError(
                f"{settings.name} is a {type(estimator).__qualname__}, which has none of the methods "
                f"{', '.join(METHODS)}"
            )
        found = describe(
            estimator, fetched.sha256, held(fetched.facts) if settings.follow else None, settings.one_thread
        )
        if settings.follow:
            _check_pandas(settings, found.signature)
    warning_filters.shorten()
    return found


def held(facts: Mapping[str, Any]) -> tuple:
    """What tells an object's bytes, and what it says of them, from others: ETag, digest, version of scikit-learn."""
    metadata = facts["metadata"]
    return facts["etag"], metadata.get("sha256"), metadata.get("sklearn-version")


def describe(estimator: Any, sha256: str, held: tuple | None = None, one_thread: str = threads.FOR_ONE_ROW) -> Model:
    """A model with its signature: the one that packaging left for these bytes, or else what the estimator says.

    Args:
        one_thread: as `serving.loading.threads.wanted` says.
    """
    said = signature.found(FOLDER, sha256)
    if said is None:
        from serving.requests import inspection  # packaging has done it for most models

        said = {}
        found = inspection.inspect(estimator)
    else:
        found = signature.Signature.from_json(said["signature"])
    if os.environ.get(WITH_PANDAS) == "1":
        found = replace(found, frame="pandas")
    if found.frame == "array":  # the reader has put the columns in their order
        warnings.filterwarnings("ignore", message="X does not have valid feature names")
    one_row = threads.of(estimator, said.get(threads.KEY, ()), one_thread)
    return Model(estimator=estimator, sha256=sha256, signature=found, held=held, one_row=one_row)


def _check_pandas(settings: Settings, found: Signature) -> None:
    """See that rows can be read for a model that packaging has not seen: the layer may have no pandas."""
    if found.container != "frame" or found.frame != "pandas":
        return
    error = no_pandas()
    if error:
        raise ModelError(f"{settings.name} takes rows as a pandas DataFrame: {lacks(error)}") from error


def no_pandas() -> ImportError | None:
    """Why pandas cannot be had; None if it can. It is loaded, even where a plan has put that off."""
    from serving.lazy_imports import modules

    try:
        modules.execute(import_module("pandas"))
    except ImportError as error:
        return error
    return None


def _check_digest(settings: Settings, fetched: Fetched) -> None:
    name = settings.name
    expected = settings.sha256
    if settings.follow:
        expected = fetched.facts["metadata"].get("sha256", "").strip().lower()
        if not expected:
            raise ModelError(
                f"{name} has no metadata sha256, so nothing vouches for it: not unpickled. To serve it, "
                + HOW_TO_UPLOAD.format(url=name)
            )
    if fetched.sha256 != expected:
        raise ModelError(f"{name} has SHA-256 {fetched.sha256}, expected {expected}: not unpickled")


def _check_sklearn(expected: str | None) -> None:
    if expected is None:
        return
    found = getattr(sys.modules.get("sklearn"), "__version__", None)
    if found is None:
        from importlib import metadata  # reads the installed files, which takes longer

        found = metadata.version("scikit-learn")
    if found != expected:
        raise ModelError(
            f"the model was fitted with scikit-learn {expected}, the layer has {found}: not unpickled. "
            "Build the layer with that version, or fit the model again"
        )
