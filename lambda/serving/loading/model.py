"""Loads the model, and refuses any model but the one that was deployed."""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from serving.loading import threads, warning_filters
from serving.loading.errors import ModelError, lacks
from serving.loading.fetching import Fetch, Fetched
from serving.loading.formats import FORMATS
from serving.loading.settings import Settings
from serving.loading.timings import Timings
from serving.requests import methods, signature
from serving.requests.signature import METHODS, Signature

if TYPE_CHECKING:
    Identity = tuple[str | None, str | None, str | None]  # of an object's content, as `identity` returns it

FOLDER = Path(__file__).parents[2]  # the function's own folder
WITH_PANDAS = "LAMBDA_MODEL_PANDAS"  # the environment variable that, set to 1, makes every table a pandas DataFrame

HOW_TO_UPLOAD = (
    "upload it with its digest: aws s3 cp model.pkl {url} --metadata sha256=$(sha256sum model.pkl | cut -d' ' -f1)"
)


@dataclass(frozen=True)
class Model:
    """A fitted estimator, and what its requests have to look like."""

    estimator: Any
    sha256: str
    signature: Signature
    identity: Identity | None = None  # identifies the object's content; None where the model is pinned
    one_row: threads.Switch | None = None  # makes its estimators use one thread for a request of one row
    again: bool = True  # whether rows that the model refuses without pandas are tried again with pandas


def load(settings: Settings, fetch: Fetch, timings: Timings) -> Model:
    """Wait for the bytes, verify them, and unpickle them: in this order, because unpickling runs code of the file.

    Raises:
        ModelError: the digest or the version of scikit-learn differs from the expected one, the bytes did not arrive,
            or the format is unknown.
    """
    if settings.format not in FORMATS:
        raise ModelError(f"MODEL_FORMAT is {settings.format!r}; expected one of: {', '.join(FORMATS)}")
    with timings.measure("wait"):
        fetched = fetch()
    timings["fetch"] = round(fetched.seconds * 1e3, 3)
    with closing(fetched), timings.measure("unpickle"):
        _check_digest(settings, fetched)
        _check_sklearn(settings.sklearn_version or fetched.metadata.get("sklearn-version"))
        with warnings.catch_warnings():
            # This finds InconsistentVersionWarning by its words: importing it would import scikit-learn for every model
            warnings.filterwarnings("error", message="Trying to unpickle estimator")
            try:
                estimator = FORMATS[settings.format](fetched, settings)
            except ImportError as error:
                raise ModelError(f"{settings.name} cannot be unpickled: {lacks(error)}") from error
        if isinstance(estimator, type):
            raise ModelError(f"{settings.name} is the class {estimator.__qualname__}; expected a fitted estimator")
        if not methods.of(estimator):
            raise ModelError(
                f"{settings.name} is a {type(estimator).__qualname__}, which has none of the methods "
                f"{', '.join(METHODS)}"
            )
        content = identity(fetched.etag, fetched.metadata) if settings.follow else None
        model = describe(estimator, fetched.sha256, content, settings.one_thread)
        if settings.follow:
            _check_pandas(settings, model.signature)
    warning_filters.shorten()
    return model


def identity(etag: str | None, metadata: Mapping[str, str]) -> Identity:
    """Return what identifies an object's content: its ETag, its digest, and its version of scikit-learn."""
    return etag, metadata.get("sha256"), metadata.get("sklearn-version")


def describe(
    estimator: Any, sha256: str, identity: Identity | None = None, one_thread: str = threads.FOR_ONE_ROW
) -> Model:
    """Return a model with its signature: the one that packaging left, or else the estimator's own.

    Args:
        one_thread: when one thread is enough, as `serving.loading.threads.wanted` says.
    """
    packaged = signature.read_packaged(FOLDER, sha256)
    if packaged is None:
        from serving.requests import inspection  # most models need not import it, because packaging has inspected them

        packaged = {}
        own = inspection.inspect(estimator)
    else:
        own = signature.Signature.from_json(packaged["signature"])
    if os.environ.get(WITH_PANDAS) == "1":
        own = replace(own, frame="pandas")
    if own.frame == "array":  # arrays have no names of columns, but the reader has put them into the model's order
        warnings.filterwarnings("ignore", message="X does not have valid feature names")
    one_row = threads.of(estimator, packaged.get(threads.KEY, ()), one_thread)
    return Model(estimator=estimator, sha256=sha256, signature=own, identity=identity, one_row=one_row)


def _check_pandas(settings: Settings, own: Signature) -> None:
    """Check that the rows of a model that packaging has not seen can be read, because the layer may have no pandas."""
    if own.container != "frame" or own.frame != "pandas":
        return
    error = no_pandas()
    if error:
        raise ModelError(f"{settings.name} takes rows as a pandas DataFrame: {lacks(error)}") from error


def no_pandas() -> ImportError | None:
    """Return why pandas cannot be imported, or None if it can. It is loaded even if a plan has put it off."""
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
        expected = fetched.metadata.get("sha256", "").strip().lower()
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
    installed = getattr(sys.modules.get("sklearn"), "__version__", None)
    if installed is None:
        from importlib import metadata  # this reads the installed files, which takes longer

        installed = metadata.version("scikit-learn")
    if installed != expected:
        raise ModelError(
            f"the model was fitted with scikit-learn {expected}, the layer has {installed}: not unpickled. "
            "Build the layer with that version, or fit the model again"
        )
