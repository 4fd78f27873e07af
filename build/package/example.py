"""Trains the example: a real model with which to try everything."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from build.dist import workplace
from build.host import importable, interpreters
from build.requirements import defaults
from build.runtimes import Runtime


@dataclass(frozen=True)
class Example:
    """A fitted model, and a request that it answers."""

    model: Path
    request: Path


def train(out: Path, runtime: Runtime) -> Example:
    """Fit the example in ``out/example``, under the runtime's Python and with the default layer's packages.

    A pickle can only be read by the versions that wrote it. So these versions are the layer's, and not those of the
    virtual environment in which this code runs.
    """
    interpreters.require(runtime, "Fitting the example")
    folder = out / "example"
    folder.mkdir(parents=True, exist_ok=True)
    with workplace.scratch(out, ".train-") as scratch:
        packages = importable.of_requirements(defaults.LOCKED, runtime, scratch)
        fitted = scratch / "fitted"
        fitted.mkdir()
        importable.run(runtime, "train_example.py", [fitted], [packages], {})
        for path in fitted.iterdir():
            path.replace(folder / path.name)
    return Example(folder / "model.pkl", folder / "request.json")
