"""Where the first call of the user's own function spends its time, and how much memory it asks for."""

from __future__ import annotations

import json
import math
import os
import statistics
import time
import zipfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from build import deferral, environments, manifest
from build.errors import UserError
from build.runtimes import architecture, runtime
from local import embedded_aws, emulator, picture
from local.deployed import Deployed
from local.embedded_aws import EmbeddedAws

PICTURE = "cold-start.svg"
MEMORY = 1769  # MB while it is measured: one vCPU, as the init has whatever the memory size
SPARE = 1.25  # of the peak: requests differ
STEP = 128  # MB

Say = Callable[[str], None]


class NothingPackaged(UserError):
    template = "There is no packaged function in {out}. Package one: invoke package --model FILE [--bundle-model]"


class NotOfThisMachine(UserError):
    template = "The layer in {out} is for {architecture}, which does not run on this machine."


@dataclass(frozen=True)
class ColdStart:
    """What fresh environments showed; times in ms, medians."""

    mode: str
    first_call: float  # from nothing to the first answer
    second_call: float
    phases: dict[str, float]  # as in lambda/serving/phases, and "predict"
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
        request: the first event; without one a row of zeros.
        runs: fresh environments for each mode.

    Raises:
        NothingPackaged, NotOfThisMachine
    """
    known = manifest.read(out) or {}
    if not known.get("functions") or not known.get("layer"):
        raise NothingPackaged(out=out)
    if not environments.runs_here(architecture(known["architecture"])):
        raise NotOfThisMachine(out=out, architecture=known["architecture"])
    event = deferral.probes(known["model"], request)[0]
    with TemporaryDirectory(prefix="cold-start-") as name, embedded_aws.start() as aws:
        packages = emulator.runtime_packages(runtime(known["runtime"]).python, Path(name) / "runtime")
        found = []
        for mode in known["functions"]:
            say(f"Starting {runs} fresh environments, mode = {mode}")
            deployed = _deployed(out, known, mode, Path(name) / mode, aws)
            found.append(_measure(mode, deployed, packages, aws, event, runs))
    bars = {f"mode = {each.mode}": each.bar for each in found}
    model = f"{known['model']['estimator'].rpartition('.')[2]}, {known['model']['bytes'] / 1e6:.2f} MB"
    (out / PICTURE).write_text(picture.draw({model: bars}), encoding="utf-8")
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


def _deployed(out: Path, known: dict, mode: str, folder: Path, aws: EmbeddedAws) -> Deployed:
    """A function as Lambda would have it on its disk; its model in the embedded S3, if it is not in the zip."""
    model, entry = known["model"], known["functions"][mode]
    with zipfile.ZipFile(out / entry["path"]) as packed:
        packed.extractall(folder)
    variables = {"MODEL_SHA256": model["sha256"], "MODEL_FORMAT": model["format"]}
    if model["sklearn_version"]:
        variables["MODEL_SKLEARN_VERSION"] = model["sklearn_version"]
    if mode == "bundle":
        variables["MODEL_FILE"] = model["path"]
    else:
        s3, bucket = aws.client("s3"), "models"
        with suppress(s3.exceptions.BucketAlreadyOwnedByYou):
            s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": embedded_aws.REGION})
        s3.upload_file(os.fspath(out / model["path"]), bucket, model["path"])
        variables |= {"MODEL_BUCKET": bucket, "MODEL_KEY": model["path"]}
    target = runtime(known["runtime"])
    site_packages = environments.of_layer(out, known["layer"], target)
    layers = site_packages.parents[len(Path(target.site_packages).parts) - 1]
    return Deployed.of(folder, layers, target, variables, MEMORY)
