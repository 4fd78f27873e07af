"""Makes of an installed tree what a layer's zip holds: libraries checked and stripped, Python compiled, all compressed.

It does so in parts: some files of one distribution each, which depend on nothing that is beside them. So parts are made
side by side, and one whose files were the same before is taken from a cache.
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

KEPT = 128  # parts in the cache; the default layer has some 25, of 3 MB each
PACKED, FACTS = "part.zip", "part.json"
TO_COMPILE = 8  # times as long as all else takes for a byte


@dataclass(frozen=True)
class Recipe:
    """What parts are made with, besides their files."""

    runtime: Runtime
    architecture: Architecture
    builder: Builder
    keep: Collection[str] = ()  # slimming rules to leave out

    @property
    def strips(self) -> bool:
        return slimming.SYMBOLS.name not in self.keep

    def key(self) -> str:
        """All that the same files could become something else by."""
        interpreter = interpreters.find(self.runtime.python)
        version = interpreters.version(interpreter) if interpreter else None
        tools = metadata.version("deflate"), cache.code()
        return str((self.runtime, self.architecture, self.builder.identity(), self.strips, version, *tools))


@dataclass(frozen=True)
class Made:
    """What became of files."""

    members: dict[str, Member]  # by path in the tree
    stripped: dict[str, int]  # bytes that libraries got smaller by
    compiled: Compiled
    libraries: int  # that were checked


def make(
    tree: Path,
    sizes: Mapping[str, int],
    found: Distributions,
    recipe: Recipe,
    kept: Path,
    *,
    use_kept: bool,
    into_tree: bool,
) -> Made:
    """Make the parts of a tree.

    Args:
        sizes: bytes of the tree's files.
        kept: folder of the cache.
        into_tree: whether the tree itself is to be stripped and compiled, too, when it all comes from the cache.

    Raises:
        WrongArchitecture, GlibcTooNew, Damaged: of `elf`.
    """
    parts = _split(sizes, found)
    workshop = _Workshop(tree, found, recipe, kept, recipe.key(), use_kept, into_tree)
    # A container takes longer to start than to compile a part: where it has the only interpreter, all goes in there.
    if not interpreters.find(recipe.runtime.python):
        workshop.compile_ahead(parts)
    cost = [sum(sizes[path] * (TO_COMPILE if path.endswith(".py") else 1) for path in part) for part in parts]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        longest_first = sorted(range(len(parts)), key=cost.__getitem__, reverse=True)
        jobs = {number: pool.submit(workshop.part, parts[number]) for number in longest_first}
        try:
            return _joined([jobs[number].result() for number in range(len(parts))])
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def _split(sizes: Iterable[str], found: Distributions) -> list[list[str]]:
    """The files in parts: those of a package are the same whatever is beside it."""
    by_package = groupby(sorted(sizes, key=lambda path: (found.owner(path), path)), key=found.owner)
    return [part for _, files in by_package for part in bytecode.chunks(files)]


def _joined(parts: list[Made]) -> Made:
    failed = sorted(path for part in parts for path in part.compiled.failed)
    missing = next((part.compiled.missing for part in parts if part.compiled.missing), None)
    return Made(
        {path: member for part in parts for path, member in part.members.items()},
        {path: size for part in parts for path, size in part.stripped.items()},
        Compiled(sum(part.compiled.count for part in parts), tuple(failed), missing),
        sum(part.libraries for part in parts),
    )


@dataclass
class _Workshop:
    tree: Path
    found: Distributions
    recipe: Recipe
    kept: Path
    key: str
    use_kept: bool
    into_tree: bool
    compiled: Compiled | None = None  # of all parts, if they were compiled ahead

    def compile_ahead(self, parts: list[list[str]]) -> None:
        self.compiled = self._compile([part for part in map(_sources, parts) if part])

    def part(self, files: list[str]) -> Made:
        digests = ((path, _digest(self.tree / path)) for path in files)
        key = cache.digest([("key", self.key.encode()), *digests])
        return (self._fetch(key, files) if self.use_kept else None) or self._make(key, files)

    def _make(self, key: str, files: list[str]) -> Made:
        recipe = self.recipe
        libraries = elf.check(self.tree, files, self.found, recipe.runtime, recipe.architecture)
        stripped = slimming.strip_symbols(self.tree, files) if recipe.strips else {}
        sources = _sources(files)
        compiled = self._compiled(sources)
        pycs = [bytecode.pyc(path, recipe.runtime) for path in sources if path not in compiled.failed]
        members = {path: archive.pack(self.tree / path) for path in [*files, *([] if compiled.missing else pycs)]}
        made = Made(members, stripped, compiled, libraries)
        self._keep(key, made)
        return made

    def _compiled(self, sources: list[str]) -> Compiled:
        if self.compiled is None:
            return self._compile([sources] if sources else [])
        failed = tuple(path for path in self.compiled.failed if path in sources)
        return Compiled(len(sources) - len(failed), failed, self.compiled.missing)

    def _compile(self, todo: list[list[str]]) -> Compiled:
        runtime = self.recipe.runtime
        prefix = f"/opt/{runtime.site_packages}"
        return bytecode.compile_files(self.tree, todo, prefix, runtime, self.recipe.builder.python)

    def _keep(self, key: str, made: Made) -> None:
        def fill(folder: Path) -> None:
            archive.write_members(folder / PACKED, made.members)
            facts = {"stripped": made.stripped, "compiled": asdict(made.compiled), "libraries": made.libraries}
            (folder / FACTS).write_text(json.dumps(facts), encoding="utf-8")

        shutil.rmtree(self.kept / key, ignore_errors=True)  # it was refused
        cache.make(self.kept, key, fill, KEPT)

    def _fetch(self, key: str, files: list[str]) -> Made | None:
        folder = cache.find(self.kept, key)
        if folder is None:
            return None
        try:
            facts = json.loads((folder / FACTS).read_text(encoding="utf-8"))
            members = archive.read_members(folder / PACKED)
        except FileNotFoundError:  # another build has just dropped it
            return None
        made = Made(members, facts["stripped"], Compiled.read(facts["compiled"]), facts["libraries"])
        for path in made.members if self.into_tree else ():
            if path in made.stripped or path not in files:
                (self.tree / path).parent.mkdir(exist_ok=True)
                (self.tree / path).unlink(missing_ok=True)  # never into the file: it may be a link into uv's cache
                (self.tree / path).write_bytes(made.members[path].unpacked())
                (self.tree / path).chmod(0o755 if made.members[path].executable else 0o644)
        return made


def _digest(path: Path) -> bytes:
    """Of all that a zip tells of a file."""
    return f"{archive.file_sha256(path)} {archive.is_executable(path)}".encode()


def _sources(files: list[str]) -> list[str]:
    return [path for path in files if path.endswith(".py")]
