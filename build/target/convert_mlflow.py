"""Pickles an estimator that MLflow saved in its library's own format. Runs under the target's interpreter.

    python convert_mlflow.py ORDER

ORDER is a JSON file with the model's file, the estimator's class, and the file to write.
"""

from __future__ import annotations

import importlib
import json
import pickle
import sys

PROTOCOL = 4  # every runtime can read it


def main(path: str) -> None:
    with open(path, encoding="utf-8") as stream:
        order = json.load(stream)
    module, _, name = order["class"].rpartition(".")
    estimator = getattr(importlib.import_module(module), name)()
    estimator.load_model(order["model"])
    with open(order["result"], "wb") as pickled:
        pickle.dump(estimator, pickled, protocol=PROTOCOL)


if __name__ == "__main__":
    main(*sys.argv[1:])
