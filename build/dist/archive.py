"""Writes zip archives whose bytes depend on their members alone: they contain no times, users or paths.

The standard library's writer is not used for one reason: it compresses with the zlib that the interpreter was linked to
(zlib, zlib-ng, or a vendor's), and these produce different bytes. libdeflate comes with the lock, is the same
everywhere, can use several cores, and is three times as fast.

The format is that of APPNOTE.TXT 6.3, without zip64: Lambda's limit is far below 4 GB.
"""

from __future__ import annotations

import base64
import hashlib
import os
import stat
import struct
import zipfile
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO, BinaryIO

import deflate

LEVEL = 6
TIME, DATE = 0, 1 << 5 | 1  # 1980-01-01 00:00, the earliest time in the format
MODE = stat.S_IFREG | 0o644  # in Lambda, the user that reads the file is not the one that wrote it
EXECUTABLE = stat.S_IFREG | 0o755
MADE_BY_UNIX = 3 << 8 | 20
NEEDS = 20  # version 2.0: deflate
UTF8 = 0x800
STORED, DEFLATED = zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED
LOCAL_HEADER = 30  # bytes before the name of each member


@dataclass(frozen=True)
class Archive:
    """A zip archive that was written. Sizes are in bytes."""

    sha256: str  # hex
    zip_bytes: int
    unzipped_bytes: int

    @property
    def sha256_base64(self) -> str:
        return base64.b64encode(bytes.fromhex(self.sha256)).decode()


@dataclass(frozen=True)
class Member:
    """One file of a zip archive, compressed, without its name."""

    method: int
    data: bytes | bytearray
    crc: int
    size: int  # bytes of the file when it is unpacked
    executable: bool = False

    def unpacked(self) -> bytes | bytearray:
        """Return the content of the file."""
        return deflate.deflate_decompress(self.data, self.size) if self.method == DEFLATED else self.data


def pack(path: Path) -> Member:
    """Compress a file. Other threads can run meanwhile."""
    data = path.read_bytes()
    packed = deflate.deflate_compress(data, LEVEL) if data else b""
    method, body = (DEFLATED, packed) if data and len(packed) < len(data) else (STORED, data)
    return Member(method, body, deflate.crc32(data), len(data), is_executable(path))


def is_executable(path: Path) -> bool:
    """Return whether the owner may execute a file. Nothing else of a file's mode is written to an archive."""
    return bool(path.stat().st_mode & stat.S_IXUSR)


def unpack(source: Path | BinaryIO, folder: Path) -> None:
    """Unpack a zip archive as Lambda does. The standard library does not restore which files are executable."""
    with zipfile.ZipFile(source) as packed:
        packed.extractall(folder)
        for info in packed.infolist():
            if _is_executable(info):
                (folder / info.filename).chmod(0o755)


def _is_executable(info: zipfile.ZipInfo) -> bool:
    return not info.is_dir() and bool(info.external_attr >> 16 & stat.S_IXUSR)


def write(path: Path, tree: Path, paths: Iterable[str]) -> Archive:
    """Write files of a tree into a zip archive. If it fails, there is no archive."""
    names = list(paths)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        members = dict(zip(names, pool.map(pack, (tree / name for name in names)), strict=True))
    return write_members(path, members)


def write_members(path: Path, members: Mapping[str, Member]) -> Archive:
    """Write members that are compressed already, sorted by name. If it fails, there is no archive."""
    with NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as stream:
        temporary = Path(stream.name)
        try:
            unzipped = _write(stream, members)
            stream.close()
            temporary.chmod(0o644)
            archive = Archive(file_sha256(temporary), temporary.stat().st_size, unzipped)
            os.replace(temporary, path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
    return archive


def read_members(path: Path) -> dict[str, Member]:
    """Read what `write_members` wrote. The members stay compressed."""
    data = path.read_bytes()
    with zipfile.ZipFile(path) as packed:
        return {info.filename: _member(info, data) for info in packed.infolist()}


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal."""
    with path.open("rb") as stream:
        digest = hashlib.sha256()
        while block := stream.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def _member(info: zipfile.ZipInfo, data: bytes) -> Member:
    name_bytes, extra_bytes = struct.unpack_from("<HH", data, info.header_offset + 26)
    start = info.header_offset + LOCAL_HEADER + name_bytes + extra_bytes
    return Member(
        info.compress_type, data[start : start + info.compress_size], info.CRC, info.file_size, _is_executable(info)
    )


def _write(stream: IO[bytes], members: Mapping[str, Member]) -> int:
    """Write an archive to a stream, and return the bytes of all members when they are unpacked."""
    directory = []
    offset = unzipped = 0
    for text, member in sorted(members.items()):
        name = text.encode()
        flags = 0 if name.isascii() else UTF8
        common = struct.pack(
            "<HHHHHIIIHH",
            *(NEEDS, flags, member.method, TIME, DATE),
            *(member.crc, len(member.data), member.size, len(name), 0),
        )
        stream.write(b"PK\x03\x04" + common + name)
        stream.write(member.data)
        directory.append(
            b"PK\x01\x02"
            + struct.pack("<H", MADE_BY_UNIX)
            + common
            + struct.pack("<HHHII", 0, 0, 0, (EXECUTABLE if member.executable else MODE) << 16, offset)
            + name
        )
        offset += LOCAL_HEADER + len(name) + len(member.data)
        unzipped += member.size
    central = b"".join(directory)
    stream.write(central)
    count = len(directory)
    if count > 0xFFFF or offset + len(central) > 0xFFFFFFFF:
        raise ValueError(f"{count} files in {offset} bytes do not fit into a zip archive without zip64")
    stream.write(b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, count, count, len(central), offset, 0))
    return unzipped
