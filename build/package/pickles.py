"""Tells which scikit-learn wrote a pickle, without unpickling it, and where that version can be installed."""

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

MARK = b"_sklearn_version"  # what scikit-learn adds to each estimator's state, before the version
WITH_NUMPY_2 = (1, 4, 2)  # the first scikit-learn whose wheels load beside NumPy 2
BLOCK = 1 << 20
MOST = 1 << 30  # bytes that are read, after decompression
AFTER = 64  # bytes behind the mark that hold the version
STRINGS = ("SHORT_BINUNICODE", "BINUNICODE", "SHORT_BINSTRING", "BINSTRING", "UNICODE", "STRING")
BETWEEN = ("MEMOIZE", "BINPUT", "LONG_BINPUT", "PUT", "FRAME")  # opcodes that may stand before the version
VERSION = re.compile(r"\d+\.\d+[\w.]*\Z")
OPENERS = ((b"\x1f\x8b", gzip.open), (b"BZ", bz2.open), (b"\xfd7zXZ", lzma.open), (b"\x5d\x00", lzma.open))


class NoAnswer(Exception):
    """No package index answers."""


@dataclass(frozen=True)
class Writer:
    """What wrote a pickle."""

    sklearn: str

    @property
    def pins(self) -> list[str]:
        """Requirements of a layer that reads it."""
        return [f"scikit-learn=={self.sklearn}", *(self.bounds or ["pandas"])]

    @property
    def bounds(self) -> list[str]:
        """What else such a layer has to ask for: an old scikit-learn does not rule out a NumPy that it cannot load."""
        release = tuple(int(part) for part in re.findall(r"\d+", self.sklearn)[:3])
        return ["numpy<2", "pandas<3"] if release < WITH_NUMPY_2 else []

    def advice(self) -> str:
        """How to build a layer for the pickle, in words; the index is asked which runtimes there are wheels for."""
        fitted = f"It was fitted with scikit-learn {self.sklearn}"
        build = f"build a layer with it: {', '.join(self.pins)} in a file for --requirements"
        found = runtimes(self)
        if found is None:  # the index does not answer
            return f"{fitted}; {build}, or fit the model again."
        if not found:
            return f"{fitted}, which has wheels for no runtime of Lambda. Fit the model again with a later one."
        pythons = " or ".join(f"--python {each.python}" for each in found)
        ended = "" if found[0].end_of_support >= date.today() else " (a runtime whose support AWS has ended)"
        return f"{fitted}; {build}, and {pythons}{ended}. Or fit the model again."


def writer(path: Path) -> Writer | None:
    """What wrote a file of pickle or joblib; None if it does not tell. Nothing in it is executed."""
    tail = b""
    # a file that ends early, or a compression that is not known here
    with suppress(OSError, EOFError, ValueError, zlib.error, lzma.LZMAError):
        for block in _blocks(path):
            data = tail + block
            version = _version(data)
            if version:
                return Writer(version)
            tail = data[-(len(MARK) + AFTER) :]
    return None


def installed(site_packages: Path) -> str | None:
    """The version of scikit-learn in a folder of packages."""
    found = sorted(site_packages.glob("scikit_learn-*.dist-info"))
    return found[0].name.removesuffix(".dist-info").partition("-")[2] if found else None


def runtimes(wanted: Writer) -> list[Runtime] | None:
    """The runtimes that AWS supports and that the packages have wheels for, newest first; None if no index answers.

    If there are none, the newest of those that AWS supported once.
    """
    now = supported(date.today())
    with TemporaryDirectory(prefix="wheels-") as name:
        requirements = Path(name, "requirements.txt")
        requirements.write_text("".join(f"{pin}\n" for pin in wanted.pins), encoding="utf-8")
        try:
            found = [each for each in now if _has_wheels(requirements, each)]
            once = (each for each in reversed(RUNTIMES) if each not in now and _has_wheels(requirements, each))
            return found or list(islice(once, 1))
        except (NoAnswer, commands.CommandMissing):
            return None


def _has_wheels(requirements: Path, runtime: Runtime) -> bool:
    found = uv.UvBuilder(runtime, ARCHITECTURES[0]).has_wheels(requirements)
    if found is None:
        raise NoAnswer
    return found


def _version(data: bytes) -> str | None:
    """The version that follows the first mark which one follows."""
    start = -1
    while (start := data.find(MARK, start + 1)) >= 0:
        behind = io.BytesIO(data[start + len(MARK) : start + len(MARK) + AFTER])
        with suppress(ValueError, UnicodeDecodeError):  # no opcodes: the mark stands in data
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
                # bounded, too, if a few bytes become many
                data = unpack.decompress(block, BLOCK) if unpack else block
                block = unpack.unconsumed_tail if unpack else b""
                left -= len(data)
                if left <= 0:
                    return
                yield data
