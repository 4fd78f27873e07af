"""Leaves out OpenBLAS if it is only there for functions that no estimator calls.

The compiled modules of scipy.special import scipy.linalg.cython_lapack, which loads SciPy's OpenBLAS: 27 MB together
with the libraries that it needs. They use a single function of it, `dstevr`, for ellipsoidal harmonics. Trees use
scipy.special for a logarithm. So cython_lapack's functions become weak symbols, which the loader sets to zero if it
does not find them, and the library is removed from the list of those that cython_lapack needs. The functions of
scipy.special that would call `dstevr` raise an error that says so.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from importlib import metadata
from io import BytesIO
from pathlib import Path
from typing import Any, cast

from elftools.elf.dynamic import DynamicSegment
from elftools.elf.elffile import ELFFile
from elftools.elf.relocation import RelocationTable

from build.host import distributions
from build.layer import elf

MODULE = "scipy/linalg/cython_lapack."
CALLERS = "scipy/special/"
NAMED = b"scipy.linalg.cython_lapack"  # a module that uses its functions contains this name
HARMONICS, NAMES = "scipy/special/_ellip_harm.py", ("ellip_harm", "ellip_harm_2", "ellip_normal")
WORDS = (b"ellip_harm", b"ellip_normal")

# In these releases, the symbol tables of scipy/special show that `dstevr` is all that it uses of cython_lapack. A test
# checks this in the release that is locked. In older ones, scipy/special calls OpenBLAS itself, as its symbols tell.
KNOWN = ("1.18.",)
ONLY = {"scipy_dstevr_"}

REFUSAL = """def {name}(*args, **kwargs):
    raise ImportError(
        "scipy.special.{name} needs SciPy's OpenBLAS, which was left out of the layer, which was trimmed for a model. "
        "Build the whole layer (without --trim-for)"
    )


"""

ENTRY, SYMBOL, WEAK = 16, 24, 2  # bytes of an entry in the tables of a 64-bit library; STB_WEAK


def drop(tree: Path, kept: set[str], code: Iterable[Path] = ()) -> list[str]:
    """Remove the library from a tree if nothing that stays needs it, and return the files that were changed.

    Args:
        kept: the files of the tree that stay. The library is removed from it, and so is bytecode that was compiled from
            a file that is changed. The libraries that the other files need are not in it yet.
        code: the user's own files.
    """
    library = next((path.name for path in tree.glob("scipy.libs/*openblas*")), None)
    modules = [path for path in sorted(kept) if _is_module(path)]
    if library is None or any(_has_harmonics(path.read_bytes()) for path in code):
        return []
    asking = [path for path in modules if elf.is_elf(tree / path) and library in elf.needed(tree / path)]
    if any(_uses_functions(path, (tree / path).read_bytes()) for path in modules if path not in asking):
        return []
    smaller = {path: without((tree / path).read_bytes(), library, *_allowed(tree, path)) for path in asking}
    written = {path: data for path, data in smaller.items() if data is not None}
    if len(written) != len(asking) or not asking:
        return []
    kept -= elf.libraries_needed(tree, asking)  # the caller adds again what other files need
    if HARMONICS in kept:
        written[HARMONICS] = "".join(REFUSAL.format(name=name) for name in NAMES).encode()
        kept -= {path for path in kept if path != HARMONICS and distributions.source(path) == HARMONICS}
    for name, data in written.items():
        mode = (tree / name).stat().st_mode
        (tree / name).unlink()  # replace the file: it may be a link into uv's cache
        (tree / name).write_bytes(data)
        (tree / name).chmod(mode)
    return sorted(written)


def without(data: bytes, library: str, allowed: Collection[str] | None = None) -> bytes | None:
    """Return an ELF file that loads without a library and has zeros for its functions.

    Args:
        allowed: the functions that the file may call. None allows all.

    Returns:
        None if the file cannot be changed safely.
    """
    table = next(ELFFile(BytesIO(data)).iter_segments("PT_DYNAMIC"), None)
    if not isinstance(table, DynamicSegment):
        return None
    entries_of_table: list[Any] = list(table.iter_tags())  # pyelftools gives them no types
    tags = {tag.entry.d_tag: tag.entry.d_val for tag in entries_of_table}
    symbols_at = next(table.elffile.address_offsets(tags["DT_SYMTAB"]), None)
    functions = _called(table)
    if symbols_at is None or not functions or _has_versions_of(table, library, tags):
        return None
    if allowed is not None and not {table.get_symbol(number).name for number in functions} <= set(allowed):
        return None
    changed = bytearray(data)
    for number in functions:
        at = symbols_at + number * SYMBOL + 4  # st_info: binding and type
        changed[at] = WEAK << 4 | changed[at] & 0xF
    start, end = table["p_offset"], table["p_offset"] + table["p_filesz"]
    entries = [bytes(changed[at : at + ENTRY]) for at in range(start, end, ENTRY)]
    asks = [tag.entry.d_tag == "DT_NEEDED" and tag.needed == library for tag in entries_of_table]
    del entries[asks.index(True)]
    changed[start:end] = b"".join([*entries, bytes(ENTRY)])  # the table ends with zeros
    return bytes(changed)


def _allowed(tree: Path, path: str) -> list[set[str]]:
    """Return the functions that a module may call, as an argument of `without`. An empty list allows all."""
    is_known = any(
        distribution.version.startswith(KNOWN)
        for distribution in metadata.distributions(name="scipy", path=[str(tree)])
    )
    return [] if path.startswith(MODULE) and is_known else [ONLY]


def _called(table: DynamicSegment) -> set[int]:
    """Return the functions of OpenBLAS that are called, by their numbers in the table of symbols.

    The set is empty if one of them is used in another way than by a call.
    """
    called: set[int] = set()
    others: set[int] = set()
    tables = cast("dict[str, RelocationTable]", table.get_relocation_tables())
    for name, relocations in tables.items():
        numbers = called if name == "JMPREL" else others
        numbers.update(relocation["r_info_sym"] for relocation in relocations.iter_relocations())
    functions = {number for number in called | others if number and table.get_symbol(number).name.startswith("scipy_")}
    return set() if functions & others else functions


def _has_versions_of(table: DynamicSegment, library: str, tags: Mapping[str, int]) -> bool:
    """Return whether symbols are bound to versions of the library. If so, the loader insists on it."""
    at: int | None = next(table.elffile.address_offsets(tags["DT_VERNEED"]), None) if "DT_VERNEED" in tags else None
    if at is None:
        return False
    strings, stream = table._get_stringtable(), table.elffile.stream
    for _ in range(tags["DT_VERNEEDNUM"]):
        stream.seek(at)
        head = stream.read(16)
        if strings.get_string(int.from_bytes(head[4:8], "little")) == library:
            return True
        at += int.from_bytes(head[12:16], "little")
    return False


def _is_module(path: str) -> bool:
    return (path.endswith(".py") or ".so" in path) and not path.partition("/")[0].endswith(".libs")


def _uses_functions(path: str, data: bytes) -> bool:
    """Return whether a file uses functions of LAPACK, apart from scipy.special, or computes harmonics."""
    if path.startswith("scipy/"):
        return ".so" in path and NAMED in data and not path.startswith((MODULE, CALLERS))
    return _has_harmonics(data)


def _has_harmonics(data: bytes) -> bool:
    return NAMED in data or any(word in data for word in WORDS)
