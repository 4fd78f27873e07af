"""Measures first and later calls: of this project, of the way that tutorials show, and of the floor below both.

Each first call starts a fresh execution environment under AWS's runtime interface emulator and runtime client. In each
round, all contenders are measured in turn, so that other load on the machine falls on all of them alike. S3 is moto's
server on this machine, and the disks are warm. The time that Lambda needs to bring a package to a new host is excluded.
"""

from __future__ import annotations

import http.client
import json
import statistics
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlsplit

from bench import Outcome
from bench.contenders import BUCKET, HERE, MEMORY, PIPELINE, WAYS, Ground, Model
from build.errors import UserError
from build.host import importable, interpreters
from build.package import handler_variables
from build.runtimes import DEFAULT_PYTHON, runtime
from build.saying import Say
from local import cold_start_chart, embedded_aws, emulator
from local.cold_start import told as timings_of_ours
from local.deployed import Deployed
from local.emulator import Environment

MODELS = ("0.1", PIPELINE, "10", "100", "300")  # forests by their size in MB, and a pipeline on a DataFrame
RUNS = 7
WARM_CALLS, WARM_SECONDS = 1000, 15.0  # whichever is reached first: a recipe unpickles the model in each call

# The names of the contenders whose ratios are reported
RECIPE, RECIPE_BYTECODE, SAM = "recipe", "recipe, valid bytecode", "recipe, SAM's layer"
FLOOR, LIBRARIES, LIBRARIES_IN_LAMBDA = "floor", "libraries alone", "libraries in the runtime"
RUNTIME, FETCH = "runtime alone", "fetch alone"
WITH_PANDAS = "bundle, with pandas"  # the pipeline with its rows as a DataFrame
BARE = {FLOOR: "floor", LIBRARIES: "handler"}  # processes without any part of Lambda, and the module that they import
WITHOUT_ANSWERS = (*BARE, LIBRARIES_IN_LAMBDA, RUNTIME, FETCH)  # they do only a part of what the others do

Facts = dict[str, Any]  # what is written as JSON


class AnswersDiffer(UserError):
    template = "With the model {model!r}, {name} answers {answer}, and {other} answers {expected}."


@dataclass
class Measured:
    """The measurements of one contender with one model. Times are in milliseconds, and sizes in MB."""

    answers: list[object] = field(default_factory=list)
    first: list[float] = field(default_factory=list)
    second: list[float] = field(default_factory=list)
    warm: list[float] = field(default_factory=list)
    rss: list[float] = field(default_factory=list)
    timings: list[dict[str, float]] = field(default_factory=list)  # of the steps, from the handlers' logs

    def timing(self, name: str) -> float:
        """Return the median of one step."""
        return statistics.median(one.get(name, 0.0) for one in self.timings) if self.timings else 0.0


def run(folder: Path, say: Say, models: Sequence[str] = MODELS, runs: int = RUNS) -> Outcome:
    """Measure, and write the numbers and their picture into the folder.

    Args:
        models: some of `MODELS`.
        runs: how many first calls of each contender are measured; with fewer than 7 the result is a draft.
    """
    results = measure_all(say, models, runs)
    folder.mkdir(parents=True, exist_ok=True)
    files = [folder / "cold_start.json", folder / "cold_start.svg"]
    files[0].write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    files[1].write_text(cold_start_chart.draw(_bars(results["models"])), encoding="utf-8")
    headings = ["model, contender", "first call", "second", "p50", "p99", "peak RSS"]
    rows = [
        [f"{title(name)}, {contender}", *_cells(facts)]
        for name, contenders in results["models"].items()
        for contender, facts in contenders.items()
    ]
    what = f"First calls in ms, medians of {runs}, and the calls after them"
    return Outcome(what, headings, rows, results["ratios"], files)


def title(model: str) -> str:
    """Return the name of a model in tables."""
    return model if model == PIPELINE else f"{model} MB"


def _cells(facts: Facts) -> list[str]:
    warm = facts.get("warm", {})
    values = (facts["first_call_ms"], facts.get("second_call_ms"), warm.get("p50_ms"), warm.get("p99_ms"))
    memory = facts.get("peak_rss_mb")
    return ["" if value is None else f"{value:,.1f}" for value in values] + [f"{memory:.0f} MB" if memory else ""]


def measure_all(say: Say, models: Sequence[str], runs: int) -> Facts:
    """Return the content of cold_start.json."""
    began = time.monotonic()
    target = runtime(DEFAULT_PYTHON)
    with TemporaryDirectory(prefix="bench-") as place, embedded_aws.start() as aws:
        aws.client("s3").create_bucket(
            Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": embedded_aws.REGION}
        )
        aws.client("s3").put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
        ground = Ground(Path(place), target, aws, say)
        packages = emulator.runtime_packages(target.python, ground.folder / "runtime")
        measured: dict[str, dict[str, Measured]] = {}
        overhead: dict[str, Facts] = {}
        for name in models:
            model = ground.model(name)
            contenders = _contenders(ground, model, first=name == models[0])
            if name in (models[0], PIPELINE):
                overhead[name] = _warm_overhead(ground, contenders["bundle"], model)
            if name != PIPELINE:
                contenders |= _floors(ground, model, contenders, overhead[models[0]]["libraries"])
            measured[name] = {contender: Measured() for contender in contenders}
            for number in range(runs):
                say(f"{title(name)}: round {number + 1} of {runs}, {len(contenders)} contenders")
                for contender, deployed in contenders.items():
                    if contender in BARE:
                        bare(measured[name][contender], deployed, BARE[contender], ground)
                        continue
                    warm = number == runs - 1 and contender not in WITHOUT_ANSWERS
                    measure(measured[name][contender], deployed, packages, ground, model.event, warm)
                compare(name, measured[name])
    return _results(measured, overhead, runs) | {"seconds": round(time.monotonic() - began)}


def compare(model: str, measured: dict[str, Measured]) -> None:
    """Check that all contenders give the same answers; otherwise they cannot be compared.

    Raises:
        AnswersDiffer
    """
    expected = measured[RECIPE].answers[0]
    for name, contender in measured.items():
        for answer in contender.answers if name not in WITHOUT_ANSWERS else ():
            if answer != expected:
                raise AnswersDiffer(model=title(model), name=name, answer=answer, other=RECIPE, expected=expected)


def _contenders(ground: Ground, model: Model, first: bool) -> dict[str, Deployed]:
    """Return the contenders that answer. Only the smallest forest and the pipeline are measured with other layers."""
    where = handler_variables.in_bucket(BUCKET, model.key)
    ours = ground.ours(ground.out, "default", model)
    if model.name == PIPELINE:
        ours[WITH_PANDAS] = ground.with_handler(ours["bundle"], "handler", LAMBDA_MODEL_PANDAS="1")
    recipe = ground.of_handler("recipe", ground.pip_layer, where)
    with_bytecode = ground.of_handler("recipe", ground.pip_layer_with_bytecode, where)
    if not first and model.name != PIPELINE:
        return {RECIPE: recipe, RECIPE_BYTECODE: with_bytecode, **ours}
    trimmed = ground.built(f"trimmed-{model.name}", model.path)
    of_trimmed = ground.ours(trimmed, f"trimmed-{model.name}", model)
    return {
        RECIPE: recipe,
        SAM: ground.of_handler("recipe", ground.sam_layer, where),
        RECIPE_BYTECODE: with_bytecode,
        **ours,
        **{f"{name}, trimmed layer": deployed for name, deployed in of_trimmed.items()},
        **(ground.ways(ours["bundle"]) if first else {}),
    }


def _floors(
    ground: Ground, model: Model, contenders: dict[str, Deployed], libraries: Sequence[str]
) -> dict[str, Deployed]:
    """Return contenders that do only what every first call has to do."""
    s3, smallest = contenders["s3"], SAM in contenders
    file = {**handler_variables.in_file(model.path), "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(MEMORY)}
    alone = ground.of_handler("libraries", s3.layers, file | {"LIBRARIES": ":".join(libraries)})
    floors = {FLOOR: ground.with_handler(s3, "floor", **file), FETCH: ground.with_handler(s3, "fetch")}
    empty = ground.of_handler("empty", s3.layers, {})
    return {**floors, LIBRARIES: alone, LIBRARIES_IN_LAMBDA: alone, RUNTIME: empty} if smallest else floors


def measure(measured: Measured, deployed: Deployed, packages: Path, ground: Ground, event: Facts, warm: bool) -> None:
    """Measure the first and the second call of a fresh execution environment, and if asked for some more."""
    with emulator.start(deployed, packages, ground.aws) as environment:
        for times in (measured.first, measured.second):
            began = time.perf_counter()
            answer = environment.invoke(event)
            times.append((time.perf_counter() - began) * 1e3)
            measured.answers.append(answer.get("predictions") if isinstance(answer, dict) else answer)
        if warm:
            measured.warm += _calls(environment, event)
        measured.rss.append(environment.peak_rss() / 1e6)
        measured.timings.append(timings_in(environment.log.read_text(errors="replace")))


def bare(measured: Measured, deployed: Deployed, module: str, ground: Ground) -> None:
    """Measure, from its start, a process that imports a module of the function without any part of Lambda."""
    interpreter = interpreters.require(ground.runtime, "The floor")
    env = {**deployed.environment, "PYTHONPATH": str(deployed.layers / ground.runtime.site_packages)}
    script = f"import os, {module}; os._exit(0)"  # it tears nothing down, because an answer need not wait for that
    command = [str(interpreter), "-S", "-s", "-B", "-c", script]
    began = time.perf_counter()
    with subprocess.Popen(command, cwd=deployed.task, env=env, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        # The line is the last thing that the process does. How long the system takes to free its memory is not measured
        line = process.stdout.readline()
        measured.first.append((time.perf_counter() - began) * 1e3)
    measured.timings.append(timings_in(line))


def _calls(environment: Environment, event: Facts) -> list[float]:
    """Make calls one after another, each over a connection of its own, and as fast as a client can make them."""
    url, body = urlsplit(environment.url), json.dumps(event)
    taken: list[float] = []
    while len(taken) < WARM_CALLS and sum(taken) < WARM_SECONDS * 1e3:
        began = time.perf_counter()
        connection = http.client.HTTPConnection(url.hostname or "", url.port, timeout=emulator.PATIENCE)
        connection.request("POST", url.path, body)
        connection.getresponse().read()
        taken.append((time.perf_counter() - began) * 1e3)
        connection.close()
    return taken


def timings_in(log: str) -> dict[str, float]:
    """Return where the first call's time went, from the handler's log, or {} if the log does not say."""
    ours = timings_of_ours(log)
    if ours:
        return ours
    steps: list[dict[str, float]] = []
    for line in log.splitlines():
        with suppress(ValueError):
            content = json.loads(line)
            if isinstance(content, dict) and "recipe" in content:
                steps.append(content["recipe"])
    if len(steps) < 2:
        return steps[0] if steps else {}
    # The first unpickling takes longer than the second one because it imports the model's modules
    imports = max(0.0, steps[0]["unpickle"] - steps[1]["unpickle"])
    first = steps[0] | {"unpickle": steps[0]["unpickle"] - imports, "wait": steps[0]["fetch"]}
    return first | {"import": imports + first.pop("boto3")}


def _warm_overhead(ground: Ground, bundle: Deployed, model: Model) -> Facts:
    """Measure what the handler adds to the estimator's own predict, and list the libraries that the prediction maps."""
    result = ground.folder / "overhead.json"
    see = [bundle.task, bundle.layers / ground.runtime.site_packages]
    env = bundle.environment | {"LAMBDA_TASK_ROOT": str(bundle.task)}
    script = str(HERE / "target" / "warm_overhead.py")
    importable.run(ground.runtime, script, [result, json.dumps(model.event), 1000], see, env)
    overhead: Facts = json.loads(result.read_text(encoding="utf-8"))
    return overhead


def _results(measured: dict[str, dict[str, Measured]], overhead: dict[str, Facts], runs: int) -> Facts:
    models = {
        name: {contender: _facts(timings) for contender, timings in of_model.items()}
        for name, of_model in measured.items()
    }
    smallest = next(iter(measured))

    def first(contender: str, model: str = smallest) -> float:
        return statistics.median(measured[model][contender].first)

    warm = overhead[smallest]
    ratios = {
        "first_call_vs_recipe": first("bundle") / first(RECIPE),
        "first_call_vs_recipe_with_bytecode": first("bundle") / first(RECIPE_BYTECODE),
        "first_call_vs_floor": first("bundle") / first(FLOOR),
        "first_call_vs_libraries": first("bundle") / first(LIBRARIES),
        "first_call_vs_libraries_in_runtime": first("bundle") / first(LIBRARIES_IN_LAMBDA),
        "warm_overhead_ms": warm["handler"] - warm["predict"],
    }
    if PIPELINE in measured:
        ours, of_pipeline = first("bundle", PIPELINE), overhead[PIPELINE]
        ratios["pipeline_first_call_vs_recipe"] = ours / first(RECIPE, PIPELINE)
        ratios["pipeline_first_call_vs_recipe_with_bytecode"] = ours / first(RECIPE_BYTECODE, PIPELINE)
        ratios["pipeline_first_call_vs_sam"] = ours / first(SAM, PIPELINE)
        ratios["pipeline_first_call_vs_with_pandas"] = ours / first(WITH_PANDAS, PIPELINE)
        ratios["pipeline_first_call_vs_forest"] = ours / first("bundle")
        ratios["pipeline_warm_call_vs_own_predict"] = of_pipeline["handler"] / of_pipeline["predict"]
    if "100" in measured:
        ratios["s3_100mb_vs_slower_of_fetch_and_import"] = _overlap(measured["100"], measured[smallest])
    return {
        "runs": runs,
        "ratios": {name: round(value, 3) for name, value in ratios.items()},
        "warm_ms": {
            name: {what: round(of_model[what], 3) for what in ("handler", "predict", "ping")}
            for name, of_model in overhead.items()
        },
        "models": models,
    }


def _overlap(of_100: dict[str, Measured], small: dict[str, Measured]) -> float:
    """Return the init with a model in S3, divided by its duration if the fetch cost nothing but its own time."""
    s3 = of_100["s3"]
    alone = max(of_100[FETCH].timing("fetch"), small["bundle"].timing("import"))
    return s3.timing("init") / (alone + s3.timing("unpickle"))


def _bars(models: Mapping[str, Mapping[str, Facts]]) -> dict[str, dict[str, Facts]]:
    """Return what is drawn: without the fetch, which overlaps with other steps, and without other ways to import."""
    return {
        "A pipeline on a DataFrame" if model == PIPELINE else f"A forest of {model} MB": {
            name: facts for name, facts in contenders.items() if name not in (FETCH, *WAYS)
        }
        for model, contenders in models.items()
    }


def _facts(measured: Measured) -> Facts:
    facts: Facts = {
        "first_call_ms": round(statistics.median(measured.first), 1),
        "first_calls_ms": [round(milliseconds, 1) for milliseconds in measured.first],
    }
    if measured.timings:
        facts["phases_ms"] = {name: round(measured.timing(name), 1) for name in measured.timings[0]}
    if measured.rss:
        facts["peak_rss_mb"] = round(statistics.median(measured.rss), 1)
    if measured.second:
        facts["second_call_ms"] = round(statistics.median(measured.second), 2)
    if measured.warm:
        cuts = statistics.quantiles(measured.warm, n=100)
        facts["warm"] = {"calls": len(measured.warm), "p50_ms": round(cuts[49], 2), "p99_ms": round(cuts[98], 2)}
    return facts
