"""Cuts a layer to what one model's answers use.

Kept is, besides all that was executed, opened or mapped while the model answered, a margin for requests that were not
tried: the whole of packages that are one piece (pandas) if any of them is used, and of libraries of parts
(scikit-learn, SciPy) the Python files of every folder of which a module is used; and every package that is small, but
for those that nothing requires but a package that goes. What is left out raises an ImportError that says what to do.
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
from build.package import lacking, mlflow_folder, recording, staging
from build.package import model as models
from build.package.given import Given, given
from build.package.process import Process
from build.package.wishes import Wishes
from build.runtimes import Architecture, Runtime

SMALL = 1_000_000  # bytes of a package that is not worth a cut
STUB = """raise ImportError(
    "{module} was left out of the layer, which was cut to a model. Cut it with a request that needs this "
    "(invoke build-layer --profile MODEL --example FILE), or build it whole (without --profile)",
    name="{module}",
)
"""


class CutTooDeep(UserError):
    template = "The layer cannot be cut to {model}; in what is left it fails: {why}\nBuild it whole, without --profile."


@dataclass(frozen=True)
class Profile:
    """What to cut a layer to."""

    model: Path  # a file, or a model folder of MLflow
    wishes: Wishes = models.NOTHING
    code: Path | None = None

    def check(self) -> None:
        """See that the files are there, before the work.

        Raises:
            NoModel, UnknownFormat, NoCode, and those of `wishes` and `mlflow_folder`
        """
        found = self.given()
        found.check()
        found.wishes.check()
        staging.check(found.code)

    def given(self) -> Given:
        return given(self.model, self.code, self.wishes)

    def sha256(self) -> str:
        """The digest of the file that holds the model."""
        return archive.file_sha256(self.given().source)

    def inputs(self) -> list[str]:
        """Digests of all that the cut depends on."""
        found = self.given()
        code = staging.files(found.code) if found.code else []
        code += sorted(staging.HANDLER.rglob("*.py"))  # what it imports, the layer keeps
        noted = [found.folder.path / mlflow_folder.MLMODEL] if found.folder else []
        return [archive.file_sha256(path) for path in (found.source, *noted, *found.wishes.files(), *code)]


@dataclass(frozen=True)
class Cut:
    """What became of a tree."""

    removed: dict[str, int]  # bytes by path
    written: frozenset[str]  # files that are not what they were, or that were not there


def cut(
    profile: Profile,
    target: tuple[Runtime, Architecture],
    tree: Path,
    host_tree: Path,
    lacks: lacking.Layer,
    scratch: Path,
) -> Cut:
    """Remove from the folder ``tree`` what the model does not use, and show that it answers as before what is left.

    Args:
        tree: the layer's site-packages, compiled.
        host_tree: the same packages where they run on this machine; the same folder if the layer's own do.
        lacks: packages that the layer is built without; the model's answers are proved with them.

    Raises:
        ModelRefused, CutTooDeep
        PackageWanted, AnswersOtherwise: of `lacking`
    """
    runtime, architecture = target
    function = scratch / "function"
    source = profile.given()
    staging.stage(function, source.code)
    model = source.model(runtime, [function, lacks.whole], scratch)
    digest = archive.file_sha256(model)
    checked = models.check(
        model,
        digest,
        runtime=runtime,
        function=function,
        site_packages=lacks.whole,
        scratch=scratch,
        wishes=source.wishes,
    )
    env = models.environment(model, digest, checked.format, checked.facts.get("trusted", ()))
    if (host_tree / "tzdata").is_dir():
        env = env | lacking.ZONES
    process = Process(runtime, function, host_tree, env, scratch)
    probes = recording.probes(checked.proof.events, checked.facts)
    used = lacking.record(process, probes, lacks, profile.model, checked.proof)
    code = staging.files(source.code) if source.code else []
    made = _cut(tree, used, dependencies.read(tree, runtime, architecture), code)
    if host_tree != tree:
        _cut(host_tree, used, dependencies.read(host_tree, runtime, architecture), code)
    wrong = recording.check(process, probes, used)
    if wrong:
        raise CutTooDeep(model=profile.model, why=wrong)
    return made


def _cut(tree: Path, used: recording.Recording, installed: Installed, code: Collection[Path]) -> Cut:
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
    return Cut(removed, frozenset([*written, *stubs]))


def _kept(sizes: Mapping[str, int], used: recording.Recording, installed: Installed) -> set[str]:
    """The files to keep, but for the libraries that they need."""
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
    """Top-level packages and modules that are kept as they are."""
    totals: dict[str, int] = {}
    for path, size in sizes.items():
        totals[_top(path)] = totals.get(_top(path), 0) + size
    tops = set(map(_top, used.modules.values()))
    found = {top: {_top(path) for path in files if path in sizes} for top, files in installed.files.items()}
    idle = {name for name, own in found.items() if not own & tops}
    big = {name for name in idle if any(totals[top] > SMALL for top in found[name])}
    gone = {top for name in big | installed.only_for(big, stay=found.keys() - idle) for top in found[name]}
    return {
        top
        for top, size in totals.items()
        if top not in used.partly and not top.endswith(".libs") and (top in tops or (size <= SMALL and top not in gone))
    }


def _stubs(removed: Collection[str], kept: Collection[str]) -> dict[str, str]:
    """The files that tell of what is left out, and the modules that they stand for.

    Of a package that is gone only its first file: whatever is imported of it, that comes first.
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
        is_first = pure.suffix == ".py" and not any(f"{each}/__init__.py" in removed for each in above)
        if f"{stem}.py" in kept:  # what is compiled may be there as Python, too
            continue
        if folder in left or folder == "" or is_first:
            stubs[f"{stem}.py"] = stem.removesuffix("/__init__").replace("/", ".")
    return stubs


def _top(path: str) -> str:
    return path.partition("/")[0]


def _stem(path: str) -> str:
    """A module's path without what follows its name: .py, or an extension module's tags, which tell the platform."""
    folder, slash, name = path.rpartition("/")
    return f"{folder}{slash}{name.partition('.')[0]}"


def _folder(path: str) -> str:
    return path.rpartition("/")[0]


def _is_library(path: str) -> bool:
    name = PurePosixPath(path).name
    return name.endswith(".so") or ".so." in name
