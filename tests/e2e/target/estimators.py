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

ROWS = 60
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


def data():
    """Kinds of data, (X, y) each; an estimator takes the first that it can be fitted on."""
    import numpy

    random = numpy.random.RandomState(0)
    X = random.uniform(0.1, 4, (ROWS, 4))
    classes = (X[:, 0] + X[:, 1] > 4).astype(int) + (X[:, 2] > 3)
    words = ["lambda layer model zip", "model of trees", "cold start", "zip of a layer"] * (ROWS // 4)
    return {
        "classes": (X, classes),
        "two classes": (X, classes > 0),
        "amounts": (X, X @ [1.0, 2.0, 0.5, 0.1] + 0.1),
        "several amounts": (X, X[:, :2] * 2),
        "several classes": (X, numpy.column_stack([classes > 0, classes > 1])),
        "one column": (X[:, 0], X[:, 0] * 2),
        "labels": (classes, None),
        "lists of labels": ([[0, 1], [1], [2]] * (ROWS // 3), None),
        "texts": (words, None),
        "records": ([{"age": 41.0, "sex": "f"}, {"age": 20.0, "sex": "m"}] * (ROWS // 2), None),
        "kernel": (X @ X.T, None),
        "images": (random.uniform(size=(3, 16, 16)), None),
    }


def arguments(name):
    """What an estimator must be given: others, mostly; an empty dict if nothing."""
    import numpy
    from sklearn.decomposition import PCA
    from sklearn.linear_model import LogisticRegression, Ridge
    from sklearn.preprocessing import StandardScaler

    one, two = LogisticRegression(), Ridge()
    given = {
        "ColumnTransformer": {"transformers": [("scale", StandardScaler(), [0, 1]), ("rest", PCA(1), [2, 3])]},
        "FeatureUnion": {"transformer_list": [("scale", StandardScaler()), ("rest", PCA(2))]},
        "FrozenEstimator": {"estimator": LogisticRegression().fit(*data()["classes"])},
        "GaussianRandomProjection": {"n_components": 2},
        "GridSearchCV": {"estimator": two, "param_grid": {"alpha": [0.1, 1.0]}},
        "HalvingGridSearchCV": {"estimator": two, "param_grid": {"alpha": [0.1, 1.0]}},
        "HalvingRandomSearchCV": {"estimator": two, "param_distributions": {"alpha": [0.1, 1.0]}},
        "MultiOutputRegressor": {"estimator": two},
        "Pipeline": {"steps": [("scale", StandardScaler()), ("model", one)]},
        "RandomizedSearchCV": {"estimator": two, "param_distributions": {"alpha": [0.1, 1.0]}, "n_iter": 2},
        "RegressorChain": {"estimator": two},
        "SelfTrainingClassifier": {"estimator": one},
        "SparseCoder": {"dictionary": numpy.eye(4)},
        "SparseRandomProjection": {"n_components": 2},
        "StackingClassifier": {"estimators": [("one", one), ("two", LogisticRegression(C=0.1))]},
        "StackingRegressor": {"estimators": [("one", two), ("two", Ridge(0.1))]},
        "VotingClassifier": {"estimators": [("one", one), ("two", LogisticRegression(C=0.1))]},
        "VotingRegressor": {"estimators": [("one", two), ("two", Ridge(0.1))]},
    }
    return given.get(name, {})


def fit_all(folder):
    from sklearn.experimental import enable_halving_search_cv, enable_iterative_imputer  # noqa: F401
    from sklearn.utils import all_estimators

    untried = {}
    for name, estimator in all_estimators():
        fitted = fit(name, estimator)
        if isinstance(fitted, str):
            untried[name] = fitted
            continue
        with open(os.path.join(folder, name + ".pkl"), "wb") as stream:
            pickle.dump(fitted, stream)
    with open(os.path.join(folder, "untried.json"), "w", encoding="utf-8") as stream:
        json.dump(untried, stream)


def fit(name, estimator):
    """(fitted estimator, kind of data), or the last reason why there is none that answers."""
    why = "no method that is asked for"
    for kind, (X, y) in data().items():
        try:
            made = make(name, estimator)
            made.fit(X) if y is None else made.fit(X, y)
        except Exception as error:  # another kind of data may do
            why = type(error).__name__ + ": " + str(error)[:200]
        else:
            if any(answers(pickle.loads(pickle.dumps(made)), X, y)):
                return made, kind
    return why


def make(name, estimator):
    from sklearn.linear_model import LogisticRegression

    try:
        made = estimator(**arguments(name))
    except TypeError:
        made = estimator(LogisticRegression())
    if "random_state" in made.get_params(deep=False):
        made.set_params(random_state=0)
    return made


def answer_all(folder, result):
    kinds = data()
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
