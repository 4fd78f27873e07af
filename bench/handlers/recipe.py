"""The handler that tutorials show: it does everything inside the handler, with boto3's resources and /tmp.

Unlike theirs, it prints where the time of the first call went.
"""

from __future__ import annotations

import json
import os
import pickle
import time
from typing import Any

BEGAN = time.perf_counter()

import boto3  # noqa: E402

IMPORTED = time.perf_counter()
s3 = boto3.resource("s3")


def lambda_handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    path = os.environ["TMPDIR"] + "/model.pkl"
    times = [time.perf_counter()]
    if not os.path.exists(path):
        s3.Bucket(os.environ["MODEL_BUCKET"]).download_file(os.environ["MODEL_KEY"], path)
    times.append(time.perf_counter())
    with open(path, "rb") as stream:
        model = pickle.load(stream)
    times.append(time.perf_counter())
    predictions = model.predict(rows_of(event)).tolist()
    times.append(time.perf_counter())
    fetch, unpickle, predict = (1e3 * (times[at + 1] - times[at]) for at in range(3))
    timings = {"boto3": (times[0] - BEGAN) * 1e3, "fetch": fetch, "unpickle": unpickle, "predict": predict}
    print(json.dumps({"recipe": timings}))
    return {"predictions": predictions}


def rows_of(event: dict[str, Any]) -> Any:
    """Return the rows as tutorials read them."""
    if "instances" in event:
        return event["instances"]
    import pandas as pd

    return pd.DataFrame(event["dataframe_records"])
