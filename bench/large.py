"""Measures what the handler adds to a large request, relative to parsing its JSON: 20,000 rows of 25 columns."""

from __future__ import annotations

import json
import statistics
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench import ROOT, Outcome
from bench.asking import Shop, locked
from build.host import importable
from build.runtimes import DEFAULT_PYTHON, runtime
from build.saying import Say

SCRIPT = ROOT / "bench" / "target" / "time_large.py"
ROUNDS = 15
GOALS = {"dataframe_records": 0.25, "dataframe_split": 0.1, "inputs": 0.1, "csv": 0.3}
BASE = {"csv": "dataframe_records"}  # the form whose json.loads is timed, if it is another form
TABLES = {"light": "a table without pandas", "pandas": "a DataFrame", "array": "an array"}
HEADINGS = [
    "rows, what the model gets, form",
    "body (MB)",
    "`json.loads` (ms)",
    "added (ms)",
    "ratio",
    "`predict` (ms)",
]


def run(results: Path, say: Say, rounds: int = ROUNDS) -> Outcome:
    """Measure, and write large.json into a folder."""
    target = runtime(DEFAULT_PYTHON)
    with TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name).resolve()
        say("Building a layer")
        shop = Shop.build(folder / "layer", target, locked())
        packages = importable.of_layer(shop.out, shop.entry, target)
        say(f"Asking {rounds} times in each form")
        path = folder / "large.json"
        # A thread's time would not include the work of other threads
        one = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
        importable.run(target, str(SCRIPT), [path, rounds], [ROOT / "lambda", packages], one)
        cases = json.loads(path.read_text(encoding="utf-8"))
        versions = shop.entry["packages"]
    return _outcome(cases, results, target.python, versions)


def judged(cases: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the medians, and the ratio of what the handler adds to json.loads within the same round."""
    loads = {(case["model"], case["table"], case["form"]): case["loads"] for case in cases}
    results = []
    for case in cases:
        base = loads[case["model"], case["table"], BASE.get(case["form"], case["form"])]
        ratios = [added / read for added, read in zip(case["adds"], base, strict=True)]
        results.append(
            {
                "model": case["model"],
                "table": case["table"],
                "form": case["form"],
                "body_bytes": case["body_bytes"],
                "loads_of": BASE.get(case["form"], case["form"]),
                "loads_ms": round(statistics.median(base), 2),
                "adds_ms": round(statistics.median(case["adds"]), 2),
                "predict_ms": round(statistics.median(case["predict"]), 2),
                "ratio": round(statistics.median(ratios), 3),
                "lists_loads_ms": round(statistics.median(loads[case["model"], case["table"], "instances"]), 2),
            }
        )
    return results


def _outcome(cases: Sequence[Mapping[str, Any]], results: Path, python: str, versions: Mapping[str, str]) -> Outcome:
    results_ = judged(cases)
    facts = {
        "python": python,
        "packages": {name: versions[name] for name in ("numpy", "pandas", "scikit-learn")},
        "rounds": len(cases[0]["loads"]),
        "goals": GOALS,
        "cases": results_,
    }
    results.mkdir(exist_ok=True)
    path = results / "large.json"
    path.write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")
    rows = [
        [
            f"{case['model']}, {TABLES[case['table']]}, `{case['form']}`",
            f"{case['body_bytes'] / 1e6:.2f}",
            f"{case['loads_ms']:.1f}",
            f"{case['adds_ms']:.1f}",
            f"{case['ratio']:.2f}",
            f"{case['predict_ms']:.1f}",
        ]
        for case in results_
    ]
    ratios = {f"{case['model']}, {case['table']}, {case['form']}": case["ratio"] for case in results_}
    return Outcome("Large requests: what the handler adds, relative to json.loads", HEADINGS, rows, ratios, [path])
