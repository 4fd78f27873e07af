"""Recognizes the format in which a file holds a model: pickle, joblib or skops."""

from __future__ import annotations

import zipfile
from pathlib import Path

from build.errors import UserError

# The first bytes of what joblib.dump(compress=...) writes: gzip, zlib, bzip2, xz, lzma, lz4
COMPRESSED = (b"\x1f\x8b", b"\x78", b"BZ", b"\xfd7zXZ", b"\x5d\x00", b"\x04\x22\x4d\x18")
PICKLE = b"\x80"  # protocol 2 and later
ZIP = b"PK\x03\x04"
SKOPS = "schema.json"  # a file in the zip archives that skops writes
SUFFIXES = {"pickle": "pkl", "joblib": "joblib", "skops": "skops"}
JOBLIB_MARK = b"joblib.numpy_pickle"  # the module of the class that joblib writes before each array


class NoModel(UserError):
    template = (
        "There is no model {path}. Give the pickled estimator with --model FILE, or make an example: "
        "invoke train-example"
    )


class UnknownFormat(UserError):
    template = (
        "{path} is not a model in a format that is supported.\n"
        "Write it with pickle.dump (protocol 2 or later, as is the default), joblib.dump or skops.io.dump."
    )


def sniff(path: Path) -> str:
    """Return the format of a model's file, by its first bytes: a key of the handler's table of formats.

    Raises:
        NoModel, UnknownFormat
    """
    if not path.is_file():
        raise NoModel(path=path)
    with path.open("rb") as stream:
        head = stream.read(8)
        if any(head.startswith(magic) for magic in COMPRESSED):
            return "joblib"
        if head.startswith(ZIP) and _is_skops(path):
            return "skops"
        if not head.startswith(PICKLE):
            raise UnknownFormat(path=path)
        stream.seek(0)
        tail = b""
        while block := stream.read(1 << 20):
            if JOBLIB_MARK in tail + block:
                return "joblib"
            tail = block[-len(JOBLIB_MARK) :]
    return "pickle"


def _is_skops(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            return SKOPS in archive.namelist()
    except zipfile.BadZipFile:
        return False
