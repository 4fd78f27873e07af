"""Packages the models of `bench.zoo`, and invokes the functions as Lambda would run them."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from queue import SimpleQueue
from tempfile import TemporaryDirectory
from typing import Any

from bench import this_architecture, zoo
from build import runtimes
from build.dist import manifest
from build.dist.entries import LayerEntry
from build.errors import UserError
from build.host import cache, importable
from build.layer import layer
from build.package import function, handler_variables
from build.package.declared import Declared
from build.requirements import defaults
from build.runtimes import Runtime
from build.saying import Say
from local import emulator, packaged
from local.embedded_aws import EmbeddedAws
from local.emulator import Environment

ROOT = Path(__file__).parents[1]
FIT = ROOT / "bench" / "target" / "fit_zoo.py"
GROUPS = (("xgboost-cpu", "lightgbm"), ("catboost",))  # packages beside the default ones; each group gets its own layer
# catboost alone is larger than Lambda allows, so its models are asked with a layer that could not be deployed
LIMITS: dict[tuple[str, ...], int] = {("catboost",): 3 * runtimes.UNZIPPED_LIMIT}
COUNTERS = 2  # the number of models that are packaged and asked at the same time
MEMORY = 1769  # MB, which buy one vCPU
NOWHERE = EmbeddedAws("http://127.0.0.1:9")  # functions that have their model in the zip need no AWS
PIN = re.compile(r"[\w.-]+==")
LONGEST = 300  # characters of an error message


@dataclass(frozen=True)
class Shop:
    """A layer, in whose packages models are fitted, and for which they are packaged and asked."""

    out: Path
    runtime: Runtime
    limit: int = runtimes.UNZIPPED_LIMIT  # bytes that the layer and the function may have together

    @classmethod
    def build(
        cls,
        out: Path,
        runtime: Runtime,
        pins: Iterable[str],
        needs: Iterable[str] = (),
        limit: int = runtimes.UNZIPPED_LIMIT,
    ) -> Shop:
        """Build a layer of these pinned packages, and of other packages beside them.

        Args:
            limit: the bytes that Lambda is assumed to allow. Only packages that are too large get more.
        """
        out.mkdir(parents=True)
        wanted = out / "requirements.txt"
        wanted.write_text("".join(f"{line}\n" for line in [*pins, *needs]), encoding="utf-8")
        order = layer.Order(runtime, this_architecture(), wanted, builder="uv", limit=limit)
        layer.build(out, order, lambda message: None)
        return cls(out, runtime, limit)

    @property
    def entry(self) -> LayerEntry:
        return manifest.built_layer(self.out)

    def fit(self, folder: Path, names: Iterable[str]) -> None:
        """Fit models in one process, each into a folder of its own name."""
        folder.mkdir(exist_ok=True)
        packages = importable.of_layer(self.out, self.entry, self.runtime)
        importable.run(self.runtime, str(FIT), [folder, *names], [ROOT, zoo.CODE, packages], {})

    @cached_property
    def runtime_packages(self) -> Path:
        return emulator.runtime_packages(self.runtime.python, self.out / "runtime")

    def serves(self, entry: zoo.Entry) -> bool:
        """Return whether the layer has the packages that a model needs."""
        return set(entry.needs) <= set(self.entry["packages"])

    def counter(self, folder: Path) -> Shop:
        """Return the same layer in another folder, so that two models can be packaged at the same time."""
        folder.mkdir(parents=True)
        shutil.copy(self.out / self.entry["path"], folder)
        (folder / cache.FOLDER).symlink_to(self.out / cache.FOLDER)
        with manifest.replacing_layer(folder, self.entry):
            pass
        return Shop(folder, self.runtime, self.limit)

    def ask(self, entry: zoo.Entry, own: Path, runtime_packages: Path) -> dict[str, Any]:
        """Package a model and ask it in each form. Returns the replies for `judging.judge`, or one error for all forms.

        Args:
            own: the model's folder, as `fit` has filled it.
        """
        requests = json.loads((own / "requests.json").read_text(encoding="utf-8"))
        try:
            self.package(entry, own)
        except UserError as error:
            return {"error": f"not packaged: {error}"[:LONGEST]}
        with self.serving(runtime_packages) as environment:
            return {
                form: _ask_all(environment, form_requests)
                for form, form_requests in requests.items()
                if "left_out" not in form_requests
            }

    def package(self, entry: zoo.Entry, own: Path) -> None:
        """Package a model from the folder that `fit` has filled."""
        function.package(
            self.out,
            own / "model.pkl",
            code=zoo.CODE if entry.own_code else None,
            declared=Declared(example=own / "example.pkl"),
            limit=self.limit,
        )

    @contextmanager
    def serving(self, runtime_packages: Path) -> Iterator[Environment]:
        """Start an execution environment of what is packaged."""
        contents = packaged.read(self.out)
        with TemporaryDirectory(prefix="answers-") as name:
            where = handler_variables.in_file(self.out / contents["model"]["path"])
            deployed = packaged.unpack(self.out, contents, "s3", Path(name) / "task", where, MEMORY)
            with emulator.start(deployed, runtime_packages, NOWHERE) as environment:
                yield environment


def open_shops(folder: Path, runtime: Runtime, say: Say, groups: Iterable[tuple[str, ...]] = GROUPS) -> list[Shop]:
    """Build a layer for each group of packages. Each has the locked packages too."""
    pins = locked()
    shops = []
    for needs in groups:
        say(f"Building a layer with {', '.join(needs)}")
        limit = LIMITS.get(needs, runtimes.UNZIPPED_LIMIT)
        shops.append(Shop.build(folder / "-".join(needs), runtime, pins, needs, limit))
    return shops


def ask_all(shops: Sequence[Shop], folder: Path, say: Say) -> dict[str, dict[str, Any]]:
    """Fit, package and ask all models that one of the layers serves. Returns the replies by the model's name.

    Args:
        folder: where the files of each model are written.
    """
    replies: dict[str, dict[str, Any]] = {}
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
                replies[entry.name] = counter.ask(entry, folder / entry.name, packages)
            finally:
                counters.put(counter)
            say(f"Asked {entry.name}")

        with ThreadPoolExecutor(COUNTERS) as pool:
            list(pool.map(ask, served))
    return replies


def locked() -> list[str]:
    """Return the pinned packages of the default layer without hashes, because packages that are added have none."""
    lines = defaults.LOCKED.read_text(encoding="utf-8").splitlines()
    return [line.partition(" \\")[0] for line in lines if PIN.match(line)]


def over_http(
    body: str, path: str = "/invocations", method: str = "POST", content_type: str = "application/json"
) -> dict[str, Any]:
    """Return a request as a function URL passes it on."""
    return {
        "version": "2.0",
        "rawPath": path,
        "headers": {"content-type": content_type},
        "requestContext": {"http": {"method": method, "path": path}},
        "body": body,
        "isBase64Encoded": False,
    }


def _ask_all(environment: Environment, form_requests: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "together": _ask(environment, form_requests["together"], form_requests["content_type"]),
        "alone": [_ask(environment, body, form_requests["content_type"]) for body in form_requests["alone"]],
    }


def _ask(environment: Environment, body: Any, content_type: str) -> dict[str, Any]:
    """Return the reply to one request. A body that is not JSON is sent over HTTP, as a function URL passes it on."""
    is_json = content_type == "application/json"
    event = body if is_json else over_http(body, content_type=content_type)
    try:
        answer: Any = environment.invoke(event)
    except emulator.FunctionFailed as error:  # this is how batches are refused
        return {"error": str(error)[:LONGEST]}
    reply: dict[str, Any] = answer if is_json else json.loads(answer["body"])
    return reply if "predictions" in reply else {"error": str(reply.get("error", reply))[:LONGEST]}
