"""What the handler adds to a large request, by the time that reading its JSON takes: 20,000 rows of 25 columns."""

from __future__ import annotations

import json
import statistics
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench import ROOT, Outcome, Say
from bench.asking import Shop, locked
from build.host import importable
from build.runtimes import DEFAULT_PYTHON, runtime

SCRIPT = ROOT / "bench" / "target" / "time_large.py"
ROUNDS = 15
GOALS = {"dataframe_records": 0.25, "dataframe_split": 0.1, "inputs": 0.1, "csv": 0.3}
BASE = {"csv": "dataframe_records"}  # of which form json.loads is timed, where it is not the form itself
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
        one = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}  # what other threads do is in no thread's time
        importable.run(target, str(SCRIPT), [path, rounds], [ROOT / "lambda", packages], one)
        cases = json.loads(path.read_text(encoding="utf-8"))
        versions = shop.entry["packages"]
    return _outcome(cases, results, target.python, versions)


def judged(cases: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Medians, and the ratio of what the handler adds to json.loads, round by round."""
    loads = {(case["model"], case["table"], case["form"]): case["loads"] for case in cases}
    found = []
    for case in cases:
        base = loads[case["model"], case["table"], BASE.get(case["form"], case["form"])]
        ratios = [added / read for added, read in zip(case["adds"], base, strict=True)]
        found.append(
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
    return found


def _outcome(cases: Sequence[Mapping[str, Any]], results: Path, python: str, versions: Mapping[str, str]) -> Outcome:
    found = judged(cases)
    facts = {
        "python": python,
        "packages": {name: versions[name] for name in ("numpy", "pandas", "scikit-learn")},
        "rounds": len(cases[0]["loads"]),
        "goals": GOALS,
        "cases": found,
    }
    results.mkdir(exist_ok=True)
    path = results / "large.json"
    path.write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")
    rows = [
        [
            f"{each['model']}, {TABLES[each['table']]}, `{each['form']}`",
            f"{each['body_bytes'] / 1e6:.2f}",
            f"{each['loads_ms']:.1f}",
            f"{each['adds_ms']:.1f}",
            f"{each['ratio']:.2f}",
            f"{each['predict_ms']:.1f}",
        ]
        for each in found
    ]
    ratios = {f"{each['model']}, {each['table']}, {each['form']}": each["ratio"] for each in found}
    return Outcome("Large requests: what the handler adds, by json.loads", HEADINGS, rows, ratios, [path])
