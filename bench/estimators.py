"""Measures the first answer of each scikit-learn estimator that predicts: with its import plan, and with plain imports.

Each estimator has its default arguments, is fitted on small data, and is packaged by this project. Fresh processes are
timed in turn from their start to the first answer: one follows the import plan, one imports everything at once with the
same valid bytecode, and one, as the floor, imports numpy and answers nothing.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import shutil
import statistics
import subprocess
import time
from collections.abc import Collection, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from queue import SimpleQueue
from tempfile import TemporaryDirectory

from bench import Outcome
from bench.asking import MEMORY, ROOT, Shop, locked
from build.dist import archive
from build.errors import UserError
from build.host import importable, interpreters
from build.package import function, handler_variables
from build.package.declared import Declared
from build.runtimes import DEFAULT_PYTHON, Runtime, runtime
from build.saying import Say
from local import bars

FIT = ROOT / "bench" / "target" / "each_estimator.py"
SOURCES = ("lambda", "build", "bench/target/each_estimator.py")  # what the packaged functions depend on
ROUNDS = 3
COUNTERS = 2  # the number of estimators that are packaged at the same time
NUMPY_EACH = 5  # the number of estimators that are measured between two processes that import numpy
MOST_SHOWN = 10  # the most estimators that are in the table
EAGER = {"LAMBDA_MODEL_EAGER": "1"}
ANSWER = (
    "import json, os, sys, handler; "
    "print(json.dumps(handler.lambda_handler(json.loads(sys.argv[1]), None)), flush=True); os._exit(0)"
)
NUMPY = "import os, numpy; print(numpy.__version__, flush=True); os._exit(0)"


class UnknownEstimator(UserError):
    template = "scikit-learn has no estimator {name!r} that predicts. Use some of: {known}."


class NothingPackaged(UserError):
    template = "There is nothing to measure, because no estimator could be packaged:\n{reasons}"


class AnswersDiffer(UserError):
    template = "{name} answers {planned} with its import plan, and {eager} with plain imports."


@dataclass
class First:
    """The measurements of one estimator. Times are in milliseconds, in the order of the rounds."""

    name: str
    task: Path  # the folder of the unpacked function
    variables: dict[str, str]
    request: str
    why_not: str | None  # the reason why there is no import plan; None if there is one
    planned: list[float] = field(default_factory=list)
    eager: list[float] = field(default_factory=list)

    @property
    def ratio(self) -> float:
        """Return the median ratio of two times in the same turn, since other load changes from turn to turn."""
        pairs = zip(self.planned, self.eager, strict=True)
        return statistics.median(planned / eager for planned, eager in pairs)

    def as_json(self) -> dict[str, object]:
        facts: dict[str, object] = {
            "planned_ms": round(statistics.median(self.planned), 1),
            "eager_ms": round(statistics.median(self.eager), 1),
            "ratio": round(self.ratio, 3),
        }
        return facts | ({"why_no_plan": self.why_not} if self.why_not else {})


def run(
    folder: Path, say: Say, only: Collection[str] = (), scratch: Path | None = None, rounds: int = ROUNDS
) -> Outcome:
    """Package and measure all estimators or only some, and write the numbers and their picture.

    Args:
        scratch: a folder that keeps the packaged functions for a next run of the same code.
        rounds: how often each estimator is timed.

    Raises:
        UnknownEstimator, NothingPackaged, AnswersDiffer
    """
    target, began = runtime(DEFAULT_PYTHON), time.monotonic()
    with ExitStack() as stack:
        if scratch is None:
            scratch = Path(stack.enter_context(TemporaryDirectory(prefix="estimators-")))
        kept = scratch.resolve() / digest(target)
        measured, untried, site_packages = prepare(kept, target, say, only)
        if not measured:
            raise NothingPackaged(reasons="\n".join(f"  {name}: {why}" for name, why in untried.items()))
        floor = measure(measured, site_packages, target, say, rounds)
    measured.sort(key=lambda first: first.ratio)
    return write(folder, measured, untried, floor, time.monotonic() - began)


def digest(target: Runtime) -> str:
    """Return a digest of everything that the packaged functions depend on."""
    hashed = hashlib.sha256(target.name.encode())
    for source in SOURCES:
        path = ROOT / source
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.is_file() and file.suffix != ".pyc":
                hashed.update(f"{file.relative_to(ROOT)} {archive.file_sha256(file)}\n".encode())
    return hashed.hexdigest()[:16]


def prepare(kept: Path, target: Runtime, say: Say, only: Collection[str]) -> tuple[list[First], dict[str, str], Path]:
    """Fit and package what has not been packaged yet.

    Returns:
        The estimators to measure, the reasons why others are not measured, and the folder of the layer's packages.

    Raises:
        UnknownEstimator
    """
    functions = kept / "functions"
    if functions.exists():
        shop = Shop(kept / "dist", target)
    else:
        shutil.rmtree(kept, ignore_errors=True)
        say("Building a layer")
        shop = Shop.build(kept / "dist", target, locked())
        functions.mkdir()
    site_packages = importable.of_layer(shop.out, shop.entry, target)
    untried = _fit(functions, only, target, site_packages, say)
    names = sorted(own.name for own in functions.iterdir() if own.is_dir() and (not only or own.name in only))
    refused = _package_all(shop, kept, names, say)
    packaged = []
    for name in names:
        if name not in refused:
            facts = json.loads((functions / name / "packaged.json").read_text(encoding="utf-8"))
            packaged.append(First(name, functions / name / "task", **facts))
    return packaged, untried | refused, site_packages


def _fit(functions: Path, only: Collection[str], target: Runtime, packages: Path, say: Say) -> dict[str, str]:
    """Fit what has not been fitted yet. Returns the reasons why some could not be fitted."""
    if not only or not all((functions / name).exists() for name in only):
        say("Fitting estimators")
        importable.run(target, str(FIT), [functions, *only], [packages], {"OMP_NUM_THREADS": "1"})
    predictors: list[str] = json.loads((functions / "known.json").read_text(encoding="utf-8"))
    for name in only:
        if name not in predictors:
            raise UnknownEstimator(name=name, known=", ".join(predictors))
    untried: dict[str, str] = json.loads((functions / "untried.json").read_text(encoding="utf-8"))
    return {name: why for name, why in untried.items() if not only or name in only}


def _package_all(shop: Shop, kept: Path, names: Iterable[str], say: Say) -> dict[str, str]:
    """Package what has not been packaged yet. Returns the reasons why some were refused."""
    waiting = [name for name in names if not (kept / "functions" / name / "packaged.json").exists()]
    refused: dict[str, str] = {}
    counters: SimpleQueue[Shop] = SimpleQueue()
    for at in range(COUNTERS if waiting else 0):
        shutil.rmtree(kept / f"counter-{at}", ignore_errors=True)
        counters.put(shop.counter(kept / f"counter-{at}"))

    def package(name: str) -> None:
        counter = counters.get()
        try:
            _package(counter, kept / "functions" / name)
        except UserError as error:
            refused[name] = str(error).strip().splitlines()[0]
        finally:
            counters.put(counter)
        say(f"{name}: {refused.get(name, 'packaged')}")

    with ThreadPoolExecutor(COUNTERS) as pool:
        list(pool.map(package, waiting))
    return refused


def _package(counter: Shop, own: Path) -> None:
    """Package one estimator, and write beside it what is needed to invoke it.

    Raises:
        UserError: the estimator is refused.
    """
    package = function.package(counter.out, own / "model.pkl", declared=Declared(example=own / "example.pkl"))
    shutil.rmtree(own / "task", ignore_errors=True)
    archive.unpack(package.path, own / "task")
    in_file = handler_variables.in_file((own / "model.pkl").resolve())
    facts = {
        "variables": {**handler_variables.of_entry(package.model), **in_file},
        "request": (own / "request.json").read_text(encoding="utf-8"),
        "why_not": package.recording.why_not,
    }
    (own / "packaged.json").write_text(json.dumps(facts), encoding="utf-8")


def measure(subjects: list[First], site_packages: Path, target: Runtime, say: Say, rounds: int) -> float:
    """Time all estimators in turn, after some processes that fill the page cache.

    Returns:
        The milliseconds of a process that only imports numpy.
    """
    interpreter = interpreters.require(target, "This bench")
    libraries = ":".join(map(str, interpreters.library_folders(site_packages)))
    base = {
        "LD_LIBRARY_PATH": libraries,
        "PYTHONHASHSEED": "0",
        "PATH": os.environ["PATH"],
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(MEMORY),
        "MODEL_METRICS": "false",
    }

    def milliseconds(script: str, *arguments: str, task: Path, **variables: str) -> tuple[float, str]:
        env = {**base, "PYTHONPATH": f"{task}:{site_packages}", **variables}
        command = [str(interpreter), "-S", "-s", "-B", "-W", "ignore", "-c", script, *arguments]
        began = time.perf_counter()
        with subprocess.Popen(command, cwd=task, env=env, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            # The line is the last thing that the process does. How long the system takes to free its memory is not
            # measured
            line = process.stdout.readline()
            return (time.perf_counter() - began) * 1e3, line

    floor: list[float] = []
    for number in range(-1, rounds):
        say(f"Round {number + 1} of {rounds}" if number >= 0 else "Filling the page cache")
        for at, first in enumerate(subjects if number >= 0 else subjects[:1]):
            if at % NUMPY_EACH == 0:
                floor.append(milliseconds(NUMPY, task=first.task)[0])
            ways: list[tuple[list[float], dict[str, str]]] = [(first.planned, {}), (first.eager, EAGER)]
            answers = {}
            for times, variables in reversed(ways) if number % 2 else ways:
                taken, answers[len(variables)] = milliseconds(
                    ANSWER, first.request, task=first.task, **first.variables, **variables
                )
                if number >= 0:
                    times.append(taken)
            if answers[0] != answers[1] or "predictions" not in answers[0]:
                raise AnswersDiffer(name=first.name, planned=answers[0].strip(), eager=answers[1].strip())
    return statistics.median(floor)


def write(folder: Path, measured: list[First], untried: dict[str, str], floor: float, seconds: float) -> Outcome:
    """Write estimators.json and estimators.svg.

    Args:
        measured: the estimators, sorted by their ratio.
    """
    ratios = [first.ratio for first in measured]
    to_floor = [statistics.median(first.planned) / floor for first in measured]
    summary = {
        "estimators": len(measured),
        "smallest_vs_eager": ratios[0],
        "median_vs_eager": statistics.median(ratios),
        "nine_tenths_are_below": ratios[math.ceil(0.9 * len(ratios)) - 1],
        "greatest_vs_eager": ratios[-1],
        "median_vs_numpy": statistics.median(to_floor),
        "greatest_vs_numpy": max(to_floor),
        "slower_than_eager": sum(ratio >= 1 for ratio in ratios),
        "without_a_plan": sum(first.why_not is not None for first in measured),
    }
    summary = {name: round(value, 3) for name, value in summary.items()}
    facts = {
        "rounds": len(measured[0].planned),
        "seconds": round(seconds),
        "numpy_ms": round(floor, 1),
        "ratios": summary,
        "estimators": {first.name: first.as_json() for first in measured},
        "untried": untried,
    }
    folder.mkdir(parents=True, exist_ok=True)
    files = [folder / "estimators.json", folder / "estimators.svg"]
    files[0].write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")
    files[1].write_text(drawing(measured, floor), encoding="utf-8")
    rows = [_cells(first, floor) for first in measured[: -MOST_SHOWN - 1 : -1]]
    middle = measured[len(measured) // 2]
    rows += [_cells(first, floor) for first in ([middle, measured[0]] if len(measured) > MOST_SHOWN + 1 else ())]
    headings = ["estimator", "planned", "eager", "planned / eager", "planned / numpy"]
    title = f"First answers of {len(measured)} estimators, medians of {facts['rounds']} rounds: the slowest come first"
    return Outcome(title, headings, rows, summary, files)


def _cells(first: First, floor: float) -> list[str]:
    planned, eager = statistics.median(first.planned), statistics.median(first.eager)
    return [first.name, f"{planned:,.0f} ms", f"{eager:,.0f} ms", f"{first.ratio:.2f}", f"{planned / floor:.1f}"]


def drawing(measured: list[First], floor: float) -> str:
    """Draw a bar for each estimator: the time of its first answer relative to plain imports."""
    rows = [
        bars.Bar.of(first.name, first.ratio, f"{first.ratio:.2f} ({statistics.median(first.planned) / floor:.1f})")
        for first in measured
    ]
    title = "First answer by the import plan, relative to plain imports (and in imports of numpy)"
    return bars.draw([bars.Panel(title, rows, (1.0, "plain imports"), row=16)])
