"""One line per invocation, in CloudWatch's embedded metric format: CloudWatch makes metrics of it, without any call.

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


def record(environment: Environment) -> dict:
    """An invocation's measurements, at its beginning; what it does adds to them."""
    if not environment.is_cold:
        return {"ColdStart": 0}
    environment.is_cold = False
    phases = environment.phases
    return {
        "ColdStart": 1,
        "InitMilliseconds": phases["init"],
        "ModelLoadMilliseconds": round(phases["wait"] + phases["unpickle"], 3),
    }


def emit(environment: Environment, measured: dict, environ: Mapping[str, str] = os.environ) -> None:
    """Write the line, unless MODEL_METRICS=false."""
    if environ.get("MODEL_METRICS") == "false":
        return
    metrics = [{"Name": name, "Unit": UNITS[name]} for name in measured]
    line = {
        "_aws": {
            "Timestamp": time.time_ns() // 1_000_000,
            "CloudWatchMetrics": [{"Namespace": NAMESPACE, "Dimensions": [["FunctionName"]], "Metrics": metrics}],
        },
        "FunctionName": environ.get("AWS_LAMBDA_FUNCTION_NAME", "local"),
        **measured,
        "model_sha256": environment.model.sha256,
    }
    if measured["ColdStart"]:
        line["phases"] = environment.phases
    sys.stdout.write(json.dumps(line) + "\n")
