"""Asks an estimator for its predictions with nothing of this project between. Runs under the target's interpreter.

    python predict.py MODEL REQUEST RESULT

REQUEST holds {"dataframe_records": [...]} or {"instances": [...]}; RESULT gets a JSON list, one value a row.
"""

import json
import pickle
import sys


def main(model, request, result):
    import pandas

    with open(model, "rb") as stream:
        estimator = pickle.load(stream)
    with open(request, encoding="utf-8") as stream:
        body = json.load(stream)
    rows = pandas.DataFrame(body["dataframe_records"]) if "dataframe_records" in body else body["instances"]
    with open(result, "w", encoding="utf-8") as stream:
        json.dump(estimator.predict(rows).tolist(), stream)


if __name__ == "__main__":
    del sys.path[0]
    main(*sys.argv[1:])
