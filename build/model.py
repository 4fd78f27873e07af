"""Checks a model before it is shipped: it is loaded as Lambda will load it, and asked for a prediction."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from build import environments
from build.errors import UserError
from build.runtimes import Runtime

# The first bytes of what joblib.dump(compress=...) writes: gzip, zlib, bzip2, xz, lzma, lz4
COMPRESSED = (b"\x1f\x8b", b"\x78", b"BZ", b"\xfd7zXZ", b"\x5d\x00", b"\x04\x22\x4d\x18")
PICKLE = b"\x80"  # protocol 2 and later
ZIP = b"PK\x03\x04"
SKOPS = "schema.json"  # in the zip that skops writes
SUFFIXES = {"pickle": "pkl", "joblib": "joblib", "skops": "skops"}
JOBLIB_MARK = b"joblib.numpy_pickle"  # the class that joblib puts where arrays follow

GET_ATTRIBUTE = re.compile(r"Can't get attribute '(?P<name>[^']+)' on <module '(?P<module>[^']+)'")
VERSION = re.compile(
    r"unpickle estimator (?P<estimator>\S+) from version (?P<fitted>\S+) when using version (?P<layer>[\w.]+\w)"
)


class NoModel(UserError):
    template = (
        "There is no model {path}. Give the pickled estimator: --model FILE, or make an example: invoke train-example"
    )


class UnknownFormat(UserError):
    template = (
        "{path} is not a model in a format that is known here.\n"
        "Write it with pickle.dump (protocol 2 or later, as is the default), joblib.dump or skops.io.dump."
    )


class ModelRefused(UserError):
    template = "{path} cannot be served: {why}"


@dataclass(frozen=True)
class Checked:
    """What a check found."""

    format: str
    facts: dict  # estimator, n_features_in, feature_names_in, classes: as in the manifest
    predictions: list | None  # the handler's answer; None where nothing could be asked
    untried: str | None  # why not


def sniff(path: Path) -> str:
    """The format of a model's file, by its first bytes: a key of the handler's table."""
    if not path.is_file():
        raise NoModel(path=path)
    with path.open("rb") as stream:
        head = stream.read(8)
        if any(head.startswith(magic) for magic in COMPRESSED):
            return "joblib"
        if head.startswith(ZIP) and _is_skops(path):
            return "skops"
        if not head.startswith(PICKLE):
            raise UnknownFormat(path=path)
        stream.seek(0)
        tail = b""
        while block := stream.read(1 << 20):
            if JOBLIB_MARK in tail + block:
                return "joblib"
            tail = block[-len(JOBLIB_MARK) :]
    return "pickle"


def _is_skops(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as packed:
            return SKOPS in packed.namelist()
    except zipfile.BadZipFile:
        return False


def check(
    path: Path,
    sha256: str,
    *,
    runtime: Runtime,
    function: Path,
    site_packages: Path,
    scratch: Path,
    request: Path | None = None,
) -> Checked:
    """Load a model in a clean process that sees the staged function and the layer's packages, and ask it once.

    Args:
        function: the staged function: the handler, and the user's own code.
        request: a JSON file to predict; without one a row of zeros is tried.

    Raises:
        ModelRefused: it does not load there, was fitted with another scikit-learn, or refuses the request.
    """
    format_ = sniff(path)
    result = scratch / "check.json"
    arguments = [result, *([request.resolve()] if request else [])]
    environments.run(
        runtime, "check_model.py", arguments, [function, site_packages], environment(path, sha256, format_)
    )
    answer = json.loads(result.read_text(encoding="utf-8"))
    if "error" in answer:
        raise ModelRefused(path=path, why=_explain(answer["error"]["type"], answer["error"]["message"]))
    prediction = answer["prediction"]
    if request and not prediction.get("predictions"):
        raise ModelRefused(path=path, why=f"it does not answer {request}: {prediction.get('error', 'no rows')}")
    return Checked(format_, answer["facts"], prediction.get("predictions"), prediction.get("untried"))


def environment(path: Path, sha256: str, format_: str, trusted: Sequence[str] = ()) -> dict[str, str]:
    """The environment variables that make the handler load a file here.

    Args:
        trusted: types that skops may make beside those that it knows.
    """
    found = {"MODEL_SHA256": sha256, "MODEL_FORMAT": format_, "MODEL_FILE": str(path.resolve())}
    return found | ({"MODEL_TRUSTED": ",".join(trusted)} if trusted else {})


def _explain(kind: str, message: str) -> str:
    """A failure's cause and what to do, for those that users meet."""
    missing, version = GET_ATTRIBUTE.search(message), VERSION.search(message)
    if version:
        return (
            f"{version['estimator']} in it was fitted with scikit-learn {version['fitted']}, and the layer has "
            f"{version['layer']}.\nBuild the layer with that version (scikit-learn=={version['fitted']} in a file for "
            "invoke build-layer --requirements FILE), or fit the model again."
        )
    if missing and missing["module"] == "__main__":
        return (
            f"it needs {missing['name']!r} from `__main__`, the script or notebook that pickled it, which is not in "
            f"Lambda.\nMove {missing['name']} to a module, import it from there, fit and pickle again, and give the "
            "module's folder: --code DIR"
        )
    if missing:
        return f"its module {missing['module']} has no {missing['name']!r} here. Is --code the code it was fitted with?"
    if kind == "ModuleNotFoundError":
        return f"{message}.\nAdd the package to the layer (--requirements), or give the module's folder: --code DIR"
    if kind == "NotFittedError":
        return "it is not fitted. Call its fit method before you pickle it."
    if kind == "NoPredict":
        return f"it is a {message}, which has no predict method."
    return f"loading it in the layer fails with {kind}: {message}"
