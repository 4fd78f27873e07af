"""What the user gives as a model: the file of a pickled estimator, or a model folder of MLflow."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from build.errors import UserError
from build.host import cache, commands, importable
from build.package import mlflow_folder
from build.package import model as models
from build.package.mlflow_folder import Folder
from build.package.wishes import Wishes
from build.runtimes import DEFAULT_PYTHON, Runtime, runtime

REQUIREMENTS = Path(cache.FOLDER, "mlflow")
KEPT = 8  # files of requirements


class NotConverted(UserError):
    template = (
        "The MLflow model in {path} cannot be read by {estimator} in the layer:\n{why}\n"
        "Build the layer with the model's own packages: invoke build-layer --requirements {path}"
    )


class NoRequirementsInFolder(UserError):
    template = "The MLflow model folder {path} names no requirements. Give your own: --requirements FILE"


@dataclass(frozen=True)
class Given:
    """A model and what belongs to it."""

    source: Path  # the file that holds it
    code: Path | None
    wishes: Wishes
    folder: Folder | None = None

    def check(self) -> None:
        """See that the model's file is one, before the work.

        Raises:
            NoModel, UnknownFormat
        """
        if self.folder is None or self.folder.estimator is None:
            models.sniff(self.source)

    def model(self, target: Runtime, see: Sequence[Path], scratch: Path) -> Path:
        """The file of the estimator; written to ``scratch`` if MLflow keeps it in its library's own format.

        Args:
            see: folders with the layer's packages and the model's code.

        Raises:
            NotConverted
        """
        if self.folder is None or self.folder.estimator is None:
            return self.source
        made, order = scratch / "model.pkl", scratch / "convert-order.json"
        facts = {"model": str(self.source.resolve()), "class": self.folder.estimator, "result": str(made)}
        order.write_text(json.dumps(facts), encoding="utf-8")
        try:
            importable.run(target, "convert_mlflow.py", [order], see, {})
        except commands.CommandFailed as error:
            raise NotConverted(path=self.folder.path, estimator=self.folder.estimator, why=error) from error
        return made

    def taken_over(self) -> list[str]:
        """What the folder gave, in words."""
        if self.folder is None:
            return []
        parts = {
            "its code": self.code is not None and self.code == self.folder.code,
            "signature": self.wishes.mlflow is not None and self.wishes.signature is None,
            "input example": self.wishes.example is not None and self.wishes.example == self.folder.example,
            f"method {self.folder.method}": self.folder.method is not None and self.wishes.method == self.folder.method,
        }
        return ["the model", *(name for name, is_taken in parts.items() if is_taken)]


def given(model: Path, code: Path | None, wishes: Wishes) -> Given:
    """A model with what an MLflow folder tells of it, where the user says nothing else.

    Raises:
        UserError: of `mlflow_folder`
    """
    if not model.is_dir():
        return Given(model, code, wishes)
    folder = mlflow_folder.read(model)
    merged = replace(
        wishes,
        example=wishes.example or folder.example,
        method=wishes.method or folder.method,
        mlflow=folder.columns,
    )
    return Given(folder.model, code or folder.code, merged, folder)


@dataclass(frozen=True)
class ForLayer:
    """What a layer is built for and from."""

    runtime: Runtime
    requirements: Path | None
    folder: Folder | None  # the MLflow model folder that they are of


def for_layer(out: Path, python: str | None, requirements: Path | None, profile: Path | None) -> ForLayer:
    """What to build a layer from, with what an MLflow folder tells where the user says nothing else.

    Args:
        python: the minor version that the user asks for.
        requirements: a file of requirements, or a model folder of MLflow.
        profile: the model that the layer is cut to; its folder's requirements count if no others are given.

    Raises:
        UserError: of `mlflow_folder` and `runtimes`
        NoRequirementsInFolder
    """
    path = requirements or profile
    if path is None or not path.is_dir():
        return ForLayer(runtime(python or DEFAULT_PYTHON), requirements, None)
    folder = mlflow_folder.read(path)
    target = runtime(python or folder.runtime_python() or DEFAULT_PYTHON)
    return ForLayer(target, _requirements(folder, out), folder)


def _line(folder: Folder, line: str) -> str:
    """A line of requirements; a file of the folder, such as a wheel of add_libraries_to_model, by its absolute path."""
    name = line.strip()
    return str((folder.path / name).resolve()) if name and (folder.path / name).is_file() else line


def _requirements(folder: Folder, out: Path) -> Path:
    """The requirements of an MLflow folder without mlflow itself, as a file in the cache of ``out``."""
    if not any(line.strip() for line in folder.requirements):
        raise NoRequirementsInFolder(path=folder.path)
    data = "".join(f"{_line(folder, line)}\n" for line in folder.requirements)
    beside = [each for each in (folder.path / "constraints.txt",) if each.is_file()]  # which MLflow's lines may name

    def fill(new: Path) -> None:
        (new / "requirements.txt").write_text(data, encoding="utf-8")
        for each in beside:
            shutil.copyfile(each, new / each.name)

    name = cache.digest([("requirements", data.encode()), *((each.name, each.read_bytes()) for each in beside)])
    return cache.make(out / REQUIREMENTS, name, fill, KEPT) / "requirements.txt"
