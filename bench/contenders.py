"""Who takes part in the comparison of first calls, each as Lambda would have it on its disk."""

from __future__ import annotations

import json
import os
import shutil
import zipfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from bench import tools
from build.dist import archive, manifest
from build.host import commands, importable, interpreters
from build.layer import bytecode, layer
from build.layer.trim import Profile
from build.package import function
from build.requirements import defaults
from build.runtimes import UNZIPPED_LIMIT, Runtime, host_architecture
from local.deployed import Deployed
from local.embedded_aws import EmbeddedAws

HERE = Path(__file__).parent
BUCKET = "bench-models"
MEMORY = 1769  # MB: one vCPU
WAYS = ("bundle, all imports", "bundle, import list", "bundle, LazyLoader")  # in place of the plan
EVENT = {"instances": [[0.5] * 10]}
PIPELINE = "pipeline"  # a name of a model beside the sizes of forests: the example, which is fitted on a DataFrame

Say = Callable[[str], None]


@dataclass(frozen=True)
class Model:
    """A model in S3 and on this disk."""

    name: str  # of a forest its size in MB, about
    path: Path
    sha256: str
    version_id: str
    event: dict  # a request of one row

    @property
    def key(self) -> str:
        return f"model-{self.name}.pkl"

    @property
    def stored(self) -> dict[str, str]:
        return {"MODEL_BUCKET": BUCKET, "MODEL_KEY": self.key, "MODEL_VERSION_ID": self.version_id}


@dataclass
class Ground:
    """What all contenders stand on."""

    folder: Path
    runtime: Runtime
    aws: EmbeddedAws
    say: Say

    def model(self, name: str) -> Model:
        """Fit a forest of that size, or the pipeline, with the default layer's packages, and upload it."""
        self.say("Fitting the pipeline" if name == PIPELINE else f"Fitting a forest of {name} MB")
        path, event = self.folder / f"model-{name}.pkl", EVENT
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
        """Our artifacts, with the default layer."""
        return self.built("default", None)

    @property
    def layer(self) -> dict:
        return (manifest.read(self.out) or {})["layer"]

    def built(self, name: str, profile: Path | None) -> Path:
        """Our layer in a folder of its own."""
        self.say(f"Building our layer: {name}")
        out = self.folder / f"dist-{name}"
        order = layer.Order(self.runtime, host_architecture(), profile=Profile(profile) if profile else None)
        layer.build(out, order, lambda message: None)
        return out

    def ours(self, out: Path, name: str, model: Model) -> dict[str, Deployed]:
        """Our function in both modes, but for a bundle that would not fit Lambda."""
        made = function.package(out, model.path)
        entry = (manifest.read(out) or {})["layer"]
        opt = _unpacked(out / entry["path"], self.folder / f"opt-{out.name}")
        env = {
            "MODEL_SHA256": model.sha256,
            "MODEL_FORMAT": made.model["format"],
            "MODEL_SKLEARN_VERSION": made.model["sklearn_version"],
        }
        task = _unpacked(made.path, self.folder / f"task-{name}-{model.name}")
        deployed = {"s3": self.deployed(task, opt, env | model.stored)}
        if entry["unzipped_bytes"] + made.entry["unzipped_bytes"] + model.path.stat().st_size <= UNZIPPED_LIMIT:
            bundle = Path(shutil.copytree(task, self.folder / f"bundle-{name}-{model.name}"))
            shutil.copyfile(model.path, bundle / made.model["path"])
            deployed["bundle"] = self.deployed(bundle, opt, env | {"MODEL_FILE": made.model["path"]})
        return deployed

    def deployed(self, task: Path, opt: Path, environment: dict[str, str]) -> Deployed:
        """What stands in for an answer of the Lambda API."""
        return Deployed.of(task, opt, self.runtime, environment, MEMORY)

    def of_handler(self, handler: str, opt: Path, environment: dict[str, str]) -> Deployed:
        """A handler of ``handlers/`` in a zip of its own."""
        task = self.folder / f"task-{handler}"
        task.mkdir(exist_ok=True)
        shutil.copyfile(HERE / "handlers" / f"{handler}.py", task / "handler.py")
        bytecode.compile_tree(task, "/var/task", self.runtime)
        return self.deployed(task, opt, environment)

    def with_handler(self, deployed: Deployed, handler: str, **variables: str) -> Deployed:
        """A deployed function that another handler of ``handlers/`` answers, or the same with other variables."""
        if handler != "handler":
            shutil.copyfile(HERE / "handlers" / f"{handler}.py", deployed.task / f"{handler}.py")
            bytecode.compile_tree(deployed.task, "/var/task", self.runtime)
        changed = {
            "Handler": f"{handler}.lambda_handler",
            "Environment": {"Variables": deployed.environment | variables},
        }
        return Deployed(deployed.task, deployed.layers, deployed.configuration | changed)

    def ways(self, bundle: Deployed) -> dict[str, Deployed]:
        """The bundle with the other ways there are to import what a model needs, and with plain imports."""
        site_packages = bundle.layers / self.runtime.site_packages
        (bundle.task / "modules.json").write_text(json.dumps(_modules(site_packages)), encoding="utf-8")
        return {
            WAYS[0]: self.with_handler(bundle, "handler", LAMBDA_MODEL_EAGER="1"),
            WAYS[1]: self.with_handler(bundle, "import_list"),
            WAYS[2]: self.with_handler(bundle, "lazy_loader"),
        }

    @cached_property
    def pip_layer(self) -> Path:
        """`pip install -t python`, zipped: its bytecode is there, and stale once Lambda has unzipped it."""
        self.say("Building the recipe's layer: pip install -t")
        opt = self.folder / "opt-pip"
        linked = importable.of_requirements(defaults.LOCKED, self.runtime, self.folder / "linked")
        # as copies: other times on links would be other times in uv's own cache
        shutil.copytree(linked, opt / "python")
        interpreter = interpreters.require(self.runtime, "The recipe's layer")
        with suppress(commands.CommandFailed):  # of templates that are no Python
            commands.run([interpreter, "-m", "compileall", "-q", "-j", "0", opt / "python"])
        for path in (opt / "python").rglob("*.py"):
            os.utime(path, (0, path.stat().st_mtime + 1))  # not the time that its bytecode was made for
        return opt

    @cached_property
    def pip_layer_with_bytecode(self) -> Path:
        """The same packages with bytecode that is valid wherever it lies."""
        opt = self.folder / "opt-pip-bytecode"
        shutil.copytree(self.pip_layer, opt, ignore=shutil.ignore_patterns("__pycache__"), copy_function=os.link)
        bytecode.compile_tree(opt / "python", "/opt/python", self.runtime)
        return opt

    @cached_property
    def sam_layer(self) -> Path:
        """The same versions as `sam build` makes a layer of them."""
        self.say("Building SAM's layer: sam build")
        pins = "".join(f"{name}=={version}\n" for name, version in self.layer["packages"].items())
        return tools.sam_build(self.folder / "sam", pins, os.environ)


def _modules(tree: Path) -> dict[str, str]:
    """Modules by name -> their files."""
    found = {}
    for path in (*tree.rglob("*.so"), *tree.rglob("*.py")):
        parts = (*path.relative_to(tree).parts[:-1], path.name.partition(".")[0])
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = str(path)
    return found


def _unpacked(path: Path, folder: Path) -> Path:
    if not folder.exists():
        with zipfile.ZipFile(path) as packed:
            packed.extractall(folder)
    return folder
