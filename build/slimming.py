"""What of an installed tree does not go into the layer: a table of rules, each of which can be turned off."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from build import strip
from build.errors import UserError


class UnknownRule(UserError):
    template = "There is no rule {name!r} to keep. Take one of: {known}."


@dataclass(frozen=True)
class Rule:
    """One thing that is left out, by name."""

    name: str
    reason: str  # why nothing misses it
    apply: Callable[[Path], Iterator[tuple[Path, int]]]  # changes the tree; yields each file and the bytes it lost


# What pip and uv leave for themselves: differs between them, and from run to run. It goes whatever is kept, or the same
# inputs would not give the same bytes.
SCRIPTS = "bin"  # they bear the path of the interpreter that installed them
INSTALLER_NOTES = ("RECORD", "INSTALLER", "REQUESTED", "direct_url.json", "uv_cache.json", "uv_build.json")

METADATA = ("METADATA", "entry_points.txt")
LICENCES = ("LICEN", "COPYING", "NOTICE", "AUTHORS", "licen")


def _drop(paths: Iterator[Path]) -> Iterator[tuple[Path, int]]:
    for path in list(paths):
        size = path.stat().st_size
        path.unlink()
        yield path, size


def _tests(tree: Path) -> Iterator[tuple[Path, int]]:
    return _drop(
        path for folder in tree.rglob("tests") if folder.is_dir() for path in folder.rglob("*") if path.is_file()
    )


def _suffixes(*suffixes: str) -> Callable[[Path], Iterator[tuple[Path, int]]]:
    def apply(tree: Path) -> Iterator[tuple[Path, int]]:
        return _drop(path for path in tree.rglob("*") if path.name.endswith(suffixes) and path.is_file())

    return apply


def _metadata(tree: Path) -> Iterator[tuple[Path, int]]:
    files = (path for folder in tree.glob("*.dist-info") for path in folder.rglob("*") if path.is_file())
    return _drop(path for path in files if not _stays(path.relative_to(tree).parts[1]))


def _stays(name: str) -> bool:
    """Whether a file or folder of a dist-info is kept: importlib.metadata's, and what licences ask to be kept."""
    return name in METADATA or name.startswith(LICENCES)


def _symbols(tree: Path) -> Iterator[tuple[Path, int]]:
    for path in sorted(tree.rglob("*.so*")):
        data = path.read_bytes() if path.is_file() else b""
        smaller = strip.stripped(data)
        if smaller is not None:
            whole = path.with_name(f".{path.name}")  # never into the file: it may be a link into uv's cache
            whole.write_bytes(smaller)
            whole.replace(path)
            yield path, len(data) - len(smaller)


RULES = (
    Rule("tests", "folders named exactly `tests`: numpy/testing and pandas/_testing, which are imported, stay", _tests),
    Rule(
        "sources",
        "C, C++, Cython and Fortran, long compiled",
        _suffixes(".c", ".cc", ".cpp", ".cxx", ".pyx", ".pxd", ".pxi", ".f", ".f90", ".pyx.tp", ".pyx.in", ".pxd.tp"),
    ),
    Rule("headers", "nothing is compiled in Lambda", _suffixes(".h", ".hpp", ".hh", ".h.tp", ".h.in")),
    Rule("stubs", "type hints for editors", _suffixes(".pyi", "py.typed")),
    Rule("archives", "static libraries, long linked", _suffixes(".a", ".lib")),
    Rule(
        "metadata",
        "of each dist-info METADATA, entry points and licences stay, which importlib.metadata reads",
        _metadata,
    ),
    Rule("symbols", "what the loader never looks at in shared libraries; what it loads is compared", _symbols),
)


def slim(tree: Path, keep: Collection[str] = ()) -> dict[str, dict[str, int]]:
    """Apply the rules to a tree, but for those in ``keep``; returns the bytes that each took from each file.

    Raises:
        UnknownRule: ``keep`` names none of them.
    """
    check(keep)
    shutil.rmtree(tree / SCRIPTS, ignore_errors=True)
    (tree / ".lock").unlink(missing_ok=True)  # uv's own
    for folder in list(tree.rglob("__pycache__")):
        shutil.rmtree(folder)
    for folder in tree.glob("*.dist-info"):
        for name in INSTALLER_NOTES:
            (folder / name).unlink(missing_ok=True)
    saved = {}
    for rule in RULES:
        if rule.name not in keep:
            saved[rule.name] = {path.relative_to(tree).as_posix(): size for path, size in rule.apply(tree)}
    _drop_empty_folders(tree)
    return saved


def check(keep: Collection[str]) -> None:
    """See that all names are rules.

    Raises:
        UnknownRule
    """
    known = [rule.name for rule in RULES]
    for name in keep:
        if name not in known:
            raise UnknownRule(name=name, known=", ".join(known))


def _drop_empty_folders(tree: Path) -> None:
    for folder in sorted((path for path in tree.rglob("*") if path.is_dir()), reverse=True):
        if not any(folder.iterdir()):
            folder.rmdir()
