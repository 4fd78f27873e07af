"""Loads a model as Lambda will and says what it is. Runs under the target's interpreter.

    python check_model.py RESULT [REQUEST]

It sees what PYTHONPATH names, the staged function and the layer, and imports the function's own handler, which loads
the model that the MODEL_* variables name. RESULT gets JSON: {"facts": ..., "prediction": ...} or {"error": ...}.
"""

import json
import os
import sys


def main(result, request=None):
    try:
        answer = inspect(request)
    except Exception as error:  # whatever a model's own code raises is an answer here
        answer = {"error": {"type": type(error).__name__, "message": str(error)}}
    with open(result, "w", encoding="utf-8") as stream:
        json.dump(answer, stream)


def inspect(request):
    trusted = {}
    if os.environ["MODEL_FORMAT"] == "skops":
        from skops.io import get_untrusted_types

        # of the model that its owner ships: what is trusted is what was seen here
        trusted = {"trusted": sorted(get_untrusted_types(file=os.environ["MODEL_FILE"]))}
        os.environ["MODEL_TRUSTED"] = ",".join(trusted["trusted"])
    import handler

    model = handler.ENVIRONMENT.model
    classes = getattr(model.estimator, "classes_", None)
    facts = {
        "estimator": f"{type(model.estimator).__module__}.{type(model.estimator).__qualname__}",
        "n_features_in": None if model.n_features_in is None else int(model.n_features_in),
        "feature_names_in": model.feature_names_in,
        "classes": plain(classes),
        **trusted,
    }
    if not callable(getattr(model.estimator, "predict", None)):
        return {"error": {"type": "NoPredict", "message": facts["estimator"]}}
    if "sklearn" in sys.modules and hasattr(model.estimator, "get_params"):
        from sklearn.utils.validation import check_is_fitted

        check_is_fitted(model.estimator)
    return {"facts": facts, "prediction": predict(handler, model, request)}


def plain(classes):
    """Class labels as JSON has them; None for those of several outputs, which are lists of arrays."""
    if not hasattr(classes, "tolist"):
        return None
    return [each if isinstance(each, (str, int, float, bool)) else str(each) for each in classes.tolist()]


def predict(handler, model, request):
    """One prediction: on the request, or else on a row of zeros, which only tells if it works."""
    if request:
        with open(request, encoding="utf-8") as stream:
            return handler.lambda_handler(json.load(stream), None)
    if model.n_features_in is None:
        return {"untried": "the model does not say how many features it takes"}
    try:
        answer = handler.lambda_handler({"instances": [[0] * int(model.n_features_in)]}, None)
    except Exception:
        answer = {}
    return answer if "predictions" in answer else {"untried": "it does not take a row of zeros"}


if __name__ == "__main__":
    del sys.path[0]  # this folder is not in Lambda
    main(*sys.argv[1:])
