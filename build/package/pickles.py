"""Finds which scikit-learn wrote a pickle, without unpickling it, and which runtimes that version has wheels for."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import pickletools
import re
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, cast

from build.builders import uv
from build.host import commands
from build.runtimes import ARCHITECTURES, RUNTIMES, Runtime, supported

MARK = b"_sklearn_version"  # the key before the version, which scikit-learn adds to each estimator's state
WITH_NUMPY_2 = (1, 4, 2)  # the first scikit-learn whose wheels load beside NumPy 2
BLOCK = 1 << 20
MOST = 1 << 30  # the most bytes that are read of a file, after decompression
AFTER = 64  # bytes after the mark in which the version is looked for
STRINGS = ("SHORT_BINUNICODE", "BINUNICODE", "SHORT_BINSTRING", "BINSTRING", "UNICODE", "STRING")
BETWEEN = ("MEMOIZE", "BINPUT", "LONG_BINPUT", "PUT", "FRAME")  # opcodes that may stand before the version
VERSION = re.compile(r"\d+\.\d+[\w.]*\Z")
OPENERS = ((b"\x1f\x8b", gzip.open), (b"BZ", bz2.open), (b"\xfd7zXZ", lzma.open), (b"\x5d\x00", lzma.open))


class NoAnswer(Exception):
    """No package index answered."""


@dataclass(frozen=True)
class Writer:
    """The scikit-learn that wrote a pickle."""

    sklearn: str

    @property
    def pins(self) -> list[str]:
        """Return the requirements of a layer that can read the pickle."""
        return [f"scikit-learn=={self.sklearn}", *(self.bounds or ["pandas"])]

    @property
    def bounds(self) -> list[str]:
        """Return the other requirements of that layer: an old scikit-learn does not exclude a NumPy it cannot load."""
        release = tuple(int(number) for number in re.findall(r"\d+", self.sklearn)[:3])
        return ["numpy<2", "pandas<3"] if release < WITH_NUMPY_2 else []

    def advice(self) -> str:
        """Return advice on how to build a layer for the pickle. The index is asked which runtimes have wheels."""
        fitted = f"It was fitted with scikit-learn {self.sklearn}"
        build = f"build a layer with it: {', '.join(self.pins)} in a file for --requirements"
        usable = runtimes(self)
        if usable is None:  # the index does not answer
            return f"{fitted}; {build}, or fit the model again."
        if not usable:
            return f"{fitted}, which has wheels for no runtime of Lambda. Fit the model again with a later one."
        pythons = " or ".join(f"--python {runtime.python}" for runtime in usable)
        ended = "" if usable[0].end_of_support >= date.today() else " (a runtime whose support AWS has ended)"
        return f"{fitted}; {build}, and {pythons}{ended}. Or fit the model again."


def writer(path: Path) -> Writer | None:
    """Return what wrote a file of pickle or joblib, or None if the file does not contain that. Nothing is executed."""
    tail = b""
    # the file ends early, or its compression is not one of OPENERS
    with suppress(OSError, EOFError, ValueError, zlib.error, lzma.LZMAError):
        for block in _blocks(path):
            data = tail + block
            version = _version(data)
            if version:
                return Writer(version)
            tail = data[-(len(MARK) + AFTER) :]
    return None


def installed(site_packages: Path) -> str | None:
    """Return the version of scikit-learn in a folder of packages."""
    folders = sorted(site_packages.glob("scikit_learn-*.dist-info"))
    return folders[0].name.removesuffix(".dist-info").partition("-")[2] if folders else None


def runtimes(wanted: Writer) -> list[Runtime] | None:
    """Return the runtimes that the packages have wheels for, newest first, or None if no index answers.

    These are runtimes that AWS supports. If there are none, it is the newest one that AWS supported in the past.
    """
    now = supported(date.today())
    with TemporaryDirectory(prefix="wheels-") as name:
        requirements = Path(name, "requirements.txt")
        requirements.write_text("".join(f"{pin}\n" for pin in wanted.pins), encoding="utf-8")
        try:
            usable = [runtime for runtime in now if _has_wheels(requirements, runtime)]
            once = (
                runtime for runtime in reversed(RUNTIMES) if runtime not in now and _has_wheels(requirements, runtime)
            )
            return usable or list(islice(once, 1))
        except (NoAnswer, commands.CommandMissing):
            return None


def _has_wheels(requirements: Path, runtime: Runtime) -> bool:
    has_wheels = uv.UvBuilder(runtime, ARCHITECTURES[0]).has_wheels(requirements)
    if has_wheels is None:
        raise NoAnswer
    return has_wheels


def _version(data: bytes) -> str | None:
    """Return the version after the first mark that is followed by one."""
    start = -1
    while (start := data.find(MARK, start + 1)) >= 0:
        behind = io.BytesIO(data[start + len(MARK) : start + len(MARK) + AFTER])
        with suppress(ValueError, UnicodeDecodeError):  # these bytes are no opcodes: the mark is part of some data
            for opcode, argument, _ in pickletools.genops(behind):
                if opcode.name in BETWEEN:
                    continue
                if opcode.name in STRINGS and isinstance(argument, str) and VERSION.match(argument):
                    return argument
                break
    return None


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as stream:
        head = stream.read(8)
    opener = next((opener for magic, opener in OPENERS if head.startswith(magic)), None)
    left = MOST
    with cast("IO[bytes]", opener(path, "rb") if opener else path.open("rb")) as stream:
        unpack = zlib.decompressobj() if head.startswith(b"\x78") else None
        while left > 0 and (block := stream.read(BLOCK)):
            while block:
                # the size is limited, even where a few bytes expand to many
                data = unpack.decompress(block, BLOCK) if unpack else block
                block = unpack.unconsumed_tail if unpack else b""
                left -= len(data)
                if left <= 0:
                    return
                yield data
