"""Strips shared libraries: it removes what the loader never reads, such as symbol tables, comments and section headers.

The strip of binutils does this, too. But it breaks libraries that auditwheel has grafted, because it moves segments
without respecting their alignment (auditwheel issue 716). It also has to be installed, has to support the architecture,
and would give the same bytes only if it were the same version everywhere. The code here only removes what lies between
and after the segments. Each segment keeps its bytes, its address and its offset within a page, and what would be loaded
is compared before and after.

The format is that of the System V ABI: ELF-64, little-endian. Both of Lambda's architectures use it.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, replace

MAGIC = b"\x7fELF\x02\x01"  # 64 bits, little-endian
PROGRAM_HEADER = struct.Struct("<IIQQQQQQ")
LOAD = 1
E_PHOFF, E_SHOFF, E_PHNUM, E_SHNUM = 32, 40, 56, 60  # offsets in the file's header


@dataclass(frozen=True)
class Segment:
    """One program header. Sizes and offsets are in bytes."""

    type: int
    flags: int
    offset: int
    address: int
    physical: int
    file_size: int
    memory_size: int
    align: int

    def holds(self, offset: int, size: int) -> bool:
        return self.offset <= offset and offset + size <= self.offset + self.file_size

    @property
    def is_aligned(self) -> bool:
        return self.align < 2 or (self.address - self.offset) % self.align == 0


def stripped(data: bytes) -> bytearray | None:
    """Return the library without what is not loaded, or None if it cannot be made smaller safely."""
    segments = read(data)
    if not segments or not all(segment.is_aligned for segment in segments if segment.type == LOAD):
        return None
    moved = _moved(segments)
    if moved is None:
        return None
    loads = {old: new.offset for old, new in zip(segments, moved, strict=True) if old.type == LOAD}
    headers_size = len(segments) * PROGRAM_HEADER.size
    header_at = _inside(struct.unpack_from("<Q", data, E_PHOFF)[0], headers_size, loads)
    if header_at is None:
        return None
    out, whole = bytearray(max(segment.offset + segment.file_size for segment in moved)), memoryview(data)
    for old, new in zip(segments, moved, strict=True):
        if old.type == LOAD:
            out[new.offset : new.offset + new.file_size] = whole[old.offset : old.offset + old.file_size]
    struct.pack_into("<Q", out, E_PHOFF, header_at)
    struct.pack_into("<Q", out, E_SHOFF, 0)
    struct.pack_into("<HH", out, E_SHNUM, 0, 0)
    for number, new in enumerate(moved):
        PROGRAM_HEADER.pack_into(out, header_at + number * PROGRAM_HEADER.size, *vars(new).values())
    return out if len(out) < len(data) and _loads_the_same(data, out) else None


def read(data: bytes | bytearray) -> list[Segment]:
    """Return the program headers of a 64-bit little-endian ELF file. For any other file, the list is empty."""
    if not data.startswith(MAGIC):
        return []
    (start,) = struct.unpack_from("<Q", data, E_PHOFF)
    (count,) = struct.unpack_from("<H", data, E_PHNUM)
    return [Segment(*PROGRAM_HEADER.unpack_from(data, start + n * PROGRAM_HEADER.size)) for n in range(count)]


def _moved(segments: list[Segment]) -> list[Segment] | None:
    """Move each segment as close to the one before it as its alignment allows."""
    loads, end = {}, 0
    for segment in sorted(
        (segment for segment in segments if segment.type == LOAD), key=lambda segment: segment.offset
    ):
        align = max(segment.align, 1)
        offset = end + (segment.address - end) % align
        loads[segment] = offset = min(offset, segment.offset)
        end = max(end, offset + segment.file_size)
    moved = []
    for segment in segments:
        if segment in loads:
            offset = loads[segment]
        else:
            inside = _inside(segment.offset, segment.file_size, loads)
            if inside is None and segment.file_size:
                return None  # a segment of an unknown kind: it is not loaded, and yet it has bytes
            offset = segment.offset if inside is None else inside
        moved.append(replace(segment, offset=offset))
    return moved


def _inside(offset: int, size: int, loads: dict[Segment, int]) -> int | None:
    """Return the new offset of bytes that lie inside a loaded segment."""
    return next((to + offset - load.offset for load, to in loads.items() if load.holds(offset, size)), None)


def _loads_the_same(before: bytes, after: bytearray) -> bool:
    """Return whether the loader maps the same bytes to the same addresses. The headers themselves may differ."""
    old, new = read(before), read(after)
    start = struct.unpack_from("<Q", before, E_PHOFF)[0]
    headers = ((0, 64), (start, start + len(old) * PROGRAM_HEADER.size))
    for one, two in zip(old, new, strict=True):
        if replace(one, offset=0) != replace(two, offset=0) or not (two.is_aligned or one.type != LOAD):
            return False
        if after.startswith(memoryview(before)[one.offset : one.offset + one.file_size], two.offset):
            continue
        a, b = before[one.offset : one.offset + one.file_size], after[two.offset : two.offset + two.file_size]
        if a != _with_bytes_of(a, b, [(start - one.offset, end - one.offset) for start, end in headers]):
            return False
    return True


def _with_bytes_of(a: bytes, b: bytearray, ranges: list[tuple[int, int]]) -> bytearray:
    """Return b with the bytes of a in some ranges."""
    mixed = bytearray(b)
    for start, end in ranges:
        if end > 0 and start < len(a):
            at = slice(max(start, 0), min(end, len(a)))
            mixed[at] = a[at]
    return mixed
