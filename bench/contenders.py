"""Makes the contenders for the measurement of first calls, each as Lambda would have it on its disk."""

from __future__ import annotations

import json
import os
import shutil
import zipfile
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from bench import this_architecture, tools
from build.dist import archive, manifest
from build.dist.entries import LayerEntry
from build.host import commands, importable, interpreters
from build.layer import bytecode, layer
from build.layer.trim import TrimFor
from build.package import function, handler_variables
from build.requirements import defaults
from build.runtimes import UNZIPPED_LIMIT, Runtime
from build.saying import Say
from local.deployed import Deployed
from local.embedded_aws import EmbeddedAws

HERE = Path(__file__).parent
BUCKET = "bench-models"
MEMORY = 1769  # MB, which buy one vCPU
WAYS = ("bundle, all imports", "bundle, import list", "bundle, LazyLoader")  # these replace the plan
EVENT = {"instances": [[0.5] * 10]}
PIPELINE = "pipeline"  # the example on a DataFrame; the other models are forests, named by their size


@dataclass(frozen=True)
class Model:
    """A model in S3 and on this disk."""

    name: str  # for a forest, its approximate size in MB
    path: Path
    sha256: str
    version_id: str
    event: dict[str, Any]  # a request of one row

    @property
    def key(self) -> str:
        return f"model-{self.name}.pkl"

    @property
    def stored(self) -> dict[str, str]:
        return handler_variables.in_bucket(BUCKET, self.key, self.version_id)


@dataclass
class Ground:
    """The environment that all contenders share: the folder, the runtime, and S3."""

    folder: Path
    runtime: Runtime
    aws: EmbeddedAws
    say: Say

    def model(self, name: str) -> Model:
        """Fit a forest of that size, or the pipeline, with the default layer's packages, and upload it."""
        self.say("Fitting the pipeline" if name == PIPELINE else f"Fitting a forest of {name} MB")
        path, event = self.folder / f"model-{name}.pkl", dict[str, Any](EVENT)
        packages = importable.of_layer(self.out, self.layer, self.runtime)
        if name == PIPELINE:
            importable.run(self.runtime, "train_example.py", [self.folder], [packages], {})
            (self.folder / "model.pkl").rename(path)
            request = json.loads((self.folder / "request.json").read_text(encoding="utf-8"))
            event = {"dataframe_records": request["dataframe_records"][:1]}
        else:
            importable.run(self.runtime, str(HERE / "target" / "make_forest.py"), [path, name], [packages], {})
        s3 = self.aws.client("s3")
        with path.open("rb") as stream:
            version = s3.put_object(Bucket=BUCKET, Key=path.name, Body=stream)["VersionId"]
        return Model(name, path, archive.file_sha256(path), version, event)

    @cached_property
    def out(self) -> Path:
        """Return the folder of this project's artifacts, with the default layer."""
        return self.built("default", None)

    @property
    def layer(self) -> LayerEntry:
        return manifest.built_layer(self.out)

    def built(self, name: str, trim_for: Path | None) -> Path:
        """Build this project's layer in a folder of its own."""
        self.say(f"Building our layer: {name}")
        out = self.folder / f"dist-{name}"
        order = layer.Order(self.runtime, this_architecture(), trim_for=TrimFor(trim_for) if trim_for else None)
        layer.build(out, order, lambda message: None)
        return out

    def ours(self, out: Path, name: str, model: Model) -> dict[str, Deployed]:
        """Return this project's function in both modes. A bundle that would be too large for Lambda is left out."""
        package = function.package(out, model.path)
        entry = manifest.built_layer(out)
        opt = _unpacked(out / entry["path"], self.folder / f"opt-{out.name}")
        env = handler_variables.of_entry(package.model)
        task = _unpacked(package.path, self.folder / f"task-{name}-{model.name}")
        deployed = {"s3": self.deployed(task, opt, env | model.stored)}
        if entry["unzipped_bytes"] + package.entry["unzipped_bytes"] + model.path.stat().st_size <= UNZIPPED_LIMIT:
            bundle = Path(shutil.copytree(task, self.folder / f"bundle-{name}-{model.name}"))
            shutil.copyfile(model.path, bundle / package.model["path"])
            deployed["bundle"] = self.deployed(bundle, opt, env | handler_variables.in_file(package.model["path"]))
        return deployed

    def deployed(self, task: Path, opt: Path, variables: dict[str, str]) -> Deployed:
        """Return a function as the Lambda API would describe it."""
        return Deployed.of(task, opt, self.runtime, variables, MEMORY)

    def of_handler(self, handler: str, opt: Path, variables: dict[str, str]) -> Deployed:
        """Return a function that has only a handler of ``handlers/`` in its zip."""
        task = self.folder / f"task-{handler}"
        task.mkdir(exist_ok=True)
        shutil.copyfile(HERE / "handlers" / f"{handler}.py", task / "handler.py")
        bytecode.compile_tree(task, "/var/task", self.runtime)
        return self.deployed(task, opt, variables)

    def with_handler(self, deployed: Deployed, handler: str, **variables: str) -> Deployed:
        """Return a deployed function with another handler of ``handlers/``, or with other variables."""
        if handler != "handler":
            shutil.copyfile(HERE / "handlers" / f"{handler}.py", deployed.task / f"{handler}.py")
            bytecode.compile_tree(deployed.task, "/var/task", self.runtime)
        changed = {
            "Handler": f"{handler}.lambda_handler",
            "Environment": {"Variables": deployed.environment | variables},
        }
        return Deployed(deployed.task, deployed.layers, deployed.configuration | changed)

    def ways(self, bundle: Deployed) -> dict[str, Deployed]:
        """Return the bundle with plain imports, and with the other ways to import what a model needs."""
        site_packages = bundle.layers / self.runtime.site_packages
        (bundle.task / "modules.json").write_text(json.dumps(_modules(site_packages)), encoding="utf-8")
        return {
            WAYS[0]: self.with_handler(bundle, "handler", LAMBDA_MODEL_EAGER="1"),
            WAYS[1]: self.with_handler(bundle, "import_list"),
            WAYS[2]: self.with_handler(bundle, "lazy_loader"),
        }

    @cached_property
    def pip_layer(self) -> Path:
        """Return the layer of `pip install -t python`, zipped. Its bytecode is stale once Lambda has unzipped it."""
        self.say("Building the recipe's layer: pip install -t")
        opt = self.folder / "opt-pip"
        linked = importable.of_requirements(defaults.LOCKED, self.runtime, self.folder / "linked")
        # Copies, because changing the times of links would change the files in uv's own cache
        shutil.copytree(linked, opt / "python")
        interpreter = interpreters.require(self.runtime, "The recipe's layer")
        with suppress(commands.CommandFailed):  # some files are templates and no Python
            commands.run([interpreter, "-m", "compileall", "-q", "-j", "0", opt / "python"])
        for path in (opt / "python").rglob("*.py"):
            os.utime(path, (0, path.stat().st_mtime + 1))  # now its bytecode is for another time
        return opt

    @cached_property
    def pip_layer_with_bytecode(self) -> Path:
        """Return the same packages with bytecode that is valid wherever the files are."""
        opt = self.folder / "opt-pip-bytecode"
        shutil.copytree(self.pip_layer, opt, ignore=shutil.ignore_patterns("__pycache__"), copy_function=os.link)
        bytecode.compile_tree(opt / "python", "/opt/python", self.runtime)
        return opt

    @cached_property
    def sam_layer(self) -> Path:
        """Return the same versions in a layer that `sam build` makes."""
        self.say("Building SAM's layer: sam build")
        pins = "".join(f"{name}=={version}\n" for name, version in self.layer["packages"].items())
        return tools.sam_build(self.folder / "sam", pins, os.environ)


def _modules(tree: Path) -> dict[str, str]:
    """Return the files of all modules by the modules' names."""
    files = {}
    for path in (*tree.rglob("*.so"), *tree.rglob("*.py")):
        names = (*path.relative_to(tree).parts[:-1], path.name.partition(".")[0])
        files[".".join(names[:-1] if names[-1] == "__init__" else names)] = str(path)
    return files


def _unpacked(path: Path, folder: Path) -> Path:
    if not folder.exists():
        with zipfile.ZipFile(path) as packed:
            packed.extractall(folder)
    return folder
