"""Reads what the user gives as a model: the file of a pickled estimator, or a model folder of MLflow."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from build.errors import UserError
from build.host import cache, commands, importable
from build.package import mlflow_folder, model_formats
from build.package.declared import Declared
from build.package.mlflow_folder import Folder
from build.runtimes import DEFAULT_PYTHON, Runtime, runtime

REQUIREMENTS = Path(cache.FOLDER, "mlflow")
KEPT = 8  # requirements files in the cache


class NotConverted(UserError):
    template = (
        "The MLflow model in {path} cannot be read by {estimator} in the layer:\n{why}\n"
        "Build the layer with the model's own packages: invoke build-layer --requirements {path}"
    )


class NoRequirementsInFolder(UserError):
    template = "The MLflow model folder {path} names no requirements. Give your own: --requirements FILE"


@dataclass(frozen=True)
class ModelSource:
    """A model as the user gives it, with what belongs to it."""

    file: Path  # the file that holds the model
    code: Path | None
    declared: Declared
    folder: Folder | None = None  # the MLflow folder that the model comes from

    def check(self) -> None:
        """Check, before the work begins, that the file holds a model.

        Raises:
            NoModel, UnknownFormat
        """
        if self._converter is None:
            model_formats.sniff(self.file)

    def estimator_file(self, target: Runtime, see: Sequence[Path], scratch: Path) -> Path:
        """Return a file that the handler can read.

        If MLflow saved the model in its library's own format, the estimator is loaded and pickled to ``scratch``.

        Args:
            see: the folders with the layer's packages and the model's code.

        Raises:
            NotConverted
        """
        if self.folder is None or self._converter is None:
            return self.file
        pickled, order = scratch / "model.pkl", scratch / "convert-order.json"
        facts = {"model": str(self.file.resolve()), "class": self._converter, "result": str(pickled)}
        order.write_text(json.dumps(facts), encoding="utf-8")
        try:
            importable.run(target, "convert_mlflow.py", [order], see, {})
        except commands.CommandFailed as error:
            raise NotConverted(path=self.folder.path, estimator=self._converter, why=error) from error
        return pickled

    def taken_over(self) -> list[str]:
        """Return the names, for the user, of what was taken from the MLflow folder."""
        if self.folder is None:
            return []
        method = self.folder.method
        taken = {
            "its code": self.code is not None and self.code == self.folder.code,
            "signature": self.declared.mlflow is not None and self.declared.signature is None,
            "input example": self.declared.example is not None and self.declared.example == self.folder.example,
            f"method {method}": method is not None and self.declared.method == method,
        }
        return ["the model", *(name for name, is_taken in taken.items() if is_taken)]

    @property
    def _converter(self) -> str | None:
        """Return the class that reads the file, if the file is in its library's own format."""
        return self.folder.estimator if self.folder else None


def read(model: Path, code: Path | None, declared: Declared) -> ModelSource:
    """Return the model at a path. If it is an MLflow folder, what the user does not declare is taken from there.

    Raises:
        UserError: one of the errors of `mlflow_folder`.
    """
    if not model.is_dir():
        return ModelSource(model, code, declared)
    folder = mlflow_folder.read(model)
    merged = replace(
        declared,
        example=declared.example or folder.example,
        method=declared.method or folder.method,
        mlflow=folder.columns,
    )
    return ModelSource(folder.model, code or folder.code, merged, folder)


@dataclass(frozen=True)
class LayerInputs:
    """The runtime that a layer is built for, and the requirements that it is built from."""

    runtime: Runtime
    requirements: Path | None
    folder: Folder | None  # the MLflow model folder that the requirements come from


def for_layer(out: Path, python: str | None, requirements: Path | None, trim_for: Path | None) -> LayerInputs:
    """Return what to build a layer from. What the user does not specify is taken from the MLflow folder, if any.

    Args:
        python: the minor version that the user asks for.
        requirements: a requirements file, or a model folder of MLflow.
        trim_for: the model that the layer is trimmed for. The requirements in its folder are used if there are no
            others.

    Raises:
        UserError: one of the errors of `mlflow_folder` and `runtimes`.
        NoRequirementsInFolder
    """
    path = requirements or trim_for
    if path is None or not path.is_dir():
        return LayerInputs(runtime(python or DEFAULT_PYTHON), requirements, None)
    folder = mlflow_folder.read(path)
    target = runtime(python or folder.runtime_python() or DEFAULT_PYTHON)
    return LayerInputs(target, _requirements(folder, out), folder)


def _requirements(folder: Folder, out: Path) -> Path:
    """Write the requirements of an MLflow folder, without mlflow itself, to a file in the cache of ``out``."""
    if not any(line.strip() for line in folder.requirements):
        raise NoRequirementsInFolder(path=folder.path)
    text = "".join(f"{_absolute(folder, line)}\n" for line in folder.requirements)
    constraints = folder.path / "constraints.txt"  # MLflow's requirements may refer to it
    beside = [constraints] if constraints.is_file() else []

    def fill(new: Path) -> None:
        (new / "requirements.txt").write_text(text, encoding="utf-8")
        for path in beside:
            shutil.copyfile(path, new / path.name)

    name = cache.digest([("requirements", text.encode()), *((path.name, path.read_bytes()) for path in beside)])
    return cache.make(out / REQUIREMENTS, name, fill, KEPT) / "requirements.txt"


def _absolute(folder: Folder, line: str) -> str:
    """Return a line of a requirements file.

    If it names a file in the folder, such as a wheel that add_libraries_to_model saved, it gets the absolute path.
    """
    name = line.strip()
    return str((folder.path / name).resolve()) if name and (folder.path / name).is_file() else line
