"""Fits models of `bench.zoo` and writes what to ask them. Runs under the target's interpreter, with a layer's packages.

    python fit_zoo.py FOLDER NAME...

Each model gets a folder of its name with model.pkl, example.pkl (the rows that it was fitted on), requests.json (of
`bench.zoo.forms`) and answers.json: the estimator's own, for all rows together and for each alone.
"""

import json
import math
import os
import pickle
import sys
import warnings


def main(folder, *names):
    from bench import zoo
    from bench.zoo import forms

    warnings.simplefilter("ignore")
    known = zoo.entries()
    for name in names:
        found = known[name].fit()
        own = os.path.join(folder, name)
        os.makedirs(own)
        for file, content in (
            ("model.pkl", found.estimator),
            ("example.pkl", found.example),
            ("rows.pkl", found.asked),
        ):
            with open(os.path.join(own, file), "wb") as stream:
                pickle.dump(content, stream, protocol=5)
        write(os.path.join(own, "requests.json"), forms.requests(found.asked))
        rows = [found.asked[at : at + 1] for at in range(len(found.asked))]
        answers = {
            "together": plain(found.estimator.predict(found.asked)),
            "alone": [plain(found.estimator.predict(row)) for row in rows],
        }
        write(os.path.join(own, "answers.json"), answers)


def write(path, content):
    with open(path, "w", encoding="utf-8") as stream:
        json.dump(content, stream, allow_nan=False)  # Python writes a float so that it reads the same again


def plain(value):
    """Predictions as JSON has them: a float that it does not have is null."""
    value = value.tolist() if hasattr(value, "tolist") else value
    if isinstance(value, (list, tuple)):
        return [plain(each) for each in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


if __name__ == "__main__":
    del sys.path[0]
    main(*sys.argv[1:])
