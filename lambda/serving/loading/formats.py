"""Loads a model in the format in which it was written. All readers get bytes whose digest has been checked."""

from __future__ import annotations

import pickle
import warnings
from collections.abc import Callable
from typing import Any

from serving.loading.errors import ModelError
from serving.loading.fetching import Fetched
from serving.loading.settings import Settings


def _read_pickle(fetched: Fetched, settings: Settings) -> Any:
    return pickle.loads(fetched.data)


def _read_joblib(fetched: Fetched, settings: Settings) -> Any:
    """Leave uncompressed arrays where they are, in the bundle or the download, and read them when they are needed.

    They are mapped as copy-on-write and not as read-only, since the compiled code of some estimators accepts only
    arrays that it could write to.
    """
    import joblib

    # joblib warns that compressed files cannot be mapped
    warnings.filterwarnings("ignore", message="mmap_mode .* is not compatible with compressed file")
    return joblib.load(fetched.path, mmap_mode="c")


def _read_skops(fetched: Fetched, settings: Settings) -> Any:
    try:
        from skops.io import load
    except ImportError as error:
        raise ModelError(
            "the model is in skops' format and the layer has no skops: build it with a requirements file that names it"
        ) from error
    return load(fetched.path, trusted=list(settings.trusted))


FORMATS: dict[str, Callable[[Fetched, Settings], Any]] = {
    "pickle": _read_pickle,
    "joblib": _read_joblib,
    "skops": _read_skops,
}
