"""How to fit each of scikit-learn's estimators on small data. Runs under the target's interpreter, with its packages.

    python each_estimator.py FOLDER [NAME...]    those that predict -> FOLDER/NAME/model.pkl, example.pkl, request.json

FOLDER/known.json has the names of all that predict, and untried.json the reason for each that was not fitted. What is
there is not fitted again.
"""

import json
import os
import pickle
import sys
import warnings

ROWS = 60


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
    return given.get(name, {})


def known():
    """scikit-learn's estimators by name."""
    from sklearn.experimental import enable_halving_search_cv, enable_iterative_imputer  # noqa: F401
    from sklearn.utils import all_estimators

    return dict(all_estimators())


def fit(name, estimator, kinds, answers):
    """(fitted estimator, kind of data), or the last reason why there is none that answers.

    Args:
        kinds: of data, as `data` gives them.
        answers: says of a fitted estimator, which was pickled, whether it answers.
    """
    why = "it answers nothing"
    for kind, (X, y) in kinds.items():
        try:
            made = make(name, estimator)
            made.fit(X) if y is None else made.fit(X, y)
        except Exception as error:  # another kind of data may do
            why = type(error).__name__ + ": " + str(error)[:200]
        else:
            if answers(pickle.loads(pickle.dumps(made)), X, y):
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


def main(folder, *names):
    warnings.simplefilter("ignore")  # of convergence on so few rows
    kinds, untried = data(), {}
    X, y = kinds["one column"]
    kinds["one column"] = (X[:, None], y)  # as a request has it
    predictors = {name: kind for name, kind in known().items() if hasattr(kind, "predict")}
    write(os.path.join(folder, "known.json"), sorted(predictors))
    for name, estimator in predictors.items():
        own = os.path.join(folder, name)
        if (names and name not in names) or os.path.exists(own):
            continue
        found = fit(name, estimator, kinds, predicts)
        if isinstance(found, str):
            untried[name] = found
        else:
            leave(own, found[0], kinds[found[1]][0])
    write(os.path.join(folder, "untried.json"), untried)


def predicts(estimator, X, y):
    try:
        return len(estimator.predict(X)) == len(X)
    except Exception:  # another kind of data may do
        return False


def leave(own, estimator, X):
    os.makedirs(own)
    for file, content in (("model.pkl", estimator), ("example.pkl", X)):
        with open(os.path.join(own, file), "wb") as stream:
            pickle.dump(content, stream, protocol=5)
    write(os.path.join(own, "request.json"), {"instances": X[:1].tolist()})


def write(path, content):
    with open(path, "w", encoding="utf-8") as stream:
        json.dump(content, stream)


if __name__ == "__main__":
    del sys.path[0]
    main(*sys.argv[1:])
