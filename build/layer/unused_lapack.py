"""Leaves out OpenBLAS where it is only there for functions that no estimator calls.

The compiled modules of scipy.special import scipy.linalg.cython_lapack, which loads SciPy's OpenBLAS: 27 MB with what
that needs. They take one function of it, `dstevr`, for ellipsoidal harmonics. Trees use scipy.special for a logarithm.
Here cython_lapack's functions become weak symbols, which the loader leaves at zero where it does not find them, and the
library goes from the list of those that it needs. The functions of scipy.special that would call `dstevr` say so.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from importlib import metadata
from io import BytesIO
from pathlib import Path

from elftools.elf.dynamic import DynamicSegment
from elftools.elf.elffile import ELFFile

from build.host import distributions
from build.layer import elf

MODULE = "scipy/linalg/cython_lapack."
TAKERS = "scipy/special/"
NAMED = b"scipy.linalg.cython_lapack"  # as those call it that take functions of it
HARMONICS, NAMES = "scipy/special/_ellip_harm.py", ("ellip_harm", "ellip_harm_2", "ellip_normal")
WORDS = (b"ellip_harm", b"ellip_normal")

# In these releases the symbol tables of scipy/special were looked at: `dstevr` is all that they take of cython_lapack.
# A test looks again in the release that is locked. In older ones they call OpenBLAS themselves, as each of them tells.
SEEN = ("1.18.",)
ONLY = {"scipy_dstevr_"}

REFUSAL = """def {name}(*args, **kwargs):
    raise ImportError(
        "scipy.special.{name} needs SciPy's OpenBLAS, which was left out of the layer, which was cut to a model. "
        "Build it whole (without --profile)"
    )


"""

ENTRY, SYMBOL, WEAK = 16, 24, 2  # bytes of an entry in a 64-bit library's tables; STB_WEAK


def drop(tree: Path, kept: set[str], code: Iterable[Path] = ()) -> list[str]:
    """Have a tree do without the library, where nothing that stays needs it; returns the files that were changed.

    Args:
        kept: the tree's files that stay. The library goes from it, and what was compiled from a file that is changed;
            which libraries the others need is yet to be added.
        code: the user's own files.
    """
    library = next((path.name for path in tree.glob("scipy.libs/*openblas*")), None)
    modules = [each for each in sorted(kept) if _is_module(each)]
    if library is None or any(_has_harmonics(path.read_bytes()) for path in code):
        return []
    asking = [each for each in modules if elf.is_elf(tree / each) and library in elf.needed(tree / each)]
    if any(_takes_functions(each, (tree / each).read_bytes()) for each in modules if each not in asking):
        return []
    smaller = {each: without((tree / each).read_bytes(), library, *_allowed(tree, each)) for each in asking}
    written = {each: data for each, data in smaller.items() if data is not None}
    if len(written) != len(asking) or not asking:
        return []
    kept -= elf.libraries_needed(tree, asking)  # whoever else needs one of these gets it back
    if HARMONICS in kept:
        written[HARMONICS] = "".join(REFUSAL.format(name=name) for name in NAMES).encode()
        kept -= {each for each in kept if each != HARMONICS and distributions.source(each) == HARMONICS}
    for name, data in written.items():
        mode = (tree / name).stat().st_mode
        (tree / name).unlink()  # never into the file: it may be a link into uv's cache
        (tree / name).write_bytes(data)
        (tree / name).chmod(mode)
    return sorted(written)


def without(data: bytes, library: str, allowed: Collection[str] | None = None) -> bytes | None:
    """An ELF file that loads without a library and has zeros for its functions; None where there is no way.

    Args:
        allowed: the functions that it may call; None: all.
    """
    file = ELFFile(BytesIO(data))
    table = next(file.iter_segments("PT_DYNAMIC"), None)
    if not isinstance(table, DynamicSegment):
        return None
    tags = {tag.entry.d_tag: tag.entry.d_val for tag in table.iter_tags()}
    symbols_at = next(file.address_offsets(tags["DT_SYMTAB"]), None)
    functions = _called(table)
    if symbols_at is None or not functions or _has_versions_of(table, library, tags):
        return None
    if allowed is not None and not {table.get_symbol(each).name for each in functions} <= set(allowed):
        return None
    found = bytearray(data)
    for number in functions:
        at = symbols_at + number * SYMBOL + 4  # st_info: binding and type
        found[at] = WEAK << 4 | found[at] & 0xF
    start, end = table["p_offset"], table["p_offset"] + table["p_filesz"]
    entries = [bytes(found[at : at + ENTRY]) for at in range(start, end, ENTRY)]
    asks = [tag.entry.d_tag == "DT_NEEDED" and tag.needed == library for tag in table.iter_tags()]
    del entries[asks.index(True)]
    found[start:end] = b"".join([*entries, bytes(ENTRY)])  # the table ends with zeros
    return bytes(found)


def _allowed(tree: Path, path: str) -> list[set[str]]:
    """The functions that a module may call and do without, as `without` takes them; an empty list: all."""
    is_seen = any(each.version.startswith(SEEN) for each in metadata.distributions(name="scipy", path=[str(tree)]))
    return [] if path.startswith(MODULE) and is_seen else [ONLY]


def _called(table: DynamicSegment) -> set[int]:
    """The functions of OpenBLAS, by number in the table of symbols; none if one of them is more than called."""
    called: set[int] = set()
    others: set[int] = set()
    for name, relocations in table.get_relocation_tables().items():
        numbers = called if name == "JMPREL" else others
        numbers.update(each["r_info_sym"] for each in relocations.iter_relocations())
    functions = {each for each in called | others if each and table.get_symbol(each).name.startswith("scipy_")}
    return set() if functions & others else functions


def _has_versions_of(table: DynamicSegment, library: str, tags: Mapping[str, int]) -> bool:
    """Whether symbols are bound to versions of the library: the loader then wants it there."""
    at = next(table.elffile.address_offsets(tags["DT_VERNEED"]), None) if "DT_VERNEED" in tags else None
    strings, stream = table._get_stringtable(), table.elffile.stream
    for _ in range(tags["DT_VERNEEDNUM"] if at is not None else 0):
        stream.seek(at)
        head = stream.read(16)
        if strings.get_string(int.from_bytes(head[4:8], "little")) == library:
            return True
        at += int.from_bytes(head[12:16], "little")
    return False


def _is_module(path: str) -> bool:
    return (path.endswith(".py") or ".so" in path) and not path.partition("/")[0].endswith(".libs")


def _takes_functions(path: str, data: bytes) -> bool:
    """Whether a file takes functions of LAPACK, other than those of scipy.special, or computes harmonics."""
    if path.startswith("scipy/"):
        return ".so" in path and NAMED in data and not path.startswith((MODULE, TAKERS))
    return _has_harmonics(data)


def _has_harmonics(data: bytes) -> bool:
    return NAMED in data or any(word in data for word in WORDS)
