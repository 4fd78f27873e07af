"""Fits a forest of about a given size on rows of ten numbers. Runs under the target's interpreter.

python make_forest.py FILE MEGABYTES
"""

from __future__ import annotations

import pickle
import sys

BYTES = 91  # of one tree, for each row that the tree was fitted on


def main(path: str, megabytes: str) -> None:
    import numpy
    from sklearn.ensemble import RandomForestRegressor

    size = float(megabytes) * 1e6
    trees = 10 if size < 5e7 else 40
    random = numpy.random.default_rng(0)
    rows = random.random((round(size / BYTES / trees), 10))
    forest = RandomForestRegressor(n_estimators=trees, random_state=0, n_jobs=-1)
    forest.fit(rows, rows.sum(axis=1) + random.random(len(rows))).set_params(n_jobs=None)
    with open(path, "wb") as stream:
        pickle.dump(forest, stream, protocol=5)


if __name__ == "__main__":
    del sys.path[0]
    main(*sys.argv[1:])
