"""Reads a model folder that MLflow wrote: where the model's file is, and what MLflow recorded about the model."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from packaging.version import Version

from build.errors import UserError
from build.package import declared, pickles
from build.package.exchange import DeclaredColumn
from build.runtimes import RUNTIMES, UnknownRuntime, runtime

MLMODEL = "MLmodel"
# The flavors that can be served, with the key that names the model's file
FLAVORS = {"sklearn": "pickled_model", "xgboost": "data", "lightgbm": "data"}
READABLE = (".skops", ".pkl", ".pickle", ".joblib")  # files that the handler can read
EXAMPLES = ("dataframe", "ndarray", "json_object")  # the kinds of input examples that are rows
NOT_TO_SERVE = re.compile(r"\s*(mlflow(?:[-_.](?:skinny|tracing))?)(?![\w.-])", re.IGNORECASE)
PANDAS = re.compile(r"\s*pandas(?![\w.-])", re.IGNORECASE)
NUMPY = re.compile(r"\s*numpy(?![\w.-])", re.IGNORECASE)
SKLEARN = re.compile(r"\s*scikit[-_.]learn\s*==\s*([\d.]+)(?![\w.*])", re.IGNORECASE)
XGBOOST = re.compile(
    r"\s*(?P<name>xgboost)(?![\w.-])(?!.*(?:@|--hash))(?:\[[^]]*\])?\s*(?:===?\s*(?P<version>\d+(?:\.\d+)*))?",
    re.IGNORECASE,
)
XGBOOST_CPU = Version("2.1.1")  # the first release of xgboost-cpu, which has the same modules as xgboost
PYTHON = re.compile(r"(?:python\s*[=<>~!]*\s*)?(\d+\.\d+)(?![\d])")


class NoMLmodel(UserError):
    template = (
        "{path} is a folder without a file MLmodel, so it is not a model folder of MLflow.{hint}\n"
        "Give the folder that holds MLmodel, or the file of the pickled estimator."
    )


class BadFolder(UserError):
    template = "The MLflow model folder {path} cannot be read: {why}.\nLog or download the model again."


class FlavorNotServed(UserError):
    template = (
        "The MLflow model in {path} has the flavors {found}, none of which can be served. These can: {known}.\n"
        "Log the fitted scikit-learn estimator with mlflow.sklearn.log_model, or give its pickle."
    )


class NativeBooster(UserError):
    template = (
        "The MLflow model in {path} is a native {class_}, which takes the library's own matrices.\n"
        "Log the library's estimator for scikit-learn instead, such as {instead}."
    )


class PythonNotServed(UserError):
    template = (
        "The MLflow model in {path} was logged under Python {python}, for which Lambda has no runtime.\n"
        "Choose one of these with --python: {known}. Then check that the model's packages have wheels for it."
    )


@dataclass(frozen=True)
class Folder:
    """A model folder of MLflow."""

    path: Path
    flavor: str
    model: Path
    estimator: str | None  # the class that reads the file, if the file is in its library's own format
    code: Path | None
    columns: list[DeclaredColumn] | None
    example: Path | None
    method: str | None  # the method that MLflow's own server would call, if it is not predict
    python: str | None  # minor version, as "3.13"
    requirements: tuple[str, ...]  # lines, without mlflow itself
    left_out: tuple[str, ...]  # what was not used, as text for the user

    def runtime_python(self) -> str | None:
        """Return the minor version of Python to build a layer for, if the folder names one.

        Raises:
            PythonNotServed
        """
        try:
            return self.python and runtime(self.python).python
        except UnknownRuntime as error:
            pythons = ", ".join(candidate.python for candidate in RUNTIMES)
            raise PythonNotServed(path=self.path, python=self.python, known=pythons) from error


def read(path: Path) -> Folder:
    """Read a model folder.

    Raises:
        NoMLmodel, BadFolder, FlavorNotServed, NativeBooster
    """
    if not (path / MLMODEL).is_file():
        below = next((file.parent for depth in ("*", "*/*") for file in sorted(path.glob(f"{depth}/{MLMODEL}"))), None)
        raise NoMLmodel(path=path, hint=f" There is one in {below}." if below else "")
    mlmodel = _yaml(path, MLMODEL, yaml.SafeLoader)
    flavors = mlmodel.get("flavors")
    if not isinstance(flavors, dict) or not all(isinstance(settings, dict) for settings in flavors.values()):
        raise BadFolder(path=path, why="its MLmodel names no flavors")
    flavor = next((name for name in FLAVORS if name in flavors), None)
    if flavor is None:
        raise FlavorNotServed(path=path, found=", ".join(sorted(flavors)) or "none", known=", ".join(FLAVORS))
    own, pyfunc = flavors[flavor], flavors.get("python_function", {})
    model = _inside(
        path, own.get(FLAVORS[flavor]) or pyfunc.get("model_path") or pyfunc.get("data"), "the model's file"
    )
    estimator = None
    if flavor != "sklearn":
        estimator = own.get("model_class") or f"{flavor}.Booster"  # MLflow before 1.22 wrote only Boosters
        if estimator.rpartition(".")[2] == "Booster":
            instead = "xgboost.XGBClassifier" if flavor == "xgboost" else "lightgbm.LGBMClassifier"
            raise NativeBooster(path=path, class_=estimator, instead=instead)
    if model.suffix in READABLE:
        estimator = None
    code = own.get("code") or pyfunc.get("code")
    left_out: list[str] = []
    lines = _requirements(path, left_out)
    return Folder(
        path,
        flavor,
        model,
        estimator,
        _inside(path, code, "the folder of its code", is_folder=True) if code else None,
        _columns(mlmodel.get("signature"), left_out),
        _example(path, mlmodel.get("saved_input_example_info"), left_out),
        _method(own, pyfunc),
        _python(path, pyfunc),
        tuple(lines),
        tuple(left_out),
    )


def _yaml(path: Path, name: str, loader: type) -> dict[str, Any]:
    try:
        content = yaml.load((path / name).read_text(encoding="utf-8"), Loader=loader)
    except (OSError, ValueError, yaml.YAMLError, RecursionError) as error:
        raise BadFolder(path=path, why=f"{name} is not YAML ({error})") from error
    if not isinstance(content, dict):
        raise BadFolder(path=path, why=f"{name} is not a mapping")
    return content


def _inside(path: Path, name: Any, what: str, *, is_folder: bool = False) -> Path:
    """Return a file or folder that MLmodel names. It has to be inside the model folder."""
    if not isinstance(name, str):
        raise BadFolder(path=path, why=f"its MLmodel does not name {what}")
    inside = path / name
    if not inside.resolve().is_relative_to(path.resolve()):
        raise BadFolder(path=path, why=f"{what}, {name}, is not in it")
    if not (inside.is_dir() if is_folder else inside.is_file()):
        raise BadFolder(path=path, why=f"{what}, {name}, is missing")
    return inside


def _columns(signature: Any, left_out: list[str]) -> list[DeclaredColumn] | None:
    """Return the columns of MLflow's signature. The estimator's own information about a column has priority."""
    if not isinstance(signature, dict) or not signature.get("inputs"):
        return None
    try:
        columns = declared.of_mlflow(signature)
    except (ValueError, KeyError, TypeError) as error:
        left_out.append(f"the signature ({error})")
        return None
    for column in columns:
        column["weak"] = True
    return columns or None


def _example(path: Path, info: Any, left_out: list[str]) -> Path | None:
    if not isinstance(info, Mapping) or "artifact_path" not in info:
        return None
    if info.get("type") not in EXAMPLES:
        left_out.append(f"the input example (a {info.get('type')}, which cannot be read here)")
        return None
    if not (path / str(info["artifact_path"])).is_file():
        left_out.append(f"the input example ({info['artifact_path']} is missing)")
        return None
    return _inside(path, info["artifact_path"], "the input example")


def _method(own: Mapping[str, Any], pyfunc: Mapping[str, Any]) -> str | None:
    """Return the method that the model was logged with as pyfunc_predict_fn."""
    method = pyfunc.get("predict_fn") or own.get("predict_fn")
    return method if isinstance(method, str) and method != "predict" else None


def _python(path: Path, pyfunc: Mapping[str, Any]) -> str | None:
    """Return the Python that the model was logged under.

    The files are read as text, because YAML would read 3.10 as the number 3.1.
    """
    versions = [str(pyfunc.get("python_version", ""))]
    if (path / "python_env.yaml").is_file():
        versions.insert(0, str(_yaml(path, "python_env.yaml", yaml.BaseLoader).get("python", "")))
    versions += [line for line in _conda(path) if isinstance(line, str) and line.startswith("python")]
    return next((match[1] for version in versions if (match := PYTHON.match(version))), None)


def _conda(path: Path) -> list[Any]:
    """Return the dependencies in conda.yaml."""
    if not (path / "conda.yaml").is_file():
        return []
    dependencies = _yaml(path, "conda.yaml", yaml.BaseLoader).get("dependencies")
    return dependencies if isinstance(dependencies, list) else []


def _requirements(path: Path, left_out: list[str]) -> list[str]:
    """Return the lines of requirements.txt without mlflow itself. The oldest MLflow wrote them to conda.yaml only."""
    if (path / "requirements.txt").is_file():
        lines = (path / "requirements.txt").read_text(encoding="utf-8").splitlines()
    else:
        nested = [
            dependency["pip"]
            for dependency in _conda(path)
            if isinstance(dependency, dict) and isinstance(dependency.get("pip"), list)
        ]
        lines = [str(line) for pip_lines in nested for line in pip_lines]
    kept = [_without_gpu(line, left_out) for line in lines if not NOT_TO_SERVE.match(line)]
    gone = [line.strip() for line in lines if NOT_TO_SERVE.match(line)]
    if gone:
        left_out.append(f"{', '.join(gone)} (not needed to serve)")
        if not any(PANDAS.match(line) for line in kept):
            kept.append("pandas")  # the handler reads requests with it, and mlflow would have brought it
        pinned = next((match[1] for line in kept if (match := SKLEARN.match(line))), None)
        if pinned and not any(NUMPY.match(line) for line in kept):
            kept += pickles.Writer(pinned).bounds  # mlflow itself had such bounds
    return kept


def _without_gpu(line: str, left_out: list[str]) -> str:
    """Replace xgboost by xgboost-cpu: for Linux, xgboost requires 300 MB of libraries for GPUs, which fit no layer."""
    match = XGBOOST.match(line)
    if not match or (match["version"] and Version(match["version"]) < XGBOOST_CPU):
        return line
    replaced = f"xgboost-cpu{line[match.end('name') :]}"
    left_out.append(f"the libraries for GPUs ({replaced} takes the place of {line.strip()})")
    return replaced
