"""Measures where the first call of the user's own function spends its time, and how much memory the function needs."""

from __future__ import annotations

import json
import math
import os
import statistics
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from build.dist.entries import ModelEntry
from build.package import handler_variables, request_files, sample_request
from build.runtimes import runtime
from build.saying import Say
from local import cold_start_chart, embedded_aws, emulator, packaged
from local.deployed import Deployed
from local.embedded_aws import EmbeddedAws

PICTURE = "cold-start.svg"
MEMORY = 1769  # MB during the measurement: one whole vCPU, which the init has at every memory size
SPARE = 1.25  # a factor for the peak, because other requests may need more memory
STEP = 128  # MB between two recommended memory sizes


@dataclass(frozen=True)
class ColdStart:
    """What was measured in fresh environments. Times are medians, in milliseconds."""

    mode: str
    first_call: float  # from the start of the environment to the first answer
    second_call: float
    phases: dict[str, float]  # as in lambda/serving/loading/timings, and "predict"
    rss: float  # bytes of memory that the process had at its peak

    @property
    def bar(self) -> dict[str, Any]:
        """Return the measurements in the form that `cold_start_chart.draw` takes."""
        return {"first_call_ms": self.first_call, "phases_ms": self.phases}

    @property
    def memory_size(self) -> int:
        """Return the memory size in MB that leaves a quarter of the peak to spare."""
        return max(STEP, math.ceil(self.rss * SPARE / 2**20 / STEP) * STEP)


def profile(out: Path, request: Path | None, runs: int, say: Say) -> list[ColdStart]:
    """Run what is packaged in ``out`` in fresh environments, and draw ``cold-start.svg`` there.

    Args:
        request: a file with the event to send; None sends a row that is made up from the signature.
        runs: number of fresh environments for each mode.

    Raises:
        NotPackaged, NotOfThisMachine
    """
    manifest = packaged.read(out)
    model = manifest["model"]
    event = request_files.read(request).event if request else sample_request.make(model)
    with TemporaryDirectory(prefix="cold-start-") as name, embedded_aws.start() as aws:
        packages = emulator.runtime_packages(runtime(manifest["runtime"]).python, Path(name) / "runtime")
        measured = []
        for mode in manifest["functions"]:
            say(f"Starting {runs} fresh environments, mode = {mode}")
            variables = _model_variables(out, model, mode, aws)
            function = packaged.unpack(out, manifest, mode, Path(name) / mode, variables, MEMORY)
            measured.append(_measure(mode, function, packages, aws, event, runs))
    bars = {f"mode = {cold_start.mode}": cold_start.bar for cold_start in measured}
    title = f"{model['estimator'].rpartition('.')[2]}, {model['bytes'] / 1e6:.2f} MB"
    (out / PICTURE).write_text(cold_start_chart.draw({title: bars}), encoding="utf-8")
    return measured


def _measure(mode: str, function: Deployed, packages: Path, aws: EmbeddedAws, event: object, runs: int) -> ColdStart:
    first: list[float] = []
    second: list[float] = []
    phases: list[dict[str, float]] = []
    rss: list[int] = []
    for _ in range(runs):
        with emulator.start(function, packages, aws) as environment:
            for times in (first, second):
                began = time.perf_counter()
                environment.invoke(event)
                times.append((time.perf_counter() - began) * 1e3)
            rss.append(environment.peak_rss())
            phases.append(told(environment.log.read_text(errors="replace")))
    medians = {name: statistics.median(run[name] for run in phases) for name in phases[0]}
    return ColdStart(mode, statistics.median(first), statistics.median(second), medians, statistics.median(rss))


def told(log: str) -> dict[str, float]:
    """Return the phases of the first call from the handler's telemetry, in milliseconds, or {} if the log has none."""
    for line in log.splitlines():
        with suppress(ValueError):
            entry = json.loads(line)
            if isinstance(entry, dict) and "phases" in entry:
                return {**entry["phases"], "predict": entry.get("PredictMilliseconds", 0.0)}
    return {}


def _model_variables(out: Path, model: ModelEntry, mode: str, aws: EmbeddedAws) -> dict[str, str]:
    """Return the variables that tell the function where its model is: in its zip, or in the embedded S3."""
    if mode == "bundle":
        return handler_variables.in_file(model["path"])
    s3, bucket = aws.client("s3"), "models"
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": embedded_aws.REGION})
    s3.upload_file(os.fspath(out / model["path"]), bucket, model["path"])
    return handler_variables.in_bucket(bucket, model["path"])
