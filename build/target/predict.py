"""Asks an estimator for its predictions without any code of this project. Runs under the target's interpreter.

    python predict.py MODEL REQUEST RESULT

REQUEST contains {"dataframe_records": [...]} or {"instances": [...]}. RESULT gets a JSON list with one value a row.
"""

from __future__ import annotations

import json
import pickle
import sys


def main(model: str, request: str, result: str) -> None:
    import pandas

    with open(model, "rb") as pickled:
        estimator = pickle.load(pickled)
    with open(request, encoding="utf-8") as stream:
        body = json.load(stream)
    rows = pandas.DataFrame(body["dataframe_records"]) if "dataframe_records" in body else body["instances"]
    with open(result, "w", encoding="utf-8") as stream:
        json.dump(estimator.predict(rows).tolist(), stream)


if __name__ == "__main__":
    del sys.path[0]
    main(*sys.argv[1:])
