"""What of an installed tree does not go into the layer: a table of rules, each of which can be turned off."""

from __future__ import annotations

import csv
import os
import shutil
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from build.errors import UserError
from build.host import distributions
from build.layer import imported_tests, read_stubs, strip


class UnknownRule(UserError):
    template = "There is no rule {name!r} to keep. Take one of: {known}."


@dataclass(frozen=True)
class Rule:
    """One thing that is left out, by name."""

    name: str
    reason: str  # why nothing misses it
    drops: Callable[[str], bool] = lambda path: False  # whether it takes that file, by its path in the tree


# What pip and uv leave for themselves: differs between them, and from run to run. It goes whatever is kept, or the same
# inputs would not give the same bytes.
SCRIPTS = "bin"  # they bear the path of the interpreter that installed them
INSTALLER_NOTES = ("INSTALLER", "REQUESTED", "direct_url.json", "uv_cache.json", "uv_build.json")

RECORD = "RECORD"  # the list of a distribution's files; importlib.metadata tells by it whose a module is
METADATA = ("METADATA", RECORD, "entry_points.txt", "top_level.txt")
LICENCES = ("LICEN", "COPYING", "NOTICE", "AUTHORS", "licen")


def _suffixes(*suffixes: str) -> Callable[[str], bool]:
    return lambda path: path.endswith(suffixes)


def _is_idle_metadata(path: str) -> bool:
    """Whether a file of a dist-info is not what importlib.metadata reads, nor what licences ask to be kept."""
    folder, _, rest = path.partition("/")
    return folder.endswith(".dist-info") and rest not in METADATA and not rest.startswith(LICENCES)


SYMBOLS = Rule("symbols", "what the loader never looks at in shared libraries; what it loads is compared")
RULES = (
    Rule(
        "tests",
        "folders named exactly `tests`, but for what other code imports of them",
        imported_tests.is_test,
    ),
    Rule(
        "sources",
        "C, C++, Cython and Fortran, long compiled",
        _suffixes(
            ".c",
            ".cc",
            ".cpp",
            ".cxx",
            ".pyx",
            ".pxd",
            ".pxi",
            ".f",
            ".f90",
            ".pyx.tp",
            ".pyx.in",
            ".pxd.tp",
            ".pxi.tp",
        ),
    ),
    Rule("headers", "nothing is compiled in Lambda", _suffixes(".h", ".hpp", ".hh", ".h.tp", ".h.in")),
    Rule("stubs", "type hints for editors, but for those that are read at run time", _suffixes(".pyi", "py.typed")),
    Rule("archives", "static libraries, long linked", _suffixes(".a", ".lib")),
    Rule(
        "metadata",
        "of each dist-info METADATA, RECORD, entry points, top levels and licences stay: importlib.metadata reads them",
        _is_idle_metadata,
    ),
    SYMBOLS,
)


def drop(tree: Path, keep: Collection[str] = ()) -> dict[str, dict[str, int]]:
    """Apply the rules that take whole files, but for those in ``keep``; returns the bytes of each file, by rule.

    Raises:
        UnknownRule: ``keep`` names none of them.
    """
    check(keep)
    _drop_what_installers_leave(tree)
    rules = [rule for rule in RULES if rule is not SYMBOLS and rule.name not in keep]
    saved: dict[str, dict[str, int]] = {rule.name: {} for rule in rules}
    files = distributions.sizes(tree)
    needed = imported_tests.find(tree, files) | read_stubs.find(tree, files)
    for path, size in files.items():
        rule = next((rule for rule in rules if rule.drops(path) and path not in needed), None)
        if rule:
            (tree / path).unlink()
            saved[rule.name][path] = size
    _list_what_is_left(tree)
    drop_empty_folders(tree)
    return saved


def _may_have_symbols(path: str) -> bool:
    """Whether a file's name is that of a shared library."""
    return ".so" in PurePosixPath(path).suffixes


def strip_symbols(tree: Path, paths: Iterable[str]) -> dict[str, int]:
    """Apply the rule that makes files smaller; returns the bytes that each of these got smaller by."""
    return dict(_stripped(tree, filter(_may_have_symbols, paths)))


def check(keep: Collection[str]) -> None:
    """See that all names are rules.

    Raises:
        UnknownRule
    """
    known = [rule.name for rule in RULES]
    for name in keep:
        if name not in known:
            raise UnknownRule(name=name, known=", ".join(known))


def _stripped(tree: Path, libraries: Iterable[str]) -> Iterator[tuple[str, int]]:
    for name in libraries:
        path = tree / name
        data = path.read_bytes()
        smaller = strip.stripped(data)
        if smaller is not None:
            whole = path.with_name(f".{path.name}")  # never into the file: it may be a link into uv's cache
            whole.write_bytes(smaller)
            shutil.copymode(path, whole)
            whole.replace(path)
            yield name, len(data) - len(smaller)


def _drop_what_installers_leave(tree: Path) -> None:
    shutil.rmtree(tree / SCRIPTS, ignore_errors=True)
    (tree / ".lock").unlink(missing_ok=True)  # uv's own
    for folder in list(tree.rglob("__pycache__")):
        shutil.rmtree(folder)
    for folder in tree.glob("*.dist-info"):
        for name in INSTALLER_NOTES:
            (folder / name).unlink(missing_ok=True)


def _list_what_is_left(tree: Path) -> None:
    """Write each RECORD anew, without digests and in order: whoever installed, the same files give the same bytes."""
    left = distributions.sizes(tree).keys()
    for record in tree.glob(f"*.dist-info/{RECORD}"):
        with record.open(encoding="utf-8", newline="") as stream:
            listed = sorted({row[0] for row in csv.reader(stream) if row} & left)
        record.unlink()  # never into the file: it may be a link into uv's cache
        with record.open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream, lineterminator="\n").writerows([path, "", ""] for path in listed)


def drop_empty_folders(tree: Path) -> None:
    """Remove the folders below a folder that hold no file, at any depth."""
    for folder, _, _ in os.walk(tree, topdown=False):
        if not os.listdir(folder):
            os.rmdir(folder)
