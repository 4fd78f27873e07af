"""Packages models of `bench.zoo` and asks the functions, as Lambda would run them on this machine."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from queue import SimpleQueue
from tempfile import TemporaryDirectory
from typing import Any

from bench import Say, zoo
from build import runtimes
from build.dist import manifest
from build.errors import UserError
from build.host import cache, importable
from build.layer import layer
from build.package import function
from build.package.wishes import Wishes
from build.requirements import defaults
from build.runtimes import Runtime, host_architecture
from local import emulator, packaged
from local.embedded_aws import EmbeddedAws
from local.emulator import Environment

ROOT = Path(__file__).parents[1]
FIT = ROOT / "bench" / "target" / "fit_zoo.py"
GROUPS = (("xgboost-cpu", "lightgbm"), ("catboost",))  # packages beside the default ones, a layer for each
# catboost alone has more than Lambda allows: its models are asked in a layer that no zip could be
LIMITS = {("catboost",): 3 * runtimes.UNZIPPED_LIMIT}
COUNTERS = 2  # models that are packaged and asked at the same time
MEMORY = 1769  # MB: one vCPU
NOWHERE = EmbeddedAws("http://127.0.0.1:9")  # functions that have their model need no AWS
PIN = re.compile(r"[\w.-]+==")
LONGEST = 300  # characters of an error


@dataclass(frozen=True)
class Shop:
    """A layer, and what is done with it: models are fitted with its packages, packaged for it and asked in it."""

    out: Path
    runtime: Runtime
    limit: int = runtimes.UNZIPPED_LIMIT  # bytes that layer and function may have together

    @classmethod
    def build(
        cls,
        out: Path,
        runtime: Runtime,
        pins: Iterable[str],
        needs: Iterable[str] = (),
        limit: int = runtimes.UNZIPPED_LIMIT,
    ) -> Shop:
        """Build a layer of these pins and packages beside them.

        Args:
            limit: bytes that Lambda is taken to allow; more only for packages that no zip has room for.
        """
        out.mkdir(parents=True)
        wanted = out / "requirements.txt"
        wanted.write_text("".join(f"{line}\n" for line in [*pins, *needs]), encoding="utf-8")
        order = layer.Order(runtime, host_architecture(), wanted, builder="uv", limit=limit)
        layer.build(out, order, lambda message: None)
        return cls(out, runtime, limit)

    @property
    def entry(self) -> dict:
        return (manifest.read(self.out) or {})["layer"]

    def fit(self, folder: Path, names: Iterable[str]) -> None:
        """Fit models in one process, each into a folder of its name."""
        folder.mkdir(exist_ok=True)
        packages = importable.of_layer(self.out, self.entry, self.runtime)
        importable.run(self.runtime, str(FIT), [folder, *names], [ROOT, zoo.CODE, packages], {})

    @cached_property
    def runtime_packages(self) -> Path:
        return emulator.runtime_packages(self.runtime.python, self.out / "runtime")

    def serves(self, entry: zoo.Entry) -> bool:
        """Whether the layer has what a model needs."""
        return set(entry.needs) <= set(self.entry["packages"])

    def counter(self, folder: Path) -> Shop:
        """The same layer in another folder, so that two models can be packaged at the same time."""
        folder.mkdir(parents=True)
        shutil.copy(self.out / self.entry["path"], folder)
        (folder / cache.FOLDER).symlink_to(self.out / cache.FOLDER)
        with manifest.replacing_layer(folder, self.entry):
            pass
        return Shop(folder, self.runtime, self.limit)

    def ask(self, entry: zoo.Entry, own: Path, runtime_packages: Path) -> dict[str, Any]:
        """Package a model and ask it in each form; replies as in `judging.judge`, or an error for all.

        Args:
            own: the model's folder, as `fit` left it.
        """
        requests = json.loads((own / "requests.json").read_text(encoding="utf-8"))
        try:
            self.package(entry, own)
        except UserError as error:
            return {"error": f"not packaged: {error}"[:LONGEST]}
        with self.serving(runtime_packages) as environment:
            return {form: _ask_all(environment, asked) for form, asked in requests.items() if "left_out" not in asked}

    def package(self, entry: zoo.Entry, own: Path) -> None:
        """Package a model, from the folder that `fit` left."""
        function.package(
            self.out,
            own / "model.pkl",
            code=zoo.CODE if entry.own_code else None,
            wishes=Wishes(example=own / "example.pkl"),
            limit=self.limit,
        )

    @contextmanager
    def serving(self, runtime_packages: Path) -> Iterator[Environment]:
        """An execution environment of what is packaged."""
        known = packaged.read(self.out)
        with TemporaryDirectory(prefix="answers-") as name:
            where = {"MODEL_FILE": str(self.out / known["model"]["path"])}
            deployed = packaged.unpack(self.out, known, "s3", Path(name) / "task", where, MEMORY)
            with emulator.start(deployed, runtime_packages, NOWHERE) as environment:
                yield environment


def open_shops(folder: Path, runtime: Runtime, say: Say, groups: Iterable[tuple[str, ...]] = GROUPS) -> list[Shop]:
    """A layer for each group of packages, all with the locked ones beside them."""
    pins = locked()
    shops = []
    for needs in groups:
        say(f"Building a layer with {', '.join(needs)}")
        limit = LIMITS.get(needs, runtimes.UNZIPPED_LIMIT)
        shops.append(Shop.build(folder / "-".join(needs), runtime, pins, needs, limit))
    return shops


def ask_all(shops: Sequence[Shop], folder: Path, say: Say) -> dict[str, dict[str, Any]]:
    """Fit, package and ask all models that one of the layers serves; their replies by name.

    Args:
        folder: where each model's files come to lie.
    """
    found: dict[str, dict[str, Any]] = {}
    left = zoo.entries()
    for number, shop in enumerate(shops):
        served = [entry for entry in left.values() if shop.serves(entry)]
        for entry in served:
            del left[entry.name]
        shop.fit(folder, [entry.name for entry in served])
        counters: SimpleQueue[Shop] = SimpleQueue()
        for at in range(COUNTERS):
            counters.put(shop.counter(folder / f".counter-{number}-{at}"))

        def ask(
            entry: zoo.Entry, counters: SimpleQueue[Shop] = counters, packages: Path = shop.runtime_packages
        ) -> None:
            counter = counters.get()
            try:
                found[entry.name] = counter.ask(entry, folder / entry.name, packages)
            finally:
                counters.put(counter)
            say(f"Asked {entry.name}")

        with ThreadPoolExecutor(COUNTERS) as pool:
            list(pool.map(ask, served))
    return found


def locked() -> list[str]:
    """The pins of the default layer, without their hashes, beside which others have none."""
    lines = defaults.LOCKED.read_text(encoding="utf-8").splitlines()
    return [line.partition(" \\")[0] for line in lines if PIN.match(line)]


def over_http(
    body: str, path: str = "/invocations", method: str = "POST", content_type: str = "application/json"
) -> dict[str, Any]:
    """A request as a function URL hands it on."""
    return {
        "version": "2.0",
        "rawPath": path,
        "headers": {"content-type": content_type},
        "requestContext": {"http": {"method": method, "path": path}},
        "body": body,
        "isBase64Encoded": False,
    }


def _ask_all(environment: Environment, asked: dict) -> dict:
    return {
        "together": _ask(environment, asked["together"], asked["content_type"]),
        "alone": [_ask(environment, body, asked["content_type"]) for body in asked["alone"]],
    }


def _ask(environment: Environment, body: Any, content_type: str) -> dict:
    """One request's reply; a form that is not JSON comes by HTTP, as a function URL hands it on."""
    is_json = content_type == "application/json"
    event = body if is_json else over_http(body, content_type=content_type)
    try:
        answer = environment.invoke(event)
    except emulator.FunctionFailed as error:  # as batches are refused
        return {"error": str(error)[:LONGEST]}
    found = answer if is_json else json.loads(answer["body"])
    return found if "predictions" in found else {"error": str(found.get("error", found))[:LONGEST]}
