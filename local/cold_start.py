"""Where the first call of the user's own function spends its time, and how much memory it asks for."""

from __future__ import annotations

import json
import math
import os
import statistics
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from build.package import request_files, samples
from build.runtimes import runtime
from local import cold_start_chart, embedded_aws, emulator, packaged
from local.deployed import Deployed
from local.embedded_aws import EmbeddedAws

PICTURE = "cold-start.svg"
MEMORY = 1769  # MB while it is measured: one vCPU, as the init has whatever the memory size
SPARE = 1.25  # of the peak: requests differ
STEP = 128  # MB

Say = Callable[[str], None]


@dataclass(frozen=True)
class ColdStart:
    """What fresh environments showed; times in ms, medians."""

    mode: str
    first_call: float  # from nothing to the first answer
    second_call: float
    phases: dict[str, float]  # as in lambda/serving/loading/phases, and "predict"
    rss: float  # the most bytes that the process ever had

    @property
    def bar(self) -> dict:
        """As `picture.draw` wants it."""
        return {"first_call_ms": self.first_call, "phases_ms": self.phases}

    @property
    def memory_size(self) -> int:
        """The memory size in MB that leaves a quarter to spare."""
        return max(STEP, math.ceil(self.rss * SPARE / 2**20 / STEP) * STEP)


def profile(out: Path, request: Path | None, runs: int, say: Say) -> list[ColdStart]:
    """Run what is packaged in ``out`` in fresh environments, and draw where the time went, as ``cold-start.svg`` there.

    Args:
        request: the first event; without one a row that is made up from the signature.
        runs: fresh environments for each mode.

    Raises:
        NotPackaged, NotOfThisMachine
    """
    known = packaged.read(out)
    event = request_files.read(request).event if request else samples.request(known["model"])
    with TemporaryDirectory(prefix="cold-start-") as name, embedded_aws.start() as aws:
        packages = emulator.runtime_packages(runtime(known["runtime"]).python, Path(name) / "runtime")
        found = []
        for mode in known["functions"]:
            say(f"Starting {runs} fresh environments, mode = {mode}")
            where = _where(out, known["model"], mode, aws)
            deployed = packaged.unpack(out, known, mode, Path(name) / mode, where, MEMORY)
            found.append(_measure(mode, deployed, packages, aws, event, runs))
    bars = {f"mode = {each.mode}": each.bar for each in found}
    model = f"{known['model']['estimator'].rpartition('.')[2]}, {known['model']['bytes'] / 1e6:.2f} MB"
    (out / PICTURE).write_text(cold_start_chart.draw({model: bars}), encoding="utf-8")
    return found


def _measure(mode: str, deployed: Deployed, packages: Path, aws: EmbeddedAws, event: object, runs: int) -> ColdStart:
    first, second, phases, rss = [], [], [], []
    for _ in range(runs):
        with emulator.start(deployed, packages, aws) as environment:
            for times in (first, second):
                began = time.perf_counter()
                environment.invoke(event)
                times.append((time.perf_counter() - began) * 1e3)
            rss.append(environment.peak_rss())
            phases.append(told(environment.log.read_text(errors="replace")))
    medians = {name: statistics.median(each[name] for each in phases) for name in phases[0]}
    return ColdStart(mode, statistics.median(first), statistics.median(second), medians, statistics.median(rss))


def told(log: str) -> dict[str, float]:
    """Where the first call's time went, as the handler's telemetry tells; {} if it tells nothing."""
    for line in log.splitlines():
        with suppress(ValueError):
            said = json.loads(line)
            if isinstance(said, dict) and "phases" in said:
                return {**said["phases"], "predict": said.get("PredictMilliseconds", 0.0)}
    return {}


def _where(out: Path, model: dict, mode: str, aws: EmbeddedAws) -> dict[str, str]:
    """Where the function finds its model: in its zip, or in the embedded S3."""
    if mode == "bundle":
        return {"MODEL_FILE": model["path"]}
    s3, bucket = aws.client("s3"), "models"
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": embedded_aws.REGION})
    s3.upload_file(os.fspath(out / model["path"]), bucket, model["path"])
    return {"MODEL_BUCKET": bucket, "MODEL_KEY": model["path"]}
