"""Brings the model's bytes to this environment while the libraries are imported.

Importing holds Python's lock, so a thread would get its turn every 5 ms, one packet a turn. In bundle mode that does no
harm: the file is mapped and hashed in one call that needs no lock. A download is a process of its own (`processes`).
"""

from __future__ import annotations

import hashlib
import mmap
import os
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from serving.loading import deadlines, processes
from serving.loading.errors import FetchError
from serving.loading.settings import Settings

# What the environment needs beside the model, roughly, and how often it holds the model while it is unpickled
OTHER_BYTES, COPIES = 256 << 20, 2


@dataclass(frozen=True)
class Fetched:
    """The model's bytes and what is known of them; nothing was checked yet."""

    data: mmap.mmap  # the bytes, mapped: reading them copies nothing
    path: str  # opens the same bytes, until this is closed
    sha256: str  # of the bytes that came
    seconds: float  # that it took
    facts: dict = field(default_factory=dict)  # what S3 says: etag, version_id, metadata
    descriptor: int | None = None

    def close(self) -> None:
        """Let go of the memory, once nobody reads it any more: whatever was mapped from it stays."""
        if self.descriptor is not None:
            os.close(self.descriptor)


class TimeLeft(NamedTuple):
    """What there is for a download."""

    until: float  # by time.perf_counter
    patience: float  # seconds after which a refusal by S3 is final


Fetch = Callable[[], Fetched]  # waits for the bytes; raises FetchError


def begin(settings: Settings, environ: Mapping[str, str] = os.environ, seconds: float | None = None) -> Fetch:
    """Start bringing the model here, and return how to wait for it.

    Args:
        seconds: that a download may take; None: what an init has.
    """
    if settings.file is not None:
        return _of_file(settings.file)
    patience = 0.0
    if seconds is None:
        seconds = deadlines.of_init(settings.timeout, environ)
        patience = deadlines.of_patience(seconds, environ)
    time_left = TimeLeft(time.perf_counter() + seconds, patience)
    kept = kept_path(settings)
    if kept is not None and os.path.lexists(kept):
        return _of_kept(kept, settings, environ, time_left)
    return _download(settings, environ, time_left)


def kept_path(settings: Settings) -> Path | None:
    """Where a model that memory is too short for lies in /tmp.

    Lambda runs an init that took too long once more, with the same /tmp, and then the bytes are here already. Models
    that fit into memory are not written there: that costs every init, and another fetch runs beside the imports.
    """
    return Path(tempfile.gettempdir()) / f"model-{settings.sha256}" if settings.sha256 else None


def _of_file(path: Path) -> Fetch:
    """A file on this disk. The thread also reads it ahead, as Lambda's disk brings blocks when they are first read."""
    result: list = []

    def read() -> None:
        began = time.perf_counter()
        try:
            data = _map(path)
            digest = hashlib.sha256(data).hexdigest()
            result.append(Fetched(data, os.fspath(path), digest, time.perf_counter() - began))
        except OSError as error:
            result.append(FetchError(f"the model's file {path} cannot be read: {error.strerror}"))
        except ValueError:  # as mmap says it
            result.append(FetchError(f"the model's file {path} is empty"))

    thread = threading.Thread(target=read)
    thread.start()

    def wait() -> Fetched:
        thread.join()
        if isinstance(result[0], FetchError):
            raise result[0]
        return result[0]

    return wait


def _of_kept(path: Path, settings: Settings, environ: Mapping[str, str], time_left: TimeLeft) -> Fetch:
    """What an earlier init left in /tmp; where that is something else by now, a download."""
    read = _of_file(path)

    def wait() -> Fetched:
        try:
            found = read()
            if found.sha256 == settings.sha256:
                return found
            found.data.close()  # or else its room is not free
            why = f"{path} has SHA-256 {found.sha256}"
        except FetchError as error:
            why = str(error)
        print(f"[WARNING] {settings.url} is downloaded anew: {why}, expected {settings.sha256}")
        with suppress(OSError):  # a folder stays, and the download lies beside it
            path.unlink()
        return _download(settings, environ, time_left)()

    return wait


def _download(settings: Settings, environ: Mapping[str, str], time_left: TimeLeft) -> Fetch:
    wait_for = processes.start(_job(settings, environ, time_left), settings.url, environ)

    def wait() -> Fetched:
        said, descriptor = wait_for()
        try:
            if said["path"] is not None:
                os.close(descriptor)
                descriptor = os.open(said["path"], os.O_RDONLY)
                if not said["kept"]:
                    os.unlink(said["path"])  # stays readable for whom has it open
            path = f"/proc/self/fd/{descriptor}"
            return Fetched(_map(path), path, said["sha256"], said["seconds"], said, descriptor)
        except OSError as error:
            with suppress(OSError):
                os.close(descriptor)
            raise FetchError(f"the download of {settings.url} cannot be read: {error.strerror}") from error

    return wait


def _job(settings: Settings, environ: Mapping[str, str], time_left: TimeLeft) -> dict:
    megabytes, began = environ.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE"), time.perf_counter()
    seconds = max(time_left.until - began, 0.1)
    return {
        "began": began,
        "seconds": seconds,
        "silence": deadlines.of_silence(seconds),
        "patience": time_left.patience,
        "bucket": settings.bucket,
        "key": settings.key,
        "version_id": settings.version_id,
        "sha256": settings.sha256,
        "path": os.fspath(kept_path(settings) or Path(tempfile.gettempdir()) / "model-followed"),
        "fits_memory": ((int(megabytes) << 20) - OTHER_BYTES) // COPIES if megabytes else None,
    }


def _map(path: str | os.PathLike[str]) -> mmap.mmap:
    with open(path, "rb") as stream:
        return mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
