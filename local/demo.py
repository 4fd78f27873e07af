"""Both deployments from end to end: build, deploy to an embedded AWS, run what was deployed, compare, destroy."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from build.dist import manifest
from build.errors import UserError
from build.host import importable, interpreters
from build.layer import layer
from build.package import example, function
from build.package.wishes import Wishes
from build.runtimes import Runtime, host_architecture, runtime, supported
from local import deployed, embedded_aws, emulator
from local.embedded_aws import EmbeddedAws
from local.terraform import Terraform, copy_module

MODES = ("s3", "bundle")

Say = Callable[[str], None]


class NotEqual(UserError):
    template = "mode {mode}: for row {row} the deployed model answered {got}, the estimator itself predicts {expected}."


class NotWarm(UserError):
    template = "mode {mode}: the warm-up ping was answered with {got}, not with the model {expected}."


class RuleMissesAlias(UserError):
    template = "The rule {rule} pings {got}, not the alias {expected}."


@dataclass(frozen=True)
class Result:
    """What one mode's deployment showed; sizes in bytes, times in seconds."""

    mode: str
    layer: dict  # both as in the manifest
    function: dict
    first_call: float  # from nothing to the answer of the warm-up ping, the init with it
    calls: list[float]  # one per request after it
    equal: int  # predictions that are the estimator's own, to the bit


def run(out: Path, say: Say) -> list[Result]:
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
    """The newest supported runtime whose interpreter is on this machine, else the running interpreter's.

    Args:
        provider: version of hashicorp/aws, which knows runtimes up to its day.
    """
    for candidate in supported(date.today()):
        known = provider >= tuple(map(int, candidate.provider.split(".")))
        if known and interpreters.find(candidate.python):
            return candidate
    return runtime(interpreters.running())


def build(out: Path, target: Runtime, say: Say, builder: str = "auto") -> example.Example:
    """The example model, the layer and both packages.

    Args:
        builder: as in `layer.Order`.
    """
    architecture = host_architecture()
    if architecture is None:
        raise UserError(message="The demo runs what it deploys, so it needs a machine of x86_64 or arm64.")
    say("Fitting the example model")
    model = example.train(out, target)
    say("Building the layer")
    layer.build(out, layer.Order(target, architecture, builder=builder), say)
    for mode in MODES:
        say(f"Packaging the function, mode = {mode}")
        function.package(out, model.model, bundle_model=mode == "bundle", wishes=Wishes(request=model.request))
    return model


def own_predictions(out: Path, model: example.Example, target: Runtime, scratch: Path) -> list:
    """What the estimator says of the example's rows, asked without the handler, in the layer's own packages."""
    entry = (manifest.read(out) or {})["layer"]
    packages = importable.of_layer(out, entry, target)
    result = scratch / "predictions.json"
    importable.run(target, "predict.py", [model.model, model.request, result], [packages], {})
    return json.loads(result.read_text(encoding="utf-8"))


@contextmanager
def deployment(terraform: Terraform, mode: str, out: Path) -> Iterator[dict]:
    """Apply, hand out the outputs, destroy: also when something fails in between, which is then what is told."""
    variables = {"name": f"demo-{mode}", "mode": mode, "artifacts_dir": str(out)}
    try:
        terraform.apply(variables)
        yield terraform.outputs()
    except BaseException:
        with suppress(UserError):
            terraform.destroy(variables)
        raise
    terraform.destroy(variables)


def warm_up_input(aws: EmbeddedAws, outputs: dict) -> object:
    """The event that the deployed rule really sends, to the alias.

    Raises:
        RuleMissesAlias: its target is something else.
    """
    rule = outputs["rule_names"][0]
    (target,) = aws.client("events").list_targets_by_rule(Rule=rule)["Targets"]
    if target["Arn"] != outputs["alias_arn"]:
        raise RuleMissesAlias(rule=rule, got=target["Arn"], expected=outputs["alias_arn"])
    return json.loads(target["Input"])


def observe(
    mode: str, out: Path, environment: emulator.Environment, ping: object, rows: list[dict], expected: list
) -> Result:
    """Ping a fresh environment, send every row as a request of its own, and compare with ``expected``.

    Raises:
        NotWarm, NotEqual
    """
    entries = manifest.read(out) or {}
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
    """An answer, and the seconds that it took."""
    began = time.perf_counter()
    answer = environment.invoke(event)
    return answer, time.perf_counter() - began
