"""Deploys the example in both modes to an embedded AWS, invokes it there, compares the answers, and destroys it."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from build.dist import manifest
from build.dist.entries import LayerEntry, ZipEntry
from build.errors import UserError
from build.host import importable, interpreters
from build.layer import layer
from build.package import example, function
from build.package.declared import Declared
from build.runtimes import Runtime, host_architecture, runtime, supported
from build.saying import Say
from local import deployed, embedded_aws, emulator, packaged
from local.embedded_aws import EmbeddedAws
from local.terraform import Terraform, copy_module

MODES = ("s3", "bundle")


class NotEqual(UserError):
    template = (
        "mode {mode}: for row {row} the deployed model answered {got}, and the estimator itself predicts {expected}."
    )


class NotWarm(UserError):
    template = "mode {mode}: the warm-up ping was answered with {got}, not with the model {expected}."


class RuleMissesAlias(UserError):
    template = "The rule {rule} pings {got}, not the alias {expected}."


@dataclass(frozen=True)
class Result:
    """The measurements of one mode's deployment. Sizes are in bytes, and times in seconds."""

    mode: str
    layer: LayerEntry  # both as in the manifest
    function: ZipEntry
    first_call: float  # from the start of the environment to the answer of the warm-up ping, with the init
    calls: list[float]  # of each following request
    equal: int  # the number of predictions that equal the estimator's to the bit


def run(out: Path, say: Say) -> list[Result]:
    """Build the artifacts in ``out``, deploy each mode, and compare its answers with those of the estimator.

    Even if it fails, what was deployed is destroyed, and what was started is stopped.

    Raises:
        NotEqual: a prediction differs.
    """
    with TemporaryDirectory(prefix="demo-") as name:
        scratch = Path(name)
        terraform = Terraform(copy_module(scratch / "terraform"))
        terraform.init()
        target = newest_runtime(terraform.provider_version())
        say(f"Runtime: {target.name}, the newest that AWS, the provider and this machine have")
        model = build(out, target, say)
        rows = json.loads(model.request.read_text(encoding="utf-8"))["dataframe_records"]
        expected = own_predictions(out, model, target, scratch)
        packages = emulator.runtime_packages(target.python, scratch / "runtime")
        results = []
        with embedded_aws.start() as aws:
            terraform.env = aws.environment(terraform.env)
            for mode in MODES:
                say(f"mode = {mode}: terraform apply, to the embedded AWS at {aws.url}")
                with deployment(terraform, mode, out) as outputs:
                    task = deployed.fetch(aws, outputs, scratch / f"deployed-{mode}")
                    say(f"mode = {mode}: the deployed code and layers, in AWS's runtime: a ping, {len(rows)} requests")
                    with emulator.start(task, packages, aws) as environment:
                        ping = warm_up_input(aws, outputs)
                        results.append(observe(mode, out, environment, ping, rows, expected))
                    say(f"mode = {mode}: terraform destroy")
    return results


def newest_runtime(provider: tuple[int, ...]) -> Runtime:
    """Return the newest supported runtime whose interpreter is on this machine, or else that of this interpreter.

    Args:
        provider: the version of hashicorp/aws, which only accepts runtimes that are older than itself.
    """
    for candidate in supported(date.today()):
        is_accepted = provider >= tuple(map(int, candidate.provider.split(".")))
        if is_accepted and interpreters.find(candidate.python):
            return candidate
    return runtime(interpreters.running())


def build(out: Path, target: Runtime, say: Say, builder: str = "auto") -> example.Example:
    """Make the example model, the layer and both functions.

    Args:
        builder: as in `layer.Order`.
    """
    architecture = host_architecture()
    if architecture is None:
        raise UserError(message="The demo runs what it deploys, so it needs a machine with x86_64 or arm64.")
    say("Fitting the example model")
    model = example.train(out, target)
    say("Building the layer")
    layer.build(out, layer.Order(target, architecture, builder=builder), say)
    for mode in MODES:
        say(f"Packaging the function, mode = {mode}")
        function.package(out, model.model, bundle_model=mode == "bundle", declared=Declared(request=model.request))
    return model


def own_predictions(out: Path, model: example.Example, target: Runtime, scratch: Path) -> list[Any]:
    """Return the estimator's own predictions for the example's rows: without the handler, in the layer's packages."""
    packages = importable.of_layer(out, manifest.built_layer(out), target)
    result = scratch / "predictions.json"
    importable.run(target, "predict.py", [model.model, model.request, result], [packages], {})
    predictions: list[Any] = json.loads(result.read_text(encoding="utf-8"))
    return predictions


@contextmanager
def deployment(terraform: Terraform, mode: str, out: Path) -> Iterator[dict[str, Any]]:
    """Apply, yield the outputs, and destroy. If something fails before destroy, that error is raised."""
    variables = {"name": f"demo-{mode}", "mode": mode, "artifacts_dir": str(out)}
    try:
        terraform.apply(variables)
        yield terraform.outputs()
    except BaseException:
        with suppress(UserError):
            terraform.destroy(variables)
        raise
    terraform.destroy(variables)


def warm_up_input(aws: EmbeddedAws, outputs: dict[str, Any]) -> object:
    """Return the event that the deployed rule sends to the alias.

    Raises:
        RuleMissesAlias: the target of the rule is not the alias.
    """
    rule = outputs["rule_names"][0]
    (target,) = aws.client("events").list_targets_by_rule(Rule=rule)["Targets"]
    if target["Arn"] != outputs["alias_arn"]:
        raise RuleMissesAlias(rule=rule, got=target["Arn"], expected=outputs["alias_arn"])
    return json.loads(target["Input"])


def observe(
    mode: str,
    out: Path,
    environment: emulator.Environment,
    ping: object,
    rows: list[dict[str, Any]],
    expected: list[Any],
) -> Result:
    """Ping a fresh environment, send each row as a request of its own, and compare the answers with ``expected``.

    Raises:
        NotWarm, NotEqual
    """
    entries = packaged.read(out)
    answer, first_call = timed(environment, ping)
    sha256 = entries["model"]["sha256"]
    if answer != {"warm": True, "model_sha256": sha256}:
        raise NotWarm(mode=mode, got=answer, expected=sha256)
    calls = []
    for number, (row, own) in enumerate(zip(rows, expected, strict=True)):
        answer, seconds = timed(environment, {"dataframe_records": [row]})
        if answer != {"predictions": [own]}:
            raise NotEqual(mode=mode, row=number, got=answer, expected=own)
        calls.append(seconds)
    return Result(mode, entries["layer"], entries["functions"][mode], first_call, calls, len(calls))


def timed(environment: emulator.Environment, event: object) -> tuple[object, float]:
    """Return the answer to an event, and how many seconds it took."""
    began = time.perf_counter()
    answer = environment.invoke(event)
    return answer, time.perf_counter() - began
