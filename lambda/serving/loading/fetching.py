"""Brings the model's bytes to this execution environment while the libraries are imported.

Python's import holds the global interpreter lock, so a thread that downloads would run only once every 5 ms, for one
packet each time. In bundle mode this does no harm, since the file is mapped and hashed in one call that needs no lock.
A download from S3 therefore runs in a process of its own; `serving.loading.processes` starts it.
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
from typing import TYPE_CHECKING, NamedTuple

from serving.loading import deadlines, processes
from serving.loading.errors import FetchError
from serving.loading.settings import Settings

if TYPE_CHECKING:
    from serving.loading.jobs import Job

# A rough guess at the bytes that a function needs besides its model, and at the copies that exist during unpickling
OTHER_BYTES, COPIES = 256 << 20, 2


@dataclass(frozen=True)
class Fetched:
    """The model's bytes and what is known about them. Nothing has been checked yet."""

    data: mmap.mmap  # the bytes, mapped into memory: reading them copies nothing
    path: str  # a path under which the same bytes can be opened until `close` is called
    sha256: str  # the digest of the bytes that arrived
    seconds: float  # how long the fetch took
    etag: str | None = None  # the object's ETag; S3 sends it with the metadata
    metadata: Mapping[str, str] = field(default_factory=dict)
    descriptor: int | None = None

    def close(self) -> None:
        """Release the memory when it is no longer read. What was mapped from it stays valid."""
        if self.descriptor is not None:
            os.close(self.descriptor)


class TimeLeft(NamedTuple):
    """How much time a download has."""

    until: float  # by time.perf_counter
    patience: float  # seconds after which a refusal by S3 is final


Fetch = Callable[[], Fetched]  # waits for the bytes and returns them; raises FetchError


def begin(settings: Settings, environ: Mapping[str, str] = os.environ, seconds: float | None = None) -> Fetch:
    """Start bringing the model here, and return a function that waits for it.

    Args:
        seconds: how long a download may take; None gives it the time that an init has.
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
    """Return the path in /tmp for a model that memory has no room for.

    When an init takes too long, Lambda runs it once more with the same /tmp, and then the bytes are already here.
    Models that fit into memory are not written there: writing would make every init slower, while a second download
    runs beside the imports and costs little.
    """
    return Path(tempfile.gettempdir()) / f"model-{settings.sha256}" if settings.sha256 else None


def _of_file(path: Path) -> Fetch:
    """Read a file in a thread. This also loads its blocks early, because Lambda loads each one at its first use."""
    result: list[Fetched | FetchError] = []

    def read() -> None:
        began = time.perf_counter()
        try:
            data = _map(path)
            digest = hashlib.sha256(data).hexdigest()
            result.append(Fetched(data, os.fspath(path), digest, time.perf_counter() - began))
        except OSError as error:
            result.append(FetchError(f"the model's file {path} cannot be read: {error.strerror}"))
        except ValueError:  # this is how mmap reports an empty file
            result.append(FetchError(f"the model's file {path} is empty"))

    thread = threading.Thread(target=read)
    thread.start()

    def wait() -> Fetched:
        thread.join()
        fetched = result[0]
        if isinstance(fetched, FetchError):
            raise fetched
        return fetched

    return wait


def _of_kept(path: Path, settings: Settings, environ: Mapping[str, str], time_left: TimeLeft) -> Fetch:
    """Use the file that an earlier init left in /tmp, or download the model again if the file is not that model."""
    read = _of_file(path)

    def wait() -> Fetched:
        try:
            fetched = read()
            if fetched.sha256 == settings.sha256:
                return fetched
            fetched.data.close()  # otherwise the disk space would not be free for the download
            why = f"{path} has SHA-256 {fetched.sha256}"
        except FetchError as error:
            why = str(error)
        print(f"[WARNING] {settings.url} is downloaded again: {why}, expected {settings.sha256}")
        with suppress(OSError):  # a folder of that name stays, and the download is written beside it
            path.unlink()
        return _download(settings, environ, time_left)()

    return wait


def _download(settings: Settings, environ: Mapping[str, str], time_left: TimeLeft) -> Fetch:
    wait_for = processes.start(_job(settings, environ, time_left), settings.url, environ)

    def wait() -> Fetched:
        report, descriptor = wait_for()
        try:
            if report["path"] is not None:
                os.close(descriptor)
                descriptor = os.open(report["path"], os.O_RDONLY)
                if not report["kept"]:
                    os.unlink(report["path"])  # the open descriptor keeps the bytes readable
            path = f"/proc/self/fd/{descriptor}"
            data, digest, seconds = _map(path), report["sha256"], report["seconds"]
            return Fetched(data, path, digest, seconds, report["etag"], report["metadata"], descriptor)
        except OSError as error:
            with suppress(OSError):
                os.close(descriptor)
            raise FetchError(f"the download of {settings.url} cannot be read: {error.strerror}") from error

    return wait


def _job(settings: Settings, environ: Mapping[str, str], time_left: TimeLeft) -> Job:
    megabytes, began = environ.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE"), time.perf_counter()
    seconds = max(time_left.until - began, 0.1)
    return {
        "began": began,
        "seconds": seconds,
        "silence": deadlines.of_silence(seconds),
        "patience": time_left.patience,
        "bucket": settings.bucket or "",
        "key": settings.key or "",
        "version_id": settings.version_id,
        "sha256": settings.sha256,
        "path": os.fspath(kept_path(settings) or Path(tempfile.gettempdir()) / "model-followed"),
        "fits_memory": ((int(megabytes) << 20) - OTHER_BYTES) // COPIES if megabytes else None,
    }


def _map(path: str | os.PathLike[str]) -> mmap.mmap:
    with open(path, "rb") as stream:
        return mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
