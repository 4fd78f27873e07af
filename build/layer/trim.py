"""Trims a layer for one model: it removes what the model's answers do not use.

Everything that was executed, opened or mapped while the model answered stays. There is a margin for requests that were
not tried. A package that is used stays as a whole (pandas). If the modules of a library can be imported one by one
(scikit-learn, SciPy), the Python files of every folder from which a module is used stay. A small package stays, unless
only packages that are removed require it. Code that imports a removed module gets an ImportError that says what to do.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from build.dist import archive
from build.errors import UserError
from build.host import distributions
from build.layer import dependencies, slimming, unused_lapack
from build.layer.dependencies import Installed
from build.layer.elf import libraries_needed
from build.package import missing_packages, mlflow_folder, model_source, recording, staging
from build.package import model as models
from build.package.declared import NOTHING, Declared
from build.package.missing_packages import ReducedLayer
from build.package.model_source import ModelSource
from build.package.process import Process
from build.runtimes import Architecture, Runtime

SMALL = 1_000_000  # bytes; removing a smaller package is not worth the risk
STUB = """raise ImportError(
    "{module} was left out of the layer, which was trimmed for a model. Trim it with a request that needs this module "
    "(invoke build-layer --trim-for MODEL --example FILE), or build the whole layer (without --trim-for)",
    name="{module}",
)
"""


class TrimmedTooFar(UserError):
    template = (
        "The layer cannot be trimmed for {model}, which fails in what is left: {why}\n"
        "Build the whole layer, without --trim-for."
    )


@dataclass(frozen=True)
class TrimFor:
    """The model to trim a layer for."""

    model: Path  # a file, or a model folder of MLflow
    declared: Declared = NOTHING
    code: Path | None = None

    def check(self) -> None:
        """Check, before the work begins, that the files exist.

        Raises:
            NoModel, UnknownFormat, NoCode, and the errors of `declared` and `mlflow_folder`
        """
        source = self.source()
        source.check()
        source.declared.check()
        staging.check(source.code)

    def source(self) -> ModelSource:
        """Return the model with the contents of its MLflow folder, if it has one."""
        return model_source.read(self.model, self.code, self.declared)

    def sha256(self) -> str:
        """Return the digest of the file that holds the model."""
        return archive.file_sha256(self.source().file)

    def inputs(self) -> list[tuple[str, str]]:
        """Return what the removal depends on: each file's role and digest.

        Digests alone are not enough: the same file may be used in two roles, and modules may swap their names.
        """
        source = self.source()
        files = [(f"model{source.file.suffix}", source.file)]
        files += [(mlflow_folder.MLMODEL, source.folder.path / mlflow_folder.MLMODEL)] if source.folder else []
        files += [(f"{role}{path.suffix}", path) for role, path in source.declared.files().items()]
        files += [(f"code/{name}", path) for name, path in _by_name(source.code)]
        # The handler's files too, because the layer keeps what the handler imports
        files += [(f"handler/{name}", path) for name, path in _by_name(staging.HANDLER)]
        return [("method", source.declared.method or ""), *((role, archive.file_sha256(path)) for role, path in files)]


def _by_name(code: Path | None) -> list[tuple[str, Path]]:
    """Return the files of a folder, or the one file, with the names that they have in the function."""
    if code is None or code.is_file():
        return [] if code is None else [(code.name, code)]
    return [(path.relative_to(code).as_posix(), path) for path in staging.files(code)]


@dataclass(frozen=True)
class Trimmed:
    """What was changed in a tree."""

    removed: dict[str, int]  # bytes by path
    written: frozenset[str]  # the files that were changed or added


def apply(
    trim_for: TrimFor,
    target: tuple[Runtime, Architecture],
    tree: Path,
    host_tree: Path,
    reduced: ReducedLayer,
    scratch: Path,
) -> Trimmed:
    """Remove from the folder ``tree`` what the model does not use, and show that its answers stay the same.

    Args:
        tree: the layer's site-packages, compiled.
        host_tree: a folder with the same packages that run on this machine. It is the same folder if the layer's own
            packages do.
        reduced: the packages that the layer is built without. The model's answers are proved with them.

    Raises:
        ModelRefused, TrimmedTooFar
        PackageWanted, AnswersOtherwise: of `missing_packages`.
    """
    runtime, architecture = target
    function, source = scratch / "function", trim_for.source()
    staging.stage(function, source.code)
    checked = models.check(source, runtime, function, reduced.whole, scratch)
    zones = missing_packages.ZONES if (host_tree / "tzdata").is_dir() else {}
    process = Process(runtime, function, host_tree, {**checked.variables, **zones}, scratch)
    used = missing_packages.record(process, checked.probes, reduced, trim_for.model, checked.proof)
    code = staging.files(source.code) if source.code else []
    trimmed = _trim(tree, used, dependencies.read(tree, runtime, architecture), code)
    if host_tree != tree:
        _trim(host_tree, used, dependencies.read(host_tree, runtime, architecture), code)
    wrong = recording.check(process, checked.probes, used)
    if wrong:
        raise TrimmedTooFar(model=trim_for.model, why=wrong)
    return trimmed


def _trim(tree: Path, used: recording.Recording, installed: Installed, code: Collection[Path]) -> Trimmed:
    """Remove from a tree what is not used, and write the files that report it."""
    sizes = distributions.sizes(tree)
    kept = _kept(sizes, used, installed)
    written = unused_lapack.drop(tree, kept, code)
    kept |= libraries_needed(tree, kept)
    removed = {path: size for path, size in sizes.items() if path not in kept}
    for path in removed:
        (tree / path).unlink()
    slimming.drop_empty_folders(tree)
    stubs = _stubs(removed, kept)
    for path, module in stubs.items():
        (tree / path).parent.mkdir(parents=True, exist_ok=True)
        (tree / path).write_text(STUB.format(module=module), encoding="utf-8")
    return Trimmed(removed, frozenset([*written, *stubs]))


def _kept(sizes: Mapping[str, int], used: recording.Recording, installed: Installed) -> set[str]:
    """Return the files to keep, except the libraries that they need."""
    stems = {_stem(path) for path in used.modules.values()}
    opened = set(used.files)
    folders = {_folder(path) for path in used.modules.values()}
    above = {f"{parent}/__init__.py" for folder in folders for parent in PurePosixPath(folder).parents}
    whole = _whole(sizes, used, installed)

    def is_kept(path: str) -> bool:
        top, pure = _top(path), PurePosixPath(path)
        if top.endswith(".dist-info") or top in whole or path in opened or path in above:
            return True
        if pure.suffix == ".pyc":
            return _stem(path.replace("__pycache__/", "")) in stems
        if _stem(path) in stems:
            return True
        return _folder(path) in folders and not _is_library(path)

    return {path for path in sizes if is_kept(path)}


def _whole(sizes: Mapping[str, int], used: recording.Recording, installed: Installed) -> set[str]:
    """Return the top-level packages and modules that stay as a whole."""
    totals: dict[str, int] = {}
    for path, size in sizes.items():
        totals[_top(path)] = totals.get(_top(path), 0) + size
    used_tops = set(map(_top, used.modules.values()))
    tops = {name: {_top(path) for path in files if path in sizes} for name, files in installed.files.items()}
    unused = {name for name, own in tops.items() if not own & used_tops}
    big = {name for name in unused if any(totals[top] > SMALL for top in tops[name])}
    removed = {top for name in big | installed.only_for(big, stay=tops.keys() - unused) for top in tops[name]}

    def is_whole(top: str, size: int) -> bool:
        if top in used.partly or top.endswith(".libs"):
            return False
        return top in used_tops or (size <= SMALL and top not in removed)

    return {top for top, size in totals.items() if is_whole(top, size)}


def _stubs(removed: Collection[str], kept: Collection[str]) -> dict[str, str]:
    """Return the files that report what was removed, with the modules that they replace.

    For a package that was removed as a whole, this is only its first file: Python imports it before anything else in
    the package.
    """
    left = {_folder(path) for path in kept}
    left |= {str(parent) for folder in left for parent in PurePosixPath(folder).parents}
    stubs = {}
    for path in removed:
        pure = PurePosixPath(path)
        if not (pure.suffix == ".py" or _is_library(path)) or pure.parts[0].endswith(".libs"):
            continue
        folder, stem = _folder(path), _stem(path)
        above = pure.parent.parents if pure.name == "__init__.py" else pure.parents
        is_first = pure.suffix == ".py" and not any(f"{parent}/__init__.py" in removed for parent in above)
        if f"{stem}.py" in kept:  # what is compiled may be there as Python, too
            continue
        if folder in left or folder == "" or is_first:
            stubs[f"{stem}.py"] = stem.removesuffix("/__init__").replace("/", ".")
    return stubs


def _top(path: str) -> str:
    return path.partition("/")[0]


def _stem(path: str) -> str:
    """Return a module's path without its suffix: .py, or the platform tags of an extension module."""
    folder, slash, name = path.rpartition("/")
    return f"{folder}{slash}{name.partition('.')[0]}"


def _folder(path: str) -> str:
    return path.rpartition("/")[0]


def _is_library(path: str) -> bool:
    name = PurePosixPath(path).name
    return name.endswith(".so") or ".so." in name
