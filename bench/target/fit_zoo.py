"""Fits models of `bench.zoo` and writes what to ask them. Runs under the target's interpreter, with a layer's packages.

    python fit_zoo.py FOLDER NAME...

Each model gets a folder of its name with model.pkl, example.pkl (the rows that it was fitted on), requests.json (which
`bench.zoo.forms` describes) and answers.json (the estimator's own, for all rows together and for each row alone).
"""

from __future__ import annotations

import json
import math
import os
import pickle
import sys
import warnings
from typing import Any


def main(folder: str, *names: str) -> None:
    from bench import zoo
    from bench.zoo import forms

    warnings.simplefilter("ignore")
    entries = zoo.entries()
    for name in names:
        fitted = entries[name].fit()
        own = os.path.join(folder, name)
        os.makedirs(own)
        for file, content in (
            ("model.pkl", fitted.estimator),
            ("example.pkl", fitted.example),
            ("rows.pkl", fitted.asked),
        ):
            with open(os.path.join(own, file), "wb") as stream:
                pickle.dump(content, stream, protocol=5)
        write(os.path.join(own, "requests.json"), forms.requests(fitted.asked))
        rows = [fitted.asked[at : at + 1] for at in range(len(fitted.asked))]
        answers = {
            "together": plain(fitted.estimator.predict(fitted.asked)),
            "alone": [plain(fitted.estimator.predict(row)) for row in rows],
        }
        write(os.path.join(own, "answers.json"), answers)


def write(path: str, content: object) -> None:
    with open(path, "w", encoding="utf-8") as stream:
        json.dump(content, stream, allow_nan=False)  # Python writes a float so that the same number is read again


def plain(value: Any) -> Any:
    """Return predictions as JSON has them, where a float that JSON lacks is null."""
    value = value.tolist() if hasattr(value, "tolist") else value
    if isinstance(value, (list, tuple)):
        return [plain(element) for element in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


if __name__ == "__main__":
    del sys.path[0]
    main(*sys.argv[1:])
