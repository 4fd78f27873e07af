"""Checks a model before it is shipped: it is loaded, and its answers are proved, in the layer that it will run in."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from build.errors import UserError
from build.package import pickles, proof
from build.package.process import Process, Refused
from build.package.wishes import Wishes
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


MODULE = re.compile(r"No module named '(?P<module>[^']+)'")


NOTHING = Wishes()


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
    proof: proof.Proof

    @property
    def facts(self) -> dict:
        """Estimator, n_features_in, feature_names_in, classes and signature, as in the manifest."""
        return self.proof.facts


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
    wishes: Wishes = NOTHING,
) -> Checked:
    """Find out what a model takes, and prove its answers, in clean processes that see the function and the packages.

    Args:
        function: the staged function: the handler, and the user's own code. It gets the model's signature.
        wishes: what the user says of the model.

    Raises:
        ModelRefused: it does not load there, was fitted with another scikit-learn, or would answer otherwise than the
            estimator itself.
    """
    format_ = sniff(path)
    process = Process(runtime, function, site_packages, environment(path, sha256, format_), scratch)
    try:
        return Checked(format_, proof.find(process, path, format_, sha256, wishes))
    except Refused as error:
        raise ModelRefused(
            path=path, why=_explain(error.kind, error.message, wishes, _mismatch(path, site_packages))
        ) from error


def environment(path: Path, sha256: str, format_: str, trusted: Sequence[str] = ()) -> dict[str, str]:
    """The environment variables that make the handler load a file here.

    Args:
        trusted: types that skops may make beside those that it knows.
    """
    found = {"MODEL_SHA256": sha256, "MODEL_FORMAT": format_, "MODEL_FILE": str(path.resolve())}
    return found | ({"MODEL_TRUSTED": ",".join(trusted)} if trusted else {})


GIVE_ROWS = (
    "Give rows that it was fitted on, without the answers: --example FILE (Parquet, Feather, CSV, JSON records, or a "
    "pickled DataFrame, array or list)"
)

# What a process calls it -> what to say; {message} is the process's own
REASONS = {
    "NotFittedError": "it is not fitted. Call its fit method before you pickle it.",
    "NoMethod": "it is a {message}, which has none of the methods predict, predict_proba and transform.",
    "NoSuchMethod": "it has no method {method}. It has: {message}.",
    "Container": (
        "the file holds {message}. Pickle the fitted estimator itself; what has to go before it belongs into a "
        "scikit-learn Pipeline with it."
    ),
    "Booster": (
        "it is a native Booster of {message}, which takes that library's own matrices. Fit the library's estimator for "
        "scikit-learn instead (XGBClassifier, LGBMRegressor, ...), or load the booster into one."
    ),
    "BadExample": "its example {example} cannot be used: {message}.\n" + GIVE_ROWS + ".",
    "BadSignature": "the signature {signature} is not its own: {message}.",
    "OwnRefusal": (
        "the estimator itself refuses the rows of {example}: {message}.\n"
        "Give rows as it was fitted with them, without the answers."
    ),
    "Untried": ("nothing could be tried: {message}.\n" + GIVE_ROWS + ". To ship it with nothing tried: --untried"),
    "Otherwise": (
        "it would answer otherwise than it should:\n{message}\n"
        "If the model was fitted with other types than it seems, give rows with theirs (--example FILE, as Parquet or "
        "pickle), or name them: --signature FILE."
    ),
    "Random": (
        "the estimator itself gives other answers when it is asked twice, so nothing can be shown of them. Fix its "
        "random_state."
    ),
    "Fault": "{message}. It has to give one for each row.",
    "RequestRefused": "it does not answer {request}: {message}",
}


def _mismatch(path: Path, site_packages: Path) -> pickles.Writer | None:
    """What wrote a pickle, if it was another scikit-learn than that of the layer."""
    writer = pickles.writer(path)
    return writer if writer and writer.sklearn != pickles.installed(site_packages) else None


def _explain(kind: str, message: str, wishes: Wishes = NOTHING, writer: pickles.Writer | None = None) -> str:
    """A failure's cause and what to do, for those that users meet.

    Args:
        writer: what wrote the pickle, if it was another scikit-learn than that of the layer.
    """
    missing, version = GET_ATTRIBUTE.search(message), VERSION.search(message)
    about = missing["module"] if missing else MODULE.match(message)["module"] if MODULE.match(message) else ""
    if writer and (version or about.partition(".")[0] == "sklearn"):
        what = f"the layer has scikit-learn {version['layer']}" if version else message.rstrip(".")
        return f"{what}.\n{writer.advice()}"
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
    if kind in REASONS:
        example = wishes.example or wishes.request
        return REASONS[kind].format(
            message=message, method=wishes.method, example=example, signature=wishes.signature, request=wishes.request
        )
    hint = f"\n{writer.advice()}" if writer else ""
    return f"loading it in the layer fails with {kind}: {message}{hint}"
