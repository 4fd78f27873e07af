"""Fits a model with all kinds of columns, for the page of `invoke serve`. Runs under the target's interpreter.

    python fit_churn.py FOLDER

FOLDER gets model.pkl, example.pkl (rows that it was fitted on) and own.json (rows, and the estimator's own answers).
"""

from __future__ import annotations

import json
import os
import pickle
import sys
import warnings
from typing import Any

ROWS = [
    {
        "plan": "family",
        "country": "Norway",
        "age": 52,
        "monthly_charge": 41.9,
        "support_calls": 0,
        "paperless": True,
        "joined": "2019-03-14T09:30:00",
        "last_message": "Thank you, it works again.",
    },
    {
        "plan": "basic",
        "country": "Italy",
        "age": 23,
        "monthly_charge": None,
        "support_calls": 6,
        "paperless": False,
        "joined": "2026-08-01T18:05:20",
        "last_message": "How do I cancel? The line was down twice, and it is too expensive.",
    },
]
MESSAGES = {
    "leaves": ["please cancel my contract", "too expensive, I want to leave", "down again, how do I cancel"],
    "changes": ["is there a cheaper plan", "which plan has more data", "can I change the plan"],
    "stays": ["thank you, it works", "a new address", "great, thanks for the quick help"],
}


def main(folder: str) -> None:
    import pandas as pd

    warnings.simplefilter("ignore")
    rows, outcomes = customers(600)
    model = pipeline().fit(rows, outcomes)
    frame = pd.DataFrame(ROWS).astype({"joined": rows["joined"].dtype, "plan": rows["plan"].dtype})
    own = [
        {"row": row, "predict": model.predict(frame[at : at + 1])[0], "predict_proba": chances}
        for at, (row, chances) in enumerate(zip(ROWS, model.predict_proba(frame).tolist(), strict=True))
    ]
    for name, content in (("model.pkl", model), ("example.pkl", rows[:200])):
        with open(os.path.join(folder, name), "wb") as stream:
            pickle.dump(content, stream, protocol=5)
    with open(os.path.join(folder, "own.json"), "w", encoding="utf-8") as stream:
        json.dump(own, stream)


def customers(count: int) -> tuple[Any, Any]:
    """Make up customers, and the outcome for each."""
    import numpy as np
    import pandas as pd

    random = np.random.RandomState(0)
    outcomes = random.choice(["stays", "changes", "leaves"], count, p=[0.6, 0.2, 0.2])
    calls = random.poisson(np.where(outcomes == "leaves", 4, 1))
    days = random.randint(0, np.where(outcomes == "leaves", 900, 3000))
    rows = pd.DataFrame(
        {
            "plan": pd.Categorical(random.choice(["basic", "plus", "family"], count), ["basic", "plus", "family"]),
            "country": random.choice(["France", "Germany", "Italy", "Norway", "Spain"], count),
            "age": random.randint(18, 90, count),
            "monthly_charge": np.round(random.uniform(9, 80, count), 2),
            "support_calls": calls,
            "paperless": random.rand(count) < 0.5,
            "joined": pd.Timestamp("2026-11-01") - pd.to_timedelta(days, unit="D"),
            "last_message": [f"{MESSAGES[what][random.randint(3)]}, customer {at}" for at, what in enumerate(outcomes)],
        }
    )
    rows.loc[::7, "monthly_charge"] = float("nan")
    rows["country"] = rows["country"].astype(object)
    rows["last_message"] = rows["last_message"].astype(object)
    return rows, outcomes


def pipeline() -> Any:
    """Return the unfitted model."""
    import pandas as pd
    from sklearn.compose import ColumnTransformer
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler

    numbers = ["age", "monthly_charge", "support_calls", "paperless"]
    since = FunctionTransformer(pd.DataFrame.astype, kw_args={"dtype": "int64"})
    transformers = [
        ("choices", OneHotEncoder(handle_unknown="ignore"), ["plan", "country"]),
        ("numbers", make_pipeline(SimpleImputer(), StandardScaler()), numbers),
        ("joined", make_pipeline(since, StandardScaler()), ["joined"]),
        ("message", TfidfVectorizer(), "last_message"),
    ]
    return make_pipeline(ColumnTransformer(transformers), LogisticRegression(C=0.03, max_iter=1000))


if __name__ == "__main__":
    del sys.path[0]
    main(*sys.argv[1:])
