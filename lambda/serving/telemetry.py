"""Writes one line for each invocation in CloudWatch's embedded metric format, from which CloudWatch makes metrics.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Mapping

from serving.environment import Environment

NAMESPACE = "LambdaModel"
UNITS = {
    "ColdStart": "Count",
    "InitMilliseconds": "Milliseconds",
    "ModelLoadMilliseconds": "Milliseconds",
    "PredictMilliseconds": "Milliseconds",
    "Rows": "Count",
    "BadRequests": "Count",
    "ModelFaults": "Count",
    "WarmUpFailures": "Count",
}


def record(environment: Environment) -> dict[str, float]:
    """Begin the record of an invocation's measurements. The invocation adds to it."""
    if not environment.is_cold:
        return {"ColdStart": 0}
    environment.is_cold = False
    timings = environment.timings
    return {
        "ColdStart": 1,
        "InitMilliseconds": timings["init"],
        "ModelLoadMilliseconds": round(timings["wait"] + timings["unpickle"], 3),
    }


def emit(environment: Environment, measured: dict[str, float], environ: Mapping[str, str] = os.environ) -> None:
    """Write the record as one line to standard output, unless MODEL_METRICS=false."""
    if environ.get("MODEL_METRICS") == "false":
        return
    metrics = [{"Name": name, "Unit": UNITS[name]} for name in measured]
    line: dict[str, object] = {
        "_aws": {
            "Timestamp": time.time_ns() // 1_000_000,
            "CloudWatchMetrics": [{"Namespace": NAMESPACE, "Dimensions": [["FunctionName"]], "Metrics": metrics}],
        },
        "FunctionName": environ.get("AWS_LAMBDA_FUNCTION_NAME", "local"),
        **measured,
        "model_sha256": environment.model.sha256,
    }
    if measured["ColdStart"]:
        line["phases"] = environment.timings
    sys.stdout.write(json.dumps(line) + "\n")
