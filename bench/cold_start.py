"""The first call, and those after it: this project, the way of tutorials, and the floor under both.

Each first call is one of a fresh environment under AWS's runtime interface emulator and runtime client. All of a round
are measured in turns, and rounds follow each other, so that what else the machine does falls on all alike. S3 is moto's
server on this machine, the disks are warm: what Lambda adds to bring a package to a new host is not in these numbers.
"""

from __future__ import annotations

import http.client
import json
import statistics
import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

from bench import Outcome
from bench.contenders import BUCKET, HERE, MEMORY, PIPELINE, WAYS, Ground, Model
from build.errors import UserError
from build.host import importable, interpreters
from build.runtimes import DEFAULT_PYTHON, runtime
from local import cold_start_chart, embedded_aws, emulator
from local.cold_start import told as told_by_ours
from local.deployed import Deployed
from local.emulator import Environment

MODELS = ("0.1", PIPELINE, "10", "100", "300")  # forests by their size in MB, and a pipeline on a DataFrame
RUNS = 7
WARM_CALLS, WARM_SECONDS = 1000, 15.0  # whichever is first: a recipe unpickles at each call

# The names of those that ratios are made of
RECIPE, RECIPE_BYTECODE, SAM = "recipe", "recipe, valid bytecode", "recipe, SAM's layer"
FLOOR, LIBRARIES, LIBRARIES_IN_LAMBDA = "floor", "libraries alone", "libraries in the runtime"
RUNTIME, FETCH = "runtime alone", "fetch alone"
WITH_PANDAS = "bundle, with pandas"  # the pipeline, with rows as a DataFrame
BARE = {FLOOR: "floor", LIBRARIES: "handler"}  # processes with nothing of Lambda in them, and what they import
PARTS = (*BARE, LIBRARIES_IN_LAMBDA, RUNTIME, FETCH)  # of what contenders do: no answers

Say = Callable[[str], None]


class AnswersDiffer(UserError):
    template = "With the model {model!r}, {name} answers {answer}, and {other} answers {expected}."


@dataclass
class Seen:
    """What one contender showed with one model; times in ms, sizes in MB."""

    answers: list[object] = field(default_factory=list)
    first: list[float] = field(default_factory=list)
    second: list[float] = field(default_factory=list)
    warm: list[float] = field(default_factory=list)
    rss: list[float] = field(default_factory=list)
    phases: list[dict[str, float]] = field(default_factory=list)

    def phase(self, name: str) -> float:
        return statistics.median(each.get(name, 0.0) for each in self.phases) if self.phases else 0.0


def run(folder: Path, say: Say, models: Sequence[str] = MODELS, runs: int = RUNS) -> Outcome:
    """Measure, and write into the folder the numbers and their picture.

    Args:
        models: of `MODELS`.
        runs: first calls of each contender; below 7 it is a draft.
    """
    found = measure_all(say, models, runs)
    folder.mkdir(parents=True, exist_ok=True)
    files = [folder / "cold_start.json", folder / "cold_start.svg"]
    files[0].write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    files[1].write_text(cold_start_chart.draw(_bars(found["models"])), encoding="utf-8")
    headings = ["model, contender", "first call", "second", "p50", "p99", "peak RSS"]
    rows = [
        [f"{title(name)}, {contender}", *_cells(facts)]
        for name, contenders in found["models"].items()
        for contender, facts in contenders.items()
    ]
    what = f"First calls in ms, medians of {runs}, and those after them"
    return Outcome(what, headings, rows, found["ratios"], files)


def title(model: str) -> str:
    """What a model is called in tables."""
    return model if model == PIPELINE else f"{model} MB"


def _cells(facts: dict) -> list[str]:
    warm = facts.get("warm", {})
    values = (facts["first_call_ms"], facts.get("second_call_ms"), warm.get("p50_ms"), warm.get("p99_ms"))
    memory = facts.get("peak_rss_mb")
    return ["" if value is None else f"{value:,.1f}" for value in values] + [f"{memory:.0f} MB" if memory else ""]


def measure_all(say: Say, models: Sequence[str], runs: int) -> dict:
    """What `run` writes."""
    began = time.monotonic()
    target = runtime(DEFAULT_PYTHON)
    with TemporaryDirectory(prefix="bench-") as place, embedded_aws.start() as aws:
        aws.client("s3").create_bucket(
            Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": embedded_aws.REGION}
        )
        aws.client("s3").put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
        ground = Ground(Path(place), target, aws, say)
        packages = emulator.runtime_packages(target.python, ground.folder / "runtime")
        seen: dict[str, dict[str, Seen]] = {}
        overhead: dict = {}
        for name in models:
            model = ground.model(name)
            contenders = _contenders(ground, model, first=name == models[0])
            if name in (models[0], PIPELINE):
                overhead[name] = _warm_overhead(ground, contenders["bundle"], model)
            if name != PIPELINE:
                contenders |= _floors(ground, model, contenders, overhead[models[0]]["libraries"])
            seen[name] = {each: Seen() for each in contenders}
            for number in range(runs):
                say(f"{title(name)}: round {number + 1} of {runs}, {len(contenders)} contenders")
                for each, deployed in contenders.items():
                    if each in BARE:
                        bare(seen[name][each], deployed, BARE[each], ground)
                        continue
                    warm = number == runs - 1 and each not in PARTS
                    measure(seen[name][each], deployed, packages, ground, model.event, warm)
                compare(name, seen[name])
    return _found(seen, overhead, runs) | {"seconds": round(time.monotonic() - began)}


def compare(model: str, seen: dict[str, Seen]) -> None:
    """All answer alike, or they are not to be compared."""
    expected = seen[RECIPE].answers[0]
    for name, shown in seen.items():
        for answer in shown.answers if name not in PARTS else ():
            if answer != expected:
                raise AnswersDiffer(model=title(model), name=name, answer=answer, other=RECIPE, expected=expected)


def _contenders(ground: Ground, model: Model, first: bool) -> dict[str, Deployed]:
    """Those that answer. Other layers and ways of importing only with the smallest: size changes nothing there."""
    where = {"MODEL_BUCKET": BUCKET, "MODEL_KEY": model.key}
    ours = ground.ours(ground.out, "default", model)
    if model.name == PIPELINE:
        ours[WITH_PANDAS] = ground.with_handler(ours["bundle"], "handler", LAMBDA_MODEL_PANDAS="1")
    recipe = ground.of_handler("recipe", ground.pip_layer, where)
    with_bytecode = ground.of_handler("recipe", ground.pip_layer_with_bytecode, where)
    if not first and model.name != PIPELINE:
        return {RECIPE: recipe, RECIPE_BYTECODE: with_bytecode, **ours}
    profiled = ground.built(f"profiled-{model.name}", model.path)
    of_profiled = ground.ours(profiled, f"profiled-{model.name}", model)
    return {
        RECIPE: recipe,
        SAM: ground.of_handler("recipe", ground.sam_layer, where),
        RECIPE_BYTECODE: with_bytecode,
        **ours,
        **{f"{name}, profiled layer": deployed for name, deployed in of_profiled.items()},
        **(ground.ways(ours["bundle"]) if first else {}),
    }


def _floors(
    ground: Ground, model: Model, contenders: dict[str, Deployed], libraries: Sequence[str]
) -> dict[str, Deployed]:
    """What no first call can be without."""
    s3, smallest = contenders["s3"], SAM in contenders
    file = {"MODEL_FILE": str(model.path), "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(MEMORY)}
    alone = ground.of_handler("libraries", s3.layers, file | {"LIBRARIES": ":".join(libraries)})
    found = {FLOOR: ground.with_handler(s3, "floor", **file), FETCH: ground.with_handler(s3, "fetch")}
    empty = ground.of_handler("empty", s3.layers, {})
    return {**found, LIBRARIES: alone, LIBRARIES_IN_LAMBDA: alone, RUNTIME: empty} if smallest else found


def measure(seen: Seen, deployed: Deployed, packages: Path, ground: Ground, event: dict, warm: bool) -> None:
    """One fresh environment: its first call, its second, and if asked for some more."""
    with emulator.start(deployed, packages, ground.aws) as environment:
        for times in (seen.first, seen.second):
            began = time.perf_counter()
            answer = environment.invoke(event)
            times.append((time.perf_counter() - began) * 1e3)
            seen.answers.append(answer.get("predictions") if isinstance(answer, dict) else answer)
        if warm:
            seen.warm += _calls(environment, event)
        seen.rss.append(environment.peak_rss() / 1e6)
        seen.phases.append(phases(environment.log.read_text(errors="replace")))


def bare(seen: Seen, deployed: Deployed, module: str, ground: Ground) -> None:
    """A process that imports a module of the function, with nothing of Lambda, from its start on."""
    interpreter = interpreters.require(ground.runtime, "The floor")
    env = {**deployed.environment, "PYTHONPATH": str(deployed.layers / ground.runtime.site_packages)}
    script = f"import os, {module}; os._exit(0)"  # with nothing torn down, which an answer need not wait for
    command = [interpreter, "-S", "-s", "-B", "-c", script]
    began = time.perf_counter()
    with subprocess.Popen(command, cwd=deployed.task, env=env, stdout=subprocess.PIPE, text=True) as process:
        said = process.stdout.readline()  # its last act: that the system takes its memory back is no part of an answer
        seen.first.append((time.perf_counter() - began) * 1e3)
    seen.phases.append(phases(said))


def _calls(environment: Environment, event: dict) -> list[float]:
    """Calls one after another over one connection each, as short as a client can make them."""
    url, body = urlsplit(environment.url), json.dumps(event)
    taken: list[float] = []
    while len(taken) < WARM_CALLS and sum(taken) < WARM_SECONDS * 1e3:
        began = time.perf_counter()
        connection = http.client.HTTPConnection(url.hostname, url.port, timeout=emulator.PATIENCE)
        connection.request("POST", url.path, body)
        connection.getresponse().read()
        taken.append((time.perf_counter() - began) * 1e3)
        connection.close()
    return taken


def phases(log: str) -> dict[str, float]:
    """Where the first call's time went, as the handlers themselves tell; {} if they tell nothing."""
    ours = told_by_ours(log)
    if ours:
        return ours
    told: list[dict] = []
    for line in log.splitlines():
        with suppress(ValueError):
            said = json.loads(line)
            if isinstance(said, dict) and "recipe" in said:
                told.append(said["recipe"])
    if len(told) < 2:
        return told[0] if told else {}
    # What unpickling takes longer the first time is the import of what the model is made of
    imports = max(0.0, told[0]["unpickle"] - told[1]["unpickle"])
    first = told[0] | {"unpickle": told[0]["unpickle"] - imports, "wait": told[0]["fetch"]}
    return first | {"import": imports + first.pop("boto3")}


def _warm_overhead(ground: Ground, bundle: Deployed, model: Model) -> dict:
    """What the handler adds to the estimator's own predict, and the libraries that the prediction maps."""
    result = ground.folder / "overhead.json"
    see = [bundle.task, bundle.layers / ground.runtime.site_packages]
    env = bundle.environment | {"LAMBDA_TASK_ROOT": str(bundle.task)}
    script = str(HERE / "target" / "warm_overhead.py")
    importable.run(ground.runtime, script, [result, json.dumps(model.event), 1000], see, env)
    return json.loads(result.read_text(encoding="utf-8"))


def _found(seen: dict[str, dict[str, Seen]], overhead: dict[str, dict], runs: int) -> dict:
    models = {name: {each: _facts(shown) for each, shown in of_model.items()} for name, of_model in seen.items()}
    smallest = next(iter(seen))

    def first(contender: str, model: str = smallest) -> float:
        return statistics.median(seen[model][contender].first)

    warm = overhead[smallest]
    ratios = {
        "first_call_vs_recipe": first("bundle") / first(RECIPE),
        "first_call_vs_recipe_with_bytecode": first("bundle") / first(RECIPE_BYTECODE),
        "first_call_vs_floor": first("bundle") / first(FLOOR),
        "first_call_vs_libraries": first("bundle") / first(LIBRARIES),
        "first_call_vs_libraries_in_runtime": first("bundle") / first(LIBRARIES_IN_LAMBDA),
        "warm_overhead_ms": warm["handler"] - warm["predict"],
    }
    if PIPELINE in seen:
        ours, of_pipeline = first("bundle", PIPELINE), overhead[PIPELINE]
        ratios["pipeline_first_call_vs_recipe"] = ours / first(RECIPE, PIPELINE)
        ratios["pipeline_first_call_vs_recipe_with_bytecode"] = ours / first(RECIPE_BYTECODE, PIPELINE)
        ratios["pipeline_first_call_vs_sam"] = ours / first(SAM, PIPELINE)
        ratios["pipeline_first_call_vs_with_pandas"] = ours / first(WITH_PANDAS, PIPELINE)
        ratios["pipeline_first_call_vs_forest"] = ours / first("bundle")
        ratios["pipeline_warm_call_vs_own_predict"] = of_pipeline["handler"] / of_pipeline["predict"]
    if "100" in seen:
        ratios["s3_100mb_vs_slower_of_fetch_and_import"] = _overlap(seen["100"], seen[smallest])
    return {
        "runs": runs,
        "ratios": {name: round(value, 3) for name, value in ratios.items()},
        "warm_ms": {
            name: {part: round(of_model[part], 3) for part in ("handler", "predict", "ping")}
            for name, of_model in overhead.items()
        },
        "models": models,
    }


def _overlap(of_100: dict[str, Seen], small: dict[str, Seen]) -> float:
    """The init with a model in S3 against what it would be if the fetch cost nothing but its own time."""
    s3 = of_100["s3"]
    alone = max(of_100[FETCH].phase("fetch"), small["bundle"].phase("import"))
    return s3.phase("init") / (alone + s3.phase("unpickle"))


def _bars(models: dict) -> dict:
    """All but the fetch, which others do beside something else, and the ways that import while they do all else."""
    return {
        "A pipeline on a DataFrame" if model == PIPELINE else f"A forest of {model} MB": {
            name: facts for name, facts in contenders.items() if name not in (FETCH, *WAYS)
        }
        for model, contenders in models.items()
    }


def _facts(seen: Seen) -> dict:
    facts = {
        "first_call_ms": round(statistics.median(seen.first), 1),
        "first_calls_ms": [round(each, 1) for each in seen.first],
    }
    if seen.phases:
        facts["phases_ms"] = {name: round(seen.phase(name), 1) for name in seen.phases[0]}
    if seen.rss:
        facts["peak_rss_mb"] = round(statistics.median(seen.rss), 1)
    if seen.second:
        facts["second_call_ms"] = round(statistics.median(seen.second), 2)
    if seen.warm:
        cuts = statistics.quantiles(seen.warm, n=100)
        facts["warm"] = {"calls": len(seen.warm), "p50_ms": round(cuts[49], 2), "p99_ms": round(cuts[98], 2)}
    return facts
