"""Both deployments from end to end: build, deploy to an embedded AWS, run what was deployed, compare, destroy."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from build import environments, example, function, interpreters, layer, manifest
from build.errors import UserError
from build.runtimes import Runtime, host_architecture, runtime, supported
from local import deployed, embedded_aws, emulator
from local.embedded_aws import EmbeddedAws
from local.terraform import Terraform, copy_module

MODES = ("s3", "bundle")
NAME = "demo"

Say = Callable[[str], None]


class NotEqual(UserError):
    template = "{mode}: the deployed model predicted {got} for row {row}, the estimator itself {expected}."


class WrongAnswer(UserError):
    template = "{mode}: expected {expected} as the answer to the warm-up ping, got {got}."


@dataclass(frozen=True)
class Result:
    """What one mode's deployment showed; sizes in bytes, times in seconds."""

    mode: str
    layer: dict  # both as in the manifest
    function: dict
    first_call: float  # from nothing to the answer of the warm-up ping, the init with it
    calls: list[float]  # one per request after it
    equal: int  # predictions that are the estimator's own, to the bit


def run(out: Path, say: Say, modes: tuple[str, ...] = MODES) -> list[Result]:
    """Build all into ``out``, deploy each mode, and compare what it answers with what the estimator says.

    Whatever happens, what was deployed is destroyed and what was started is stopped.

    Raises:
        NotEqual: one prediction differs.
    """
    with TemporaryDirectory(prefix="demo-") as name:
        scratch = Path(name)
        terraform = Terraform(copy_module(scratch / "terraform"))
        terraform.init()
        target = newest_runtime(terraform.provider_version())
        say(f"Runtime: {target.name}, the newest that AWS, the provider and this machine have")
        model = build(out, target, say)
        expected = own_predictions(out, model, target, scratch)
        packages = emulator.runtime_packages(target.python, scratch / "runtime")
        with embedded_aws.start() as aws:
            terraform.env.update(aws.environment(terraform.env))
            say(f"Embedded AWS: {aws.url}")
            results = []
            for mode in modes:
                say(f"mode = {mode}: terraform apply")
                with deployment(terraform, mode, out) as outputs:
                    task = deployed.fetch(
                        aws, outputs["function_name"], "live", outputs["bucket"], scratch / f"deployed-{mode}"
                    )
                    say(f"mode = {mode}: {len(expected)} requests")
                    results.append(observe(mode, out, task, packages, aws, outputs, model, expected))
                    say(f"mode = {mode}: terraform destroy")
    return results


def newest_runtime(provider: tuple[int, ...]) -> Runtime:
    """The newest supported runtime whose interpreter is on this machine, else the running interpreter's."""
    for candidate in supported(date.today()):
        known = provider >= tuple(map(int, candidate.provider.split(".")))
        if known and interpreters.find(candidate.python):
            return candidate
    return runtime(interpreters.running())


def build(out: Path, target: Runtime, say: Say) -> example.Example:
    """The example model, the layer and both packages."""
    out.mkdir(parents=True, exist_ok=True)
    architecture = host_architecture()
    if architecture is None:
        raise UserError(message="The demo runs what it deploys, so it needs a machine of x86_64 or arm64.")
    say("Fitting the example model")
    made = example.train(out, target)
    say("Building the layer")
    layer.build(out, target, architecture, say=say)
    for mode in MODES:
        say(f"Packaging the function, mode = {mode}")
        function.package(out, made.model, bundle_model=mode == "bundle", request=made.request)
    return made


def own_predictions(out: Path, model: example.Example, target: Runtime, scratch: Path) -> list:
    """What the estimator says of the example's rows, asked without the handler, in the layer's own packages."""
    entry = (manifest.read(out) or {})["layer"]
    packages = environments.of_layer(out, entry, target, scratch / "layer")
    result = scratch / "predictions.json"
    environments.run(target, "predict.py", [model.model, model.request, result], [packages], {})
    return json.loads(result.read_text(encoding="utf-8"))


@contextmanager
def deployment(terraform: Terraform, mode: str, out: Path) -> Iterator[dict]:
    """Apply, hand out the outputs, destroy."""
    variables = {"name": f"{NAME}-{mode}", "mode": mode, "artifacts_dir": str(out.resolve())}
    try:
        terraform.apply(variables)
        yield terraform.outputs()
    finally:
        terraform.destroy(variables)


def observe(
    mode: str,
    out: Path,
    task: deployed.Deployed,
    packages: Path,
    aws: EmbeddedAws,
    outputs: dict,
    model: example.Example,
    expected: list,
) -> Result:
    """Warm the function up as its rule does, send every row as a request, and compare."""
    rows = json.loads(model.request.read_text(encoding="utf-8"))["dataframe_records"]
    entries = manifest.read(out) or {}
    calls = []
    with emulator.start(task, packages, aws) as environment:
        began = time.perf_counter()
        answer = environment.invoke(warm_up_input(aws, outputs["rule_names"][0]))
        first_call = time.perf_counter() - began
        sha256 = entries["model"]["sha256"]
        if answer != {"warm": True, "model_sha256": sha256}:
            raise WrongAnswer(mode=mode, expected=f"the model {sha256}", got=answer)
        for number, (row, own) in enumerate(zip(rows, expected, strict=True)):
            began = time.perf_counter()
            answer = environment.invoke({"dataframe_records": [row]})
            calls.append(time.perf_counter() - began)
            if answer != {"predictions": [own]}:
                raise NotEqual(mode=mode, got=answer, row=number, expected=own)
    return Result(mode, entries["layer"], entries["functions"][mode], first_call, calls, len(expected))


def warm_up_input(aws: EmbeddedAws, rule: str) -> object:
    """The event that a deployed rule sends."""
    targets = aws.client("events").list_targets_by_rule(Rule=rule)["Targets"]
    return json.loads(targets[0]["Input"])
