"""Fits scikit-learn's estimators, and asks fitted ones for all that they can tell. Runs under the target's interpreter.

python estimators.py fit FOLDER             every estimator that can be fitted -> FOLDER/NAME.pkl, untried.json
python estimators.py answer FOLDER RESULT   digests of what each of those answers, by estimator and method
"""

import contextlib
import hashlib
import json
import os
import pickle
import sys
import warnings

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "..", "bench", "target"))

import each_estimator

METHODS = (
    "transform",
    "predict",
    "predict_proba",
    "predict_log_proba",
    "decision_function",
    "score_samples",
    "mahalanobis",
    "inverse_transform",
    "kneighbors",
    "apply",
    "fit_predict",
    "fit_transform",
)


def main(task, folder, *arguments):
    warnings.simplefilter("ignore")  # of convergence on so few rows
    {"fit": fit_all, "answer": answer_all}[task](folder, *arguments)


def fit_all(folder):
    untried = {}
    for name, estimator in each_estimator.known().items():
        fitted = each_estimator.fit(name, estimator, each_estimator.data(), lambda *given: any(answers(*given)))
        if isinstance(fitted, str):
            untried[name] = fitted
            continue
        with open(os.path.join(folder, name + ".pkl"), "wb") as stream:
            pickle.dump(fitted, stream)
    with open(os.path.join(folder, "untried.json"), "w", encoding="utf-8") as stream:
        json.dump(untried, stream)


def answer_all(folder, result):
    kinds = each_estimator.data()
    answers = {}
    for file in sorted(os.listdir(folder)):
        if file.endswith(".pkl"):
            with open(os.path.join(folder, file), "rb") as stream:
                estimator, kind = pickle.load(stream)
            answers[file[: -len(".pkl")]] = answer(estimator, *kinds[kind])
    with open(result, "w", encoding="utf-8") as stream:
        json.dump(answers, stream)


def answer(estimator, X, y):
    return {method: digest(value) for method, value in answers(estimator, X, y)}


def answers(estimator, X, y):
    for method in METHODS:
        asked = getattr(estimator, method, None)
        if asked is not None:
            # as inverse_transform of what is no transform's result
            with contextlib.suppress(Exception):
                yield method, asked(X, y) if method.startswith("fit_") else asked(X)
    if hasattr(estimator, "biclusters_"):
        yield "biclusters_", estimator.biclusters_


def digest(value):
    """The bytes of an answer, in hex."""
    import numpy

    if isinstance(value, tuple):
        return [digest(each) for each in value]
    with contextlib.suppress(AttributeError):
        value = value.toarray()
    array = numpy.ascontiguousarray(value)
    data = repr(array.tolist()).encode() if array.dtype == object else array.tobytes()
    return "%s %s %s" % (array.dtype, array.shape, hashlib.sha256(data).hexdigest())  # noqa: UP031


if __name__ == "__main__":
    del sys.path[0]
    main(*sys.argv[1:])
