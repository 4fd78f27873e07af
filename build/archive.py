"""Writes zip archives whose bytes depend on nothing but their members: no times, users or paths, on any machine.

Our own writer, not the standard library's, for one reason: that one compresses with whatever zlib the interpreter was
linked to (zlib, zlib-ng, a vendor's), and these give different bytes. libdeflate comes with the lock, is the same
everywhere, lets two cores work and is three times as fast.
Format: APPNOTE.TXT 6.3, without zip64: Lambda's limit is far below.
"""

from __future__ import annotations

import base64
import hashlib
import os
import stat
import struct
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from tempfile import NamedTemporaryFile
from typing import BinaryIO

import deflate

LEVEL = 6
TIME, DATE = 0, 1 << 5 | 1  # 1980-01-01 00:00, the earliest that a zip can say
MODE = stat.S_IFREG | 0o644  # a layer runs as another user than the one who made it
MADE_BY_UNIX = 3 << 8 | 20
NEEDS = 20  # version 2.0: deflate
UTF8 = 0x800
STORED, DEFLATED = 0, 8


@dataclass(frozen=True)
class Archive:
    """A zip that was written; sizes in bytes."""

    sha256: str  # hex
    zip_bytes: int
    unzipped_bytes: int

    @property
    def sha256_base64(self) -> str:
        return base64.b64encode(bytes.fromhex(self.sha256)).decode()


@dataclass(frozen=True)
class _Member:
    name: bytes
    method: int
    data: bytes
    crc: int
    size: int


class Packing:
    """Members of a zip to come: compressed side by side from when they are added, while others are still made.

    They are held in memory, compressed, until they are written.

    Args:
        folder: where in the zip they are.
    """

    def __init__(self, folder: str = "") -> None:
        self._folder = PurePosixPath(folder)
        self._pool = ThreadPoolExecutor(os.cpu_count())
        self._members: dict[str, Future[_Member]] = {}

    def __enter__(self) -> Packing:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(cancel_futures=True)

    def add(self, tree: Path, paths: Iterable[str]) -> None:
        """Compress files of a tree, which may go or change only after `write`."""
        for path in paths:
            name = (self._folder / path).as_posix()
            self._members[name] = self._pool.submit(_compress, name, tree / path)

    def write(self, path: Path) -> Archive:
        """Write what was added, whole or not at all, in the order of the names."""
        with NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as stream:
            temporary = Path(stream.name)
            try:
                unzipped = _write_members(stream, (self._members[name].result() for name in sorted(self._members)))
                stream.close()
                temporary.chmod(0o644)
                archive = Archive(file_sha256(temporary), temporary.stat().st_size, unzipped)
                os.replace(temporary, path)
            except BaseException:
                temporary.unlink(missing_ok=True)
                raise
        return archive


def write(path: Path, tree: Path, paths: Iterable[str]) -> Archive:
    """Write files of a tree into a zip, whole or not at all."""
    with Packing() as packing:
        packing.add(tree, paths)
        return packing.write(path)


def file_sha256(path: Path) -> str:
    """A file's SHA-256, hex."""
    with path.open("rb") as stream:
        digest = hashlib.sha256()
        while block := stream.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def _write_members(stream: BinaryIO, members: Iterable[_Member]) -> int:
    directory = []
    offset = unzipped = 0
    for member in members:
        flags = 0 if member.name.isascii() else UTF8
        common = struct.pack(
            "<HHHHHIIIHH",
            *(NEEDS, flags, member.method, TIME, DATE),
            *(member.crc, len(member.data), member.size, len(member.name), 0),
        )
        stream.write(b"PK\x03\x04" + common + member.name)
        stream.write(member.data)
        directory.append(
            b"PK\x01\x02"
            + struct.pack("<H", MADE_BY_UNIX)
            + common
            + struct.pack("<HHHII", 0, 0, 0, MODE << 16, offset)
            + member.name
        )
        offset += 4 + len(common) + len(member.name) + len(member.data)
        unzipped += member.size
    central = b"".join(directory)
    stream.write(central)
    count = len(directory)
    if count > 0xFFFF or offset + len(central) > 0xFFFFFFFF:
        raise ValueError(f"{count} files in {offset} bytes do not fit a plain zip")
    stream.write(b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, count, count, len(central), offset, 0))
    return unzipped


def _compress(name: str, path: Path) -> _Member:
    data = path.read_bytes()
    packed = bytes(deflate.deflate_compress(data, LEVEL)) if data else b""
    method, body = (DEFLATED, packed) if data and len(packed) < len(data) else (STORED, data)
    return _Member(name.encode(), method, body, deflate.crc32(data), len(data))
