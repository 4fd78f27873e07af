"""Reads a model folder that MLflow wrote: where the model is, and what MLflow noted of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from packaging.version import Version

from build.errors import UserError
from build.package import pickles, wishes
from build.runtimes import RUNTIMES, UnknownRuntime, runtime

MLMODEL = "MLmodel"
FLAVORS = {"sklearn": "pickled_model", "xgboost": "data", "lightgbm": "data"}  # and the key that names the model's file
READABLE = (".skops", ".pkl", ".pickle", ".joblib")  # files that the handler reads as they are
EXAMPLES = ("dataframe", "ndarray", "json_object")  # kinds of input examples that hold rows
NOT_TO_SERVE = re.compile(r"\s*(mlflow(?:[-_.](?:skinny|tracing))?)(?![\w.-])", re.IGNORECASE)
PANDAS = re.compile(r"\s*pandas(?![\w.-])", re.IGNORECASE)
NUMPY = re.compile(r"\s*numpy(?![\w.-])", re.IGNORECASE)
SKLEARN = re.compile(r"\s*scikit[-_.]learn\s*==\s*([\d.]+)(?![\w.*])", re.IGNORECASE)
XGBOOST = re.compile(
    r"\s*(?P<name>xgboost)(?![\w.-])(?!.*(?:@|--hash))(?:\[[^]]*\])?\s*(?:===?\s*(?P<version>\d+(?:\.\d+)*))?",
    re.IGNORECASE,
)
XGBOOST_CPU = Version("2.1.1")  # its first release; the two have the same modules
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
        "The MLflow model in {path} has the flavors {found}, none of which is served. Served are: {known}.\n"
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
    estimator: str | None  # the class that reads the file, where the file is in its library's own format
    code: Path | None
    columns: list[dict] | None
    example: Path | None
    method: str | None  # that MLflow's own server would call, where it is not predict
    python: str | None  # minor version, as "3.13"
    requirements: tuple[str, ...]  # lines, without mlflow itself
    left_out: tuple[str, ...]  # in words

    def runtime_python(self) -> str | None:
        """The Python to build a layer for.

        Raises:
            PythonNotServed
        """
        try:
            return self.python and runtime(self.python).python
        except UnknownRuntime as error:
            known = ", ".join(each.python for each in RUNTIMES)
            raise PythonNotServed(path=self.path, python=self.python, known=known) from error


def read(path: Path) -> Folder:
    """Read a model folder.

    Raises:
        NoMLmodel, BadFolder, FlavorNotServed, NativeBooster
    """
    if not (path / MLMODEL).is_file():
        below = next((each.parent for depth in ("*", "*/*") for each in sorted(path.glob(f"{depth}/{MLMODEL}"))), None)
        raise NoMLmodel(path=path, hint=f" There is one in {below}." if below else "")
    said = _yaml(path, MLMODEL, yaml.SafeLoader)
    flavors = said.get("flavors")
    if not isinstance(flavors, dict) or not all(isinstance(each, dict) for each in flavors.values()):
        raise BadFolder(path=path, why="its MLmodel names no flavors")
    flavor = next((each for each in FLAVORS if each in flavors), None)
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
        _columns(said.get("signature"), left_out),
        _example(path, said.get("saved_input_example_info"), left_out),
        _method(own, pyfunc),
        _python(path, pyfunc),
        tuple(lines),
        tuple(left_out),
    )


def _yaml(path: Path, name: str, loader: type) -> dict:
    try:
        said = yaml.load((path / name).read_text(encoding="utf-8"), Loader=loader)
    except (OSError, ValueError, yaml.YAMLError, RecursionError) as error:
        raise BadFolder(path=path, why=f"{name} is not YAML ({error})") from error
    if not isinstance(said, dict):
        raise BadFolder(path=path, why=f"{name} holds no names with values")
    return said


def _inside(path: Path, name: Any, what: str, *, is_folder: bool = False) -> Path:
    """A file or folder that MLmodel names; what is outside of the model folder is not MLflow's."""
    if not isinstance(name, str):
        raise BadFolder(path=path, why=f"its MLmodel does not name {what}")
    found = path / name
    if not found.resolve().is_relative_to(path.resolve()):
        raise BadFolder(path=path, why=f"{what}, {name}, is not in it")
    if not (found.is_dir() if is_folder else found.is_file()):
        raise BadFolder(path=path, why=f"{what}, {name}, is missing")
    return found


def _columns(signature: Any, left_out: list[str]) -> list[dict] | None:
    """The columns of MLflow's signature, which count for less than what the estimator itself says."""
    if not isinstance(signature, dict) or not signature.get("inputs"):
        return None
    try:
        return [{**column, "weak": True} for column in wishes.of_mlflow(signature)] or None
    except (ValueError, KeyError, TypeError) as error:
        left_out.append(f"the signature ({error})")
        return None


def _example(path: Path, info: Any, left_out: list[str]) -> Path | None:
    if not isinstance(info, Mapping) or "artifact_path" not in info:
        return None
    if info.get("type") not in EXAMPLES:
        left_out.append(f"the input example (a {info.get('type')}, which is not read here)")
        return None
    if not (path / str(info["artifact_path"])).is_file():
        left_out.append(f"the input example ({info['artifact_path']} is missing)")
        return None
    return _inside(path, info["artifact_path"], "the input example")


def _method(own: Mapping[str, Any], pyfunc: Mapping[str, Any]) -> str | None:
    """The method that the model was logged with as pyfunc_predict_fn."""
    said = pyfunc.get("predict_fn") or own.get("predict_fn")
    return said if isinstance(said, str) and said != "predict" else None


def _python(path: Path, pyfunc: Mapping[str, Any]) -> str | None:
    """The Python that the model was logged under, as text: YAML would read 3.10 as the number 3.1."""
    said = [str(pyfunc.get("python_version", ""))]
    if (path / "python_env.yaml").is_file():
        said.insert(0, str(_yaml(path, "python_env.yaml", yaml.BaseLoader).get("python", "")))
    said += [each for each in _conda(path) if isinstance(each, str) and each.startswith("python")]
    return next((match[1] for each in said if (match := PYTHON.match(each))), None)


def _conda(path: Path) -> list[Any]:
    if not (path / "conda.yaml").is_file():
        return []
    found = _yaml(path, "conda.yaml", yaml.BaseLoader).get("dependencies")
    return found if isinstance(found, list) else []


def _requirements(path: Path, left_out: list[str]) -> list[str]:
    """The lines of requirements.txt, which the oldest MLflow wrote into conda.yaml only, without mlflow itself."""
    if (path / "requirements.txt").is_file():
        lines = (path / "requirements.txt").read_text(encoding="utf-8").splitlines()
    else:
        nested = [each["pip"] for each in _conda(path) if isinstance(each, dict) and isinstance(each.get("pip"), list)]
        lines = [str(line) for each in nested for line in each]
    kept = [_without_gpu(line, left_out) for line in lines if not NOT_TO_SERVE.match(line)]
    gone = [line.strip() for line in lines if NOT_TO_SERVE.match(line)]
    if gone:
        left_out.append(f"{', '.join(gone)} (not needed to serve)")
        if not any(PANDAS.match(line) for line in kept):
            kept.append("pandas")  # which reads requests, and would have come with mlflow
        pinned = next((match[1] for line in kept if (match := SKLEARN.match(line))), None)
        if pinned and not any(NUMPY.match(line) for line in kept):
            kept += pickles.Writer(pinned).bounds  # as mlflow itself did
    return kept


def _without_gpu(line: str, left_out: list[str]) -> str:
    """xgboost's wheels for Linux ask for 300 MB of libraries for GPUs, which no layer holds; xgboost-cpu's do not."""
    found = XGBOOST.match(line)
    if not found or (found["version"] and Version(found["version"]) < XGBOOST_CPU):
        return line
    taken = f"xgboost-cpu{line[found.end('name') :]}"
    left_out.append(f"the libraries for GPUs ({taken} takes the place of {line.strip()})")
    return taken
