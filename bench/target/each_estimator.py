"""Fits each of scikit-learn's estimators on small data. Runs under the target's interpreter, with its packages.

    python each_estimator.py FOLDER [NAME...]

Each estimator that predicts gets a folder of its name with model.pkl, example.pkl and request.json. FOLDER/known.json
lists the names of all that predict, and FOLDER/untried.json has the reason for each that could not be fitted.
Estimators whose folder exists are not fitted again.
"""

from __future__ import annotations

import json
import os
import pickle
import sys
import warnings
from collections.abc import Callable
from typing import Any

ROWS = 60


def data() -> dict[str, tuple[Any, Any]]:
    """Return kinds of data as pairs of X and y. An estimator gets the first kind on which it can be fitted."""
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


def arguments(name: str) -> dict[str, Any]:
    """Return the arguments that an estimator requires, which are mostly other estimators."""
    import numpy
    from sklearn.decomposition import PCA
    from sklearn.linear_model import LogisticRegression, Ridge
    from sklearn.preprocessing import StandardScaler

    one, two = LogisticRegression(), Ridge()
    needed: dict[str, dict[str, Any]] = {
        "ClassifierChain": {"estimator": one},
        "ColumnTransformer": {"transformers": [("scale", StandardScaler(), [0, 1]), ("rest", PCA(1), [2, 3])]},
        "FeatureUnion": {"transformer_list": [("scale", StandardScaler()), ("rest", PCA(2))]},
        "FrozenEstimator": {"estimator": LogisticRegression().fit(*data()["classes"])},
        "GaussianRandomProjection": {"n_components": 2},
        "GridSearchCV": {"estimator": two, "param_grid": {"alpha": [0.1, 1.0]}},
        "HalvingGridSearchCV": {"estimator": two, "param_grid": {"alpha": [0.1, 1.0]}},
        "HalvingRandomSearchCV": {"estimator": two, "param_distributions": {"alpha": [0.1, 1.0]}},
        "LocalOutlierFactor": {"novelty": True},
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
    return needed.get(name, {})


def known() -> dict[str, Any]:
    """Return scikit-learn's estimators by name."""
    from sklearn.experimental import enable_halving_search_cv, enable_iterative_imputer  # noqa: F401
    from sklearn.utils import all_estimators

    return dict(all_estimators())


def fit(
    name: str, estimator: Any, kinds: dict[str, tuple[Any, Any]], answers: Callable[[Any, Any, Any], bool]
) -> tuple[Any, str] | str:
    """Fit an estimator on the first kind of data with which it answers.

    Args:
        kinds: kinds of data, as `data` returns them.
        answers: says whether an estimator that was fitted and pickled answers.

    Returns:
        The fitted estimator and the kind of data, or the last reason why there is none.
    """
    why = "it gives no answer"
    for kind, (X, y) in kinds.items():
        try:
            fitted = make(name, estimator)
            fitted.fit(X) if y is None else fitted.fit(X, y)
        except Exception as error:  # another kind of data may work
            why = type(error).__name__ + ": " + str(error)[:200]
        else:
            if answers(pickle.loads(pickle.dumps(fitted)), X, y):
                return fitted, kind
    return why


def make(name: str, estimator: Any) -> Any:
    """Return an unfitted estimator of this class."""
    from sklearn.linear_model import LogisticRegression

    try:
        unfitted = estimator(**arguments(name))
    except TypeError:
        unfitted = estimator(LogisticRegression())
    if "random_state" in unfitted.get_params(deep=False):
        unfitted.set_params(random_state=0)
    return unfitted


def main(folder: str, *names: str) -> None:
    warnings.simplefilter("ignore")  # so few rows cause warnings about convergence
    kinds = data()
    untried: dict[str, str] = {}
    X, y = kinds["one column"]
    kinds["one column"] = (X[:, None], y)  # a request has it like this
    predictors = {name: kind for name, kind in known().items() if hasattr(kind, "predict")}
    write(os.path.join(folder, "known.json"), sorted(predictors))
    for name, estimator in predictors.items():
        own = os.path.join(folder, name)
        if (names and name not in names) or os.path.exists(own):
            continue
        result = fit(name, estimator, kinds, predicts)
        if isinstance(result, str):
            untried[name] = result
        else:
            leave(own, result[0], kinds[result[1]][0])
    write(os.path.join(folder, "untried.json"), untried)


def predicts(estimator: Any, X: Any, y: Any) -> bool:
    """Return whether it predicts something for each row."""
    try:
        return len(estimator.predict(X)) == len(X)
    except Exception:  # another kind of data may work
        return False


def leave(own: str, estimator: Any, X: Any) -> None:
    """Write an estimator's files into its folder."""
    os.makedirs(own)
    for file, content in (("model.pkl", estimator), ("example.pkl", X)):
        with open(os.path.join(own, file), "wb") as stream:
            pickle.dump(content, stream, protocol=5)
    write(os.path.join(own, "request.json"), {"instances": X[:1].tolist()})


def write(path: str, content: object) -> None:
    with open(path, "w", encoding="utf-8") as stream:
        json.dump(content, stream)


if __name__ == "__main__":
    del sys.path[0]
    main(*sys.argv[1:])
