"""The first answer of each of scikit-learn's estimators that predict: by its import plan, and with plain imports.

Each estimator has its default arguments, is fitted on small data and packaged by this project. Then fresh processes are
timed, from their start to the first answer, in turns: one that imports by the plan, one that imports all at once with
the same valid bytecode, and, as a floor, one that imports numpy and answers nothing.
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

from bench import Outcome, Say, draw
from bench.asking import MEMORY, ROOT, Shop, locked
from build.dist import archive
from build.errors import UserError
from build.host import importable, interpreters
from build.package import function
from build.package import model as models
from build.package.wishes import Wishes
from build.runtimes import DEFAULT_PYTHON, Runtime, runtime

FIT = ROOT / "bench" / "target" / "each_estimator.py"
SOURCES = ("lambda", "build", "bench/target/each_estimator.py")  # what packaged functions depend on
ROUNDS = 3
COUNTERS = 2  # estimators that are packaged at the same time
NUMPY_EACH = 5  # estimators between two processes that import numpy
MOST_SHOWN = 10  # estimators in the table
EAGER = {"LAMBDA_MODEL_EAGER": "1"}
ANSWER = (
    "import json, os, sys, handler; "
    "print(json.dumps(handler.lambda_handler(json.loads(sys.argv[1]), None)), flush=True); os._exit(0)"
)
NUMPY = "import os, numpy; print(numpy.__version__, flush=True); os._exit(0)"


class UnknownEstimator(UserError):
    template = "scikit-learn has no estimator {name!r} that predicts. Take some of: {known}."


class NothingPackaged(UserError):
    template = "There is nothing to measure, for no estimator was packaged:\n{reasons}"


class AnswersDiffer(UserError):
    template = "{name} answers {planned} by its plan, and {eager} with plain imports."


@dataclass
class First:
    """What was seen of one estimator; times in ms, in the order of the rounds."""

    name: str
    task: Path  # the function, unpacked
    environment: dict[str, str]
    request: str
    why_not: str | None  # there is a plan, or why there is none
    planned: list[float] = field(default_factory=list)
    eager: list[float] = field(default_factory=list)

    @property
    def ratio(self) -> float:
        """Of the two in the same turn, for what else the machine does changes from turn to turn."""
        pairs = zip(self.planned, self.eager, strict=True)
        return statistics.median(planned / eager for planned, eager in pairs)

    def as_json(self) -> dict[str, object]:
        said: dict[str, object] = {
            "planned_ms": round(statistics.median(self.planned), 1),
            "eager_ms": round(statistics.median(self.eager), 1),
            "ratio": round(self.ratio, 3),
        }
        return said | ({"why_no_plan": self.why_not} if self.why_not else {})


def run(
    folder: Path, say: Say, only: Collection[str] = (), scratch: Path | None = None, rounds: int = ROUNDS
) -> Outcome:
    """Package and measure all of them or only some, and write the numbers and their picture.

    Args:
        scratch: keeps what was packaged, for a next run of the same code; without one it is packaged anew.
        rounds: how often each is timed.

    Raises:
        UnknownEstimator, NothingPackaged, AnswersDiffer
    """
    target, began = runtime(DEFAULT_PYTHON), time.monotonic()
    with ExitStack() as stack:
        if scratch is None:
            scratch = Path(stack.enter_context(TemporaryDirectory(prefix="estimators-")))
        kept = scratch.resolve() / digest(target)
        found, untried, site_packages = prepare(kept, target, say, only)
        if not found:
            raise NothingPackaged(reasons="\n".join(f"  {name}: {why}" for name, why in untried.items()))
        floor = measure(found, site_packages, target, say, rounds)
    found.sort(key=lambda each: each.ratio)
    return write(folder, found, untried, floor, time.monotonic() - began)


def digest(target: Runtime) -> str:
    """Of all that decides what is packaged."""
    found = hashlib.sha256(target.name.encode())
    for source in SOURCES:
        path = ROOT / source
        for each in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if each.is_file() and each.suffix != ".pyc":
                found.update(f"{each.relative_to(ROOT)} {archive.file_sha256(each)}\n".encode())
    return found.hexdigest()[:16]


def prepare(kept: Path, target: Runtime, say: Say, only: Collection[str]) -> tuple[list[First], dict[str, str], Path]:
    """Fit and package what is not there yet: those to measure, those that are not, with the reason, and the layer.

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
    names = sorted(each.name for each in functions.iterdir() if each.is_dir() and (not only or each.name in only))
    refused = _package_all(shop, kept, names, say)
    found = []
    for name in names:
        if name not in refused:
            said = json.loads((functions / name / "packaged.json").read_text(encoding="utf-8"))
            found.append(First(name, functions / name / "task", **said))
    return found, untried | refused, site_packages


def _fit(functions: Path, only: Collection[str], target: Runtime, packages: Path, say: Say) -> dict[str, str]:
    """Fit what is not there yet; what could not be fitted, with the reason."""
    if not only or not all((functions / name).exists() for name in only):
        say("Fitting estimators")
        importable.run(target, str(FIT), [functions, *only], [packages], {"OMP_NUM_THREADS": "1"})
    known: list[str] = json.loads((functions / "known.json").read_text(encoding="utf-8"))
    for name in only:
        if name not in known:
            raise UnknownEstimator(name=name, known=", ".join(known))
    untried: dict[str, str] = json.loads((functions / "untried.json").read_text(encoding="utf-8"))
    return {name: why for name, why in untried.items() if not only or name in only}


def _package_all(shop: Shop, kept: Path, names: Iterable[str], say: Say) -> dict[str, str]:
    """Package what is not there yet; why others were refused, which are tried again in the next run."""
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
    """Package one estimator, and leave beside it what is needed to ask it.

    Raises:
        UserError
    """
    made = function.package(counter.out, own / "model.pkl", wishes=Wishes(example=own / "example.pkl"))
    shutil.rmtree(own / "task", ignore_errors=True)
    archive.unpack(made.path, own / "task")
    environment = models.environment(own / "model.pkl", made.model["sha256"], made.model["format"])
    said = {
        "environment": environment | {"MODEL_SKLEARN_VERSION": made.model["sklearn_version"]},
        "request": (own / "request.json").read_text(encoding="utf-8"),
        "why_not": made.recording.why_not,
    }
    (own / "packaged.json").write_text(json.dumps(said), encoding="utf-8")


def measure(found: list[First], site_packages: Path, target: Runtime, say: Say, rounds: int) -> float:
    """Time each in turns, after processes that fill the page cache; and return what importing numpy takes, in ms."""
    interpreter = interpreters.require(target, "This bench")
    libraries = ":".join(map(str, interpreters.library_folders(site_packages)))
    base = {
        "LD_LIBRARY_PATH": libraries,
        "PYTHONHASHSEED": "0",
        "PATH": os.environ["PATH"],
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(MEMORY),
        "MODEL_METRICS": "false",
    }

    def seconds(script: str, *arguments: str, task: Path, **variables: str) -> tuple[float, str]:
        env = {**base, "PYTHONPATH": f"{task}:{site_packages}", **variables}
        command = [str(interpreter), "-S", "-s", "-B", "-W", "ignore", "-c", script, *arguments]
        began = time.perf_counter()
        with subprocess.Popen(command, cwd=task, env=env, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            said = process.stdout.readline()  # its last act: that the system takes its memory back is no part of it
            return (time.perf_counter() - began) * 1e3, said

    floor: list[float] = []
    for number in range(-1, rounds):
        say(f"Round {number + 1} of {rounds}" if number >= 0 else "Filling the page cache")
        for at, each in enumerate(found if number >= 0 else found[:1]):
            if at % NUMPY_EACH == 0:
                floor.append(seconds(NUMPY, task=each.task)[0])
            ways = [(each.planned, {}), (each.eager, EAGER)]
            said = {}
            for times, variables in reversed(ways) if number % 2 else ways:
                taken, said[len(variables)] = seconds(
                    ANSWER, each.request, task=each.task, **each.environment, **variables
                )
                if number >= 0:
                    times.append(taken)
            if said[0] != said[1] or "predictions" not in said[0]:
                raise AnswersDiffer(name=each.name, planned=said[0].strip(), eager=said[1].strip())
    return statistics.median(floor)


def write(folder: Path, found: list[First], untried: dict[str, str], floor: float, seconds: float) -> Outcome:
    """Write estimators.json and estimators.svg.

    Args:
        found: sorted, the quickest first.
    """
    ratios = [each.ratio for each in found]
    to_floor = [statistics.median(each.planned) / floor for each in found]
    summary = {
        "estimators": len(found),
        "smallest_vs_eager": ratios[0],
        "median_vs_eager": statistics.median(ratios),
        "nine_tenths_are_below": ratios[math.ceil(0.9 * len(ratios)) - 1],
        "greatest_vs_eager": ratios[-1],
        "median_vs_numpy": statistics.median(to_floor),
        "greatest_vs_numpy": max(to_floor),
        "slower_than_eager": sum(ratio >= 1 for ratio in ratios),
        "without_a_plan": sum(each.why_not is not None for each in found),
    }
    summary = {name: round(value, 3) for name, value in summary.items()}
    facts = {
        "rounds": len(found[0].planned),
        "seconds": round(seconds),
        "numpy_ms": round(floor, 1),
        "ratios": summary,
        "estimators": {each.name: each.as_json() for each in found},
        "untried": untried,
    }
    folder.mkdir(parents=True, exist_ok=True)
    files = [folder / "estimators.json", folder / "estimators.svg"]
    files[0].write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")
    files[1].write_text(drawing(found, floor), encoding="utf-8")
    rows = [_cells(each, floor) for each in found[: -MOST_SHOWN - 1 : -1]]
    middle = found[len(found) // 2]
    rows += [_cells(each, floor) for each in ([middle, found[0]] if len(found) > MOST_SHOWN + 1 else ())]
    headings = ["estimator", "planned", "eager", "planned / eager", "planned / numpy"]
    title = f"First answers of {len(found)} estimators, medians of {facts['rounds']} rounds: the slowest first"
    return Outcome(title, headings, rows, summary, files)


def _cells(each: First, floor: float) -> list[str]:
    planned, eager = statistics.median(each.planned), statistics.median(each.eager)
    return [each.name, f"{planned:,.0f} ms", f"{eager:,.0f} ms", f"{each.ratio:.2f}", f"{planned / floor:.1f}"]


def drawing(found: list[First], floor: float) -> str:
    """A bar for each estimator, as a share of its own first answer with plain imports."""
    bars = [
        draw.Bar(each.name, [each.ratio], f"{each.ratio:.2f} ({statistics.median(each.planned) / floor:.1f})")
        for each in found
    ]
    title = "First answer by the import plan, as a share of plain imports (and in imports of numpy)"
    return draw.svg([draw.Panel(title, bars, (1.0, "plain imports"), row=16)])
