"""Provides the tools that make a layer's zip from a requirements file: this project's, and the alternatives."""

from __future__ import annotations

import os
import re
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from bench import this_architecture
from build.host import commands, engines, interpreters
from build.requirements.defaults import LOCKED
from build.runtimes import DEFAULT_PYTHON, runtime
from build.saying import Say

ROOT = Path(__file__).parents[1]
OURS = "this project"
ANEW = f"{OURS}, from wheels"
SAM = "sam build, sam's zip"
ROUNDS = 3  # builds after the first one
LAYERS = ("dist/.cache/layers",)  # without deleting these, the second build would be a copy of the first

SAM_TEMPLATE = """
AWSTemplateFormatVersion: "2010-09-09"
Transform: AWS::Serverless-2016-10-31
Resources:
  Packages:
    Type: AWS::Serverless::LayerVersion
    Properties:
      ContentUri: source
      CompatibleRuntimes: [python{python}]
    Metadata:
      BuildMethod: python{python}
"""


@dataclass(frozen=True)
class Built:
    """A zip that was built, and in ``laps`` the seconds that each step took."""

    path: Path
    laps: Mapping[str, float]


@dataclass(frozen=True)
class Tool:
    """One way to build a layer."""

    name: str
    build: Callable[[Path, dict[str, str]], Built]  # called with the folder to work in, and the environment variables
    python: str = DEFAULT_PYTHON
    rounds: int = ROUNDS
    forget: tuple[str, ...] = ()  # what is deleted from its folder before each build

    @property
    def is_cut(self) -> bool:
        return "--trim-for" in self.name

    @property
    def is_ours(self) -> bool:
        return self.name.startswith(OURS)


def choose(say: Say) -> list[Tool]:
    """Return the tools that can run on this machine. Says which ones cannot, and why."""
    usable = [
        Tool(OURS, _ours(), forget=LAYERS),
        Tool(ANEW, _ours(), forget=("dist",)),
        Tool(f"{OURS}, --trim-for MODEL", _profile, forget=LAYERS),
        *_container(say),
    ]
    if commands.find("zip"):
        usable.append(Tool("pip install --target, zip -r", _pip, rounds=1, forget=("layer", "layer.zip")))
    else:
        say("Left out pip with zip: this machine has no zip")
    return [*usable, Tool(SAM, _sam)]


def _ours(*options: str, python: str = DEFAULT_PYTHON) -> Callable[[Path, dict[str, str]], Built]:
    def build(work: Path, env: dict[str, str]) -> Built:
        words: list[str | Path] = ["build-layer", "--python", python, "--requirements", LOCKED, "--out", "dist"]
        _invoke(work, env, *words, *(options or ("--builder", "uv")))
        return Built(work / "dist" / f"layer-python{python}-{this_architecture().name}.zip", {})

    return build


def _profile(work: Path, env: dict[str, str]) -> Built:
    example = work / "dist" / "example"
    if not example.exists():
        _invoke(work, env, "train-example", "--out", "dist")
    return _ours(
        "--builder", "uv", "--trim-for", str(example / "model.pkl"), "--request", str(example / "request.json")
    )(work, env)


def _invoke(work: Path, env: dict[str, str], *words: str | Path) -> None:
    commands.run([sys.executable, "-m", "invoke", "--search-root", ROOT, *words], env=env, cwd=work)


def _container(say: Say) -> list[Tool]:
    """Return the container builder, and uv for the same Python, which is that of the image on this machine."""
    image = os.environ.get("LAMBDA_BUILD_IMAGE", runtime(DEFAULT_PYTHON).image)
    engine = engines.find()
    match = re.search(r"python(3\.\d+)", image)
    if engine is None or match is None or not engine.has(image, this_architecture().image):
        say(f"Left out the container builder: no container engine with the image {image} answers")
        return []
    python = match[1]
    container = _ours("--builder", "container", "--image", image, python=python)
    rows = [Tool(f"{OURS}, in a container, {python}", container, python, rounds=1, forget=LAYERS)]
    if python != DEFAULT_PYTHON:
        rows.append(Tool(f"{OURS}, {python}", _ours(python=python), python, rounds=1, forget=LAYERS))
    return rows


def _pip(work: Path, env: dict[str, str]) -> Built:
    start = time.perf_counter()
    target = work / "layer" / "python"
    argv = [
        str(_interpreter()),
        "-m",
        "pip",
        "install",
        "--quiet",
        "--target",
        str(target),
        "--requirement",
        str(LOCKED),
    ]
    commands.run(argv, env=env)
    installed = time.perf_counter()
    commands.run(["zip", "-qr", "../layer.zip", "python"], cwd=work / "layer")
    return Built(work / "layer.zip", {"pip install": installed - start, "zip": time.perf_counter() - installed})


def _sam(work: Path, env: dict[str, str]) -> Built:
    from samcli.lib.package.utils import make_zip_with_lambda_permissions, zip_folder

    start = time.perf_counter()
    folder = sam_build(work, LOCKED.read_text(encoding="utf-8"), env)
    built = time.perf_counter()
    with zip_folder(str(folder), zip_method=make_zip_with_lambda_permissions) as (packed, _):
        Path(packed).replace(work / "layer.zip")
        Path(packed).touch()  # sam deletes the file at the end
    return Built(work / "layer.zip", {"sam build": built - start, "zip": time.perf_counter() - built})


def sam_build(work: Path, requirements: str, env: Mapping[str, str]) -> Path:
    """Return the layer's folder as `sam build` leaves it."""
    (work / "source").mkdir(parents=True, exist_ok=True)
    (work / "source" / "requirements.txt").write_text(requirements, encoding="utf-8")
    (work / "template.yaml").write_text(SAM_TEMPLATE.format(python=DEFAULT_PYTHON), encoding="utf-8")
    path = f"{_interpreter().parent}{os.pathsep}{env['PATH']}"  # sam searches it for a python3.13
    words = [str(Path(sys.executable).with_name("sam")), "build", "Packages"]
    commands.run(words, env={**env, "PATH": path, "SAM_CLI_TELEMETRY": "0"}, cwd=work)
    return work / ".aws-sam" / "build" / "Packages"


def _interpreter() -> Path:
    return interpreters.require(runtime(DEFAULT_PYTHON), "This bench")
