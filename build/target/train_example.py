"""Fits the example model. Runs under the target's interpreter, with the packages of the layer.

    python train_example.py FOLDER

FOLDER gets two files. model.pkl is a pipeline that was fitted on the diabetes data which scikit-learn ships: 442
patients, ten measurements, and the progression of the disease one year later. request.json is a request with patients
that it was not fitted on.
"""

from __future__ import annotations

import json
import os
import pickle
import sys

ROWS = 20  # patients that are kept for the request


def main(folder: str) -> None:
    from sklearn.compose import ColumnTransformer
    from sklearn.datasets import load_diabetes
    from sklearn.ensemble import RandomForestRegressor
    from sklearn.model_selection import train_test_split
    from sklearn.pipeline import Pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    patients, progression = load_diabetes(return_X_y=True, as_frame=True, scaled=False)
    fitted, held_out, answers, _ = train_test_split(patients, progression, test_size=ROWS, random_state=0)
    numbers = [name for name in patients.columns if name != "sex"]
    columns = ColumnTransformer([("category", OneHotEncoder(), ["sex"]), ("number", StandardScaler(), numbers)])
    forest = RandomForestRegressor(n_estimators=100, min_samples_leaf=3, random_state=0)
    model = Pipeline([("columns", columns), ("forest", forest)]).fit(fitted, answers)
    with open(os.path.join(folder, "model.pkl"), "wb") as pickled:
        pickle.dump(model, pickled, protocol=5)
    with open(os.path.join(folder, "request.json"), "w", encoding="utf-8") as stream:
        json.dump({"dataframe_records": held_out.to_dict(orient="records")}, stream, indent=1)
        stream.write("\n")


if __name__ == "__main__":
    del sys.path[0]
    main(*sys.argv[1:])
