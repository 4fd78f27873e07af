"""Explains to the user why a model cannot be served, and what to do about it."""

from __future__ import annotations

import re

from build.package import pickles
from build.package.declared import NOTHING, Declared

GET_ATTRIBUTE = re.compile(r"Can't get attribute '(?P<name>[^']+)' on <module '(?P<module>[^']+)'")
VERSION = re.compile(
    r"unpickle estimator (?P<estimator>\S+) from version (?P<fitted>\S+) when using version (?P<layer>[\w.]+\w)"
)
MODULE = re.compile(r"No module named '(?P<module>[^']+)'")

GIVE_ROWS = (
    "Give rows that it was fitted on, without the answers: --example FILE (Parquet, Feather, CSV, JSON records, or a "
    "pickled DataFrame, array or list)"
)

# The kind of a failure, as the scripts in build/target name it, and the text that explains it. {message} is what the
# script says about this case.
REASONS = {
    "NotFittedError": "it is not fitted. Call its fit method before you pickle it.",
    "NoMethod": "it is a {message}, which has none of the methods predict, predict_proba and transform.",
    "NoSuchMethod": "it has no method {method}. It has: {message}.",
    "Container": (
        "the file holds {message}. Pickle the fitted estimator itself. If other steps come before it, put them into "
        "one scikit-learn Pipeline together with it."
    ),
    "Booster": (
        "it is a native Booster of {message}, which takes that library's own matrices. Fit the library's estimator for "
        "scikit-learn instead (XGBClassifier, LGBMRegressor, ...), or load the booster into one."
    ),
    "BadExample": "its example {example} cannot be used: {message}.\n" + GIVE_ROWS + ".",
    "BadSignature": "the signature {signature} does not describe it: {message}.",
    "OwnRefusal": (
        "the estimator itself refuses the rows of {example}: {message}.\n"
        "Give rows in the form in which it was fitted on them, without the answers."
    ),
    "Untried": ("no prediction could be tried: {message}.\n" + GIVE_ROWS + ". To ship it untried: --untried"),
    "Otherwise": (
        "the packaged function would give other answers than the estimator itself:\n{message}\n"
        "If the model was fitted on other types of columns than those that were found, give rows with the right types "
        "(--example FILE, as Parquet or pickle), or declare them: --signature FILE."
    ),
    "Random": (
        "the estimator itself gives other answers when it is asked twice, so its answers cannot be compared. Fix its "
        "random_state."
    ),
    "Fault": "{message}. It has to return one prediction for each row.",
    "RequestRefused": "it does not answer {request}: {message}",
}


def explain(kind: str, message: str, declared: Declared = NOTHING, writer: pickles.Writer | None = None) -> str:
    """Return the cause of a failure and what to do about it, for the failures that users meet.

    Args:
        kind: the type of the exception, or a key of `REASONS`.
        writer: the scikit-learn that wrote the pickle, if it is another version than the layer's.
    """
    attribute, version, module = GET_ATTRIBUTE.search(message), VERSION.search(message), MODULE.match(message)
    package = (attribute or module or {"module": ""})["module"].partition(".")[0]
    if writer and (version or package == "sklearn"):
        what = f"the layer has scikit-learn {version['layer']}" if version else message.rstrip(".")
        return f"{what}.\n{writer.advice()}"
    if version:
        return (
            f"{version['estimator']} in it was fitted with scikit-learn {version['fitted']}, and the layer has "
            f"{version['layer']}.\nBuild the layer with that version (scikit-learn=={version['fitted']} in a file for "
            "invoke build-layer --requirements FILE), or fit the model again."
        )
    if attribute and attribute["module"] == "__main__":
        return (
            f"it needs {attribute['name']!r} from `__main__`, the script or notebook that pickled it, which is not in "
            f"Lambda.\nMove {attribute['name']} to a module, import it from there, fit and pickle again, and give the "
            "module's folder: --code DIR"
        )
    if attribute:
        return (
            f"its module {attribute['module']} has no {attribute['name']!r} here. "
            "Is --code the code that it was fitted with?"
        )
    if kind == "ModuleNotFoundError":
        return f"{message}.\nAdd the package to the layer (--requirements), or give the module's folder: --code DIR"
    if kind in REASONS:
        return REASONS[kind].format(
            message=message,
            method=declared.method,
            example=declared.example or declared.request,
            signature=declared.signature,
            request=declared.request,
        )
    hint = f"\n{writer.advice()}" if writer else ""
    return f"loading it in the layer fails with {kind}: {message}{hint}"
