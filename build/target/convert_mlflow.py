"""Pickles an estimator that MLflow keeps in its library's own format. Runs under the target's interpreter.

    python convert_mlflow.py ORDER

ORDER is JSON: the model's file, the estimator's class and the file to write.
"""

import importlib
import json
import pickle
import sys

PROTOCOL = 4  # every runtime reads it


def main(path):
    with open(path, encoding="utf-8") as stream:
        order = json.load(stream)
    module, _, name = order["class"].rpartition(".")
    estimator = getattr(importlib.import_module(module), name)()
    estimator.load_model(order["model"])
    with open(order["result"], "wb") as stream:
        pickle.dump(estimator, stream, protocol=PROTOCOL)


if __name__ == "__main__":
    main(*sys.argv[1:])
