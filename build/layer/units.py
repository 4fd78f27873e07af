"""Makes the members of the layer's zip file: it checks and strips libraries, compiles Python, and compresses files.

The work is done in build units. A unit is some files of one distribution, and its result depends on these files alone.
So units are made in parallel, and a unit whose files have not changed is taken from a cache.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Collection, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from importlib import metadata
from itertools import groupby
from pathlib import Path

from build.builders import Builder
from build.dist import archive
from build.dist.archive import Member
from build.host import cache, interpreters
from build.host.distributions import Distributions
from build.layer import bytecode, elf, slimming
from build.layer.bytecode import Compiled
from build.runtimes import Architecture, Runtime

KEPT = 128  # units in the cache; the default layer has about 25, of 3 MB each
PACKED, FACTS = "unit.zip", "unit.json"
TO_COMPILE = 8  # compiling a byte takes about this many times as long as everything else that is done with it

Unit = list[str]  # paths in the tree


@dataclass(frozen=True)
class Recipe:
    """The inputs of units, besides their files."""

    runtime: Runtime
    architecture: Architecture
    builder: Builder
    keep: Collection[str] = ()  # the slimming rules that are turned off

    @property
    def strips(self) -> bool:
        return slimming.SYMBOLS.name not in self.keep

    def key(self) -> str:
        """Return a text that changes whenever the same files could give another result."""
        interpreter = interpreters.find(self.runtime.python)
        version = interpreters.version(interpreter) if interpreter else None
        tools = metadata.version("deflate"), cache.code()
        return str((self.runtime, self.architecture, self.builder.identity(), self.strips, version, *tools))


@dataclass(frozen=True)
class Result:
    """The result of one unit, or of all of them together."""

    members: dict[str, Member]  # by path in the tree
    stripped: dict[str, int]  # by path, the bytes that were removed from libraries
    compiled: Compiled
    libraries: int  # the number of libraries that were checked


def make(
    tree: Path,
    sizes: Mapping[str, int],
    installed: Distributions,
    recipe: Recipe,
    kept: Path,
    *,
    use_kept: bool,
    into_tree: bool,
) -> Result:
    """Make all units of a tree.

    Args:
        sizes: the bytes of the tree's files.
        kept: the folder of the cache.
        into_tree: whether the files in the tree itself have to be stripped and compiled, even if all units come from
            the cache.

    Raises:
        WrongArchitecture, GlibcTooNew, Damaged: of `elf`.
    """
    units = _split(sizes, installed)
    workshop = _Workshop(tree, installed, recipe, kept, recipe.key(), use_kept, into_tree)
    # Starting a container takes longer than compiling a unit. If only a container has the interpreter, all files are
    # compiled in one go.
    if not interpreters.find(recipe.runtime.python):
        workshop.compile_ahead(units)
    cost = [sum(sizes[path] * (TO_COMPILE if path.endswith(".py") else 1) for path in unit) for unit in units]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        longest_first = sorted(range(len(units)), key=cost.__getitem__, reverse=True)
        jobs = {number: pool.submit(workshop.unit, units[number]) for number in longest_first}
        try:
            return _joined([jobs[number].result() for number in range(len(units))])
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def _split(sizes: Iterable[str], installed: Distributions) -> list[Unit]:
    """Split the files into units. The units of a package are the same, whatever else is installed."""
    by_package = groupby(sorted(sizes, key=lambda path: (installed.owner(path), path)), key=installed.owner)
    return [unit for _, files in by_package for unit in bytecode.chunks(files)]


def _joined(results: list[Result]) -> Result:
    """Return the result of all units together."""
    failed = sorted(path for result in results for path in result.compiled.failed)
    missing = next((result.compiled.missing for result in results if result.compiled.missing), None)
    return Result(
        {path: member for result in results for path, member in result.members.items()},
        {path: size for result in results for path, size in result.stripped.items()},
        Compiled(sum(result.compiled.count for result in results), tuple(failed), missing),
        sum(result.libraries for result in results),
    )


@dataclass
class _Workshop:
    """Makes the units of one tree."""

    tree: Path
    installed: Distributions
    recipe: Recipe
    kept: Path
    key: str
    use_kept: bool
    into_tree: bool
    compiled: Compiled | None = None  # the result for all units, if they were compiled ahead

    def compile_ahead(self, units: list[Unit]) -> None:
        self.compiled = self._compile([sources for sources in map(_sources, units) if sources])

    def unit(self, files: Unit) -> Result:
        """Take a unit from the cache, or make it."""
        digests = ((path, _digest(self.tree / path)) for path in files)
        key = cache.digest([("key", self.key.encode()), *digests])
        return (self._fetch(key, files) if self.use_kept else None) or self._make(key, files)

    def _make(self, key: str, files: Unit) -> Result:
        recipe = self.recipe
        libraries = elf.check(self.tree, files, self.installed, recipe.runtime, recipe.architecture)
        stripped = slimming.strip_symbols(self.tree, files) if recipe.strips else {}
        sources = _sources(files)
        compiled = self._compiled(sources)
        pycs = [bytecode.pyc(path, recipe.runtime) for path in sources if path not in compiled.failed]
        members = {path: archive.pack(self.tree / path) for path in [*files, *([] if compiled.missing else pycs)]}
        result = Result(members, stripped, compiled, libraries)
        self._keep(key, result)
        return result

    def _compiled(self, sources: Unit) -> Compiled:
        if self.compiled is None:
            return self._compile([sources] if sources else [])
        failed = tuple(path for path in self.compiled.failed if path in sources)
        return Compiled(len(sources) - len(failed), failed, self.compiled.missing)

    def _compile(self, units: list[Unit]) -> Compiled:
        runtime = self.recipe.runtime
        prefix = f"/opt/{runtime.site_packages}"
        return bytecode.compile_files(self.tree, units, prefix, runtime, self.recipe.builder.python)

    def _keep(self, key: str, result: Result) -> None:
        """Put a unit into the cache."""

        def fill(folder: Path) -> None:
            archive.write_members(folder / PACKED, result.members)
            facts = {"stripped": result.stripped, "compiled": asdict(result.compiled), "libraries": result.libraries}
            (folder / FACTS).write_text(json.dumps(facts), encoding="utf-8")

        shutil.rmtree(self.kept / key, ignore_errors=True)  # what is there was not used
        cache.make(self.kept, key, fill, KEPT)

    def _fetch(self, key: str, files: Unit) -> Result | None:
        """Return a unit from the cache, or None if it is not there."""
        folder = cache.find(self.kept, key)
        if folder is None:
            return None
        try:
            facts = json.loads((folder / FACTS).read_text(encoding="utf-8"))
            members = archive.read_members(folder / PACKED)
        except FileNotFoundError:  # another build has just removed it
            return None
        result = Result(members, facts["stripped"], Compiled.read(facts["compiled"]), facts["libraries"])
        for path in result.members if self.into_tree else ():
            if path in result.stripped or path not in files:
                (self.tree / path).parent.mkdir(exist_ok=True)
                (self.tree / path).unlink(missing_ok=True)  # replace the file: it may be a link into uv's cache
                (self.tree / path).write_bytes(result.members[path].unpacked())
                (self.tree / path).chmod(0o755 if result.members[path].executable else 0o644)
        return result


def _digest(path: Path) -> bytes:
    """Return a digest of everything that a zip file records about a file."""
    return f"{archive.file_sha256(path)} {archive.is_executable(path)}".encode()


def _sources(files: Unit) -> Unit:
    return [path for path in files if path.endswith(".py")]
