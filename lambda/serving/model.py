"""Loads the model, and trusts none that is not the one that was deployed."""

from __future__ import annotations

import os
import pickle
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from serving import storage
from serving.errors import ModelError
from serving.settings import Settings

# joblib's processes need /dev/shm, which Lambda has not; without this, n_jobs=-1 fails at the first prediction
os.environ.setdefault("JOBLIB_MULTIPROCESSING", "0")


@dataclass(frozen=True)
class Model:
    """A fitted estimator, and what its requests must look like."""

    estimator: Any
    sha256: str
    n_features_in: int | None  # None: the estimator does not say
    feature_names_in: list[str] | None  # None: it was fitted without names


def load(settings: Settings) -> Model:
    """Fetch, verify and unpickle the model, in this order: unpickling runs code that the file names.

    Raises:
        ModelError: another digest, another scikit-learn version, or a format that is not known.
    """
    if settings.format not in FORMATS:
        raise ModelError(f"MODEL_FORMAT is {settings.format!r}; expected one of: {', '.join(FORMATS)}")
    _check_sklearn(settings.sklearn_version)
    path = storage.fetch(settings)
    with warnings.catch_warnings():
        # InconsistentVersionWarning, by its words: importing it would import scikit-learn for models that need none
        warnings.filterwarnings("error", message="Trying to unpickle estimator")
        estimator = FORMATS[settings.format](path)
    return describe(estimator, settings.sha256)


def describe(estimator: Any, sha256: str) -> Model:
    """What the estimator says of its input."""
    names = getattr(estimator, "feature_names_in_", None)
    return Model(
        estimator=estimator,
        sha256=sha256,
        n_features_in=getattr(estimator, "n_features_in_", None),
        feature_names_in=None if names is None else [str(name) for name in names],
    )


def _check_sklearn(expected: str | None) -> None:
    if expected is None:
        return
    found = metadata.version("scikit-learn")
    if found != expected:
        raise ModelError(
            f"the model was fitted with scikit-learn {expected}, the layer has {found}: not unpickled. "
            "Build the layer with that version, or fit the model again"
        )


def _read_pickle(path: Path) -> Any:
    with path.open("rb") as stream:
        return pickle.load(stream)


def _read_joblib(path: Path) -> Any:
    import joblib

    return joblib.load(path)


FORMATS: dict[str, Callable[[Path], Any]] = {"pickle": _read_pickle, "joblib": _read_joblib}
