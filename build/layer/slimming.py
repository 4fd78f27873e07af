"""Removes files that a layer does not need from an installed tree, by rules. Each rule can be turned off."""

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
    template = "There is no rule {name!r} for --keep. Use one of: {known}."


@dataclass(frozen=True)
class Rule:
    """One kind of files that is left out."""

    name: str
    reason: str  # why nothing needs them
    drops: Callable[[str], bool] = lambda path: False  # returns, by a path in the tree, whether the file is removed


# pip and uv write these files for themselves, and they differ between the two and from run to run. They are always
# removed: otherwise, the same inputs would not give the same bytes.
SCRIPTS = "bin"  # scripts contain the path of the interpreter that installed them
INSTALLER_NOTES = ("INSTALLER", "REQUESTED", "direct_url.json", "uv_cache.json", "uv_build.json")

RECORD = "RECORD"  # the list of a distribution's files: importlib.metadata finds the owner of a module in it
METADATA = ("METADATA", RECORD, "entry_points.txt", "top_level.txt")
LICENCES = ("LICEN", "COPYING", "NOTICE", "AUTHORS", "licen")


def _suffixes(*suffixes: str) -> Callable[[str], bool]:
    return lambda path: path.endswith(suffixes)


def _is_idle_metadata(path: str) -> bool:
    """Return whether a file in a dist-info folder is neither read by importlib.metadata nor a licence."""
    folder, _, rest = path.partition("/")
    return folder.endswith(".dist-info") and rest not in METADATA and not rest.startswith(LICENCES)


SYMBOLS = Rule("symbols", "what the loader never reads in shared libraries; what it loads stays the same")
RULES = (
    Rule(
        "tests",
        "folders named exactly `tests`, except the modules in them that other code imports",
        imported_tests.is_test,
    ),
    Rule(
        "sources",
        "sources in C, C++, Cython and Fortran, which are compiled already",
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
    Rule("headers", "C headers: nothing is compiled in Lambda", _suffixes(".h", ".hpp", ".hh", ".h.tp", ".h.in")),
    Rule("stubs", "type hints for editors, except those that are read at run time", _suffixes(".pyi", "py.typed")),
    Rule("archives", "static libraries, which are linked already", _suffixes(".a", ".lib")),
    Rule(
        "metadata",
        "files in dist-info folders, except the licences and those that importlib.metadata reads",
        _is_idle_metadata,
    ),
    SYMBOLS,
)


def drop(tree: Path, keep: Collection[str] = ()) -> dict[str, dict[str, int]]:
    """Apply the rules that remove whole files, except those in ``keep``.

    Returns:
        The bytes of each file that was removed, by rule.

    Raises:
        UnknownRule: ``keep`` names a rule that does not exist.
    """
    check(keep)
    _remove_installers_files(tree)
    rules = [rule for rule in RULES if rule is not SYMBOLS and rule.name not in keep]
    saved: dict[str, dict[str, int]] = {rule.name: {} for rule in rules}
    files = distributions.sizes(tree)
    needed = imported_tests.find(tree, files) | read_stubs.find(tree, files)
    for path, size in files.items():
        rule = next((rule for rule in rules if rule.drops(path) and path not in needed), None)
        if rule:
            (tree / path).unlink()
            saved[rule.name][path] = size
    _rewrite_records(tree)
    drop_empty_folders(tree)
    return saved


def _may_have_symbols(path: str) -> bool:
    """Return whether a file's name is that of a shared library."""
    return ".so" in PurePosixPath(path).suffixes


def strip_symbols(tree: Path, paths: Iterable[str]) -> dict[str, int]:
    """Apply the rule that makes libraries smaller, and return the bytes that were removed from each of them."""
    return dict(_stripped(tree, filter(_may_have_symbols, paths)))


def check(keep: Collection[str]) -> None:
    """Check that all names are names of rules.

    Raises:
        UnknownRule
    """
    rule_names = [rule.name for rule in RULES]
    for name in keep:
        if name not in rule_names:
            raise UnknownRule(name=name, known=", ".join(rule_names))


def _stripped(tree: Path, libraries: Iterable[str]) -> Iterator[tuple[str, int]]:
    for name in libraries:
        path = tree / name
        data = path.read_bytes()
        smaller = strip.stripped(data)
        if smaller is not None:
            new = path.with_name(f".{path.name}")  # replace the file: it may be a link into uv's cache
            new.write_bytes(smaller)
            shutil.copymode(path, new)
            new.replace(path)
            yield name, len(data) - len(smaller)


def _remove_installers_files(tree: Path) -> None:
    shutil.rmtree(tree / SCRIPTS, ignore_errors=True)
    (tree / ".lock").unlink(missing_ok=True)  # uv's lock
    for folder in list(tree.rglob("__pycache__")):
        shutil.rmtree(folder)
    for folder in tree.glob("*.dist-info"):
        for name in INSTALLER_NOTES:
            (folder / name).unlink(missing_ok=True)


def _rewrite_records(tree: Path) -> None:
    """Write each RECORD again, sorted and without digests, so that it is the same whatever installed the files."""
    left = distributions.sizes(tree).keys()
    for record in tree.glob(f"*.dist-info/{RECORD}"):
        with record.open(encoding="utf-8", newline="") as stream:
            listed = sorted({row[0] for row in csv.reader(stream) if row} & left)
        record.unlink()  # replace the file: it may be a link into uv's cache
        with record.open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream, lineterminator="\n").writerows([path, "", ""] for path in listed)


def drop_empty_folders(tree: Path) -> None:
    """Remove all folders below a folder that contain no file, at any depth."""
    for folder, _, _ in os.walk(tree, topdown=False):
        if not os.listdir(folder):
            os.rmdir(folder)
