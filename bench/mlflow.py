"""Installs MLflow's scoring server in a virtual environment of its own, and sends it the requests of `bench.zoo`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench import zoo
from build.builders.uv import LINKS
from build.host import commands, indexes, interpreters
from build.runtimes import Runtime

ASK = Path(__file__).with_name("target") / "ask_mlflow.py"
QUIET = {"MLFLOW_DISABLE_TELEMETRY": "true", "GIT_PYTHON_REFRESH": "quiet"}


@dataclass(frozen=True)
class MLflow:
    """A Python with mlflow, and with the packages that the models were fitted with."""

    python: Path
    version: str

    @classmethod
    def install(cls, folder: Path, runtime: Runtime, packages: Mapping[str, str], needs: Iterable[str]) -> MLflow:
        """Make a virtual environment in a folder.

        Args:
            packages: the versions of the packages.
            needs: additional packages. Those that are in ``packages`` get the same versions.
        """
        interpreter = interpreters.require(runtime, "MLflow's server")
        commands.run([interpreters.uv(), "venv", "--python", interpreter, folder / "venv"])
        python = folder / "venv" / "bin" / "python"
        wanted = folder / "mlflow.txt"
        pins = [f"{name}=={version}" for name, version in packages.items()]
        wanted.write_text("\n".join([*pins, *needs, "mlflow"]), encoding="utf-8")
        where = ["--python", str(python), "--requirements", str(wanted), "--no-config", "--no-progress", *LINKS]
        commands.run([interpreters.uv(), "pip", "install", *where], env=indexes.uv_variables())
        script = "from importlib.metadata import version; print(version('mlflow'))"
        return cls(python, commands.run([python, "-c", script]).strip())

    def ask(self, folder: Path, names: Iterable[str]) -> dict[str, dict[str, Any]]:
        """Return its replies for models in a folder of `fit_zoo.py`. `bench/target/ask_mlflow.py` describes them."""
        chosen = list(names)
        env = {**QUIET, "PYTHONPATH": str(zoo.CODE), "PATH": "/usr/bin:/bin", "HOME": str(folder), "LANG": "C.UTF-8"}
        commands.run([self.python, "-B", ASK, folder, *chosen], env=env, cwd=folder)
        return {name: json.loads((folder / name / "mlflow.json").read_text(encoding="utf-8")) for name in chosen}
