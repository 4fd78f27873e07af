"""Brings the model's bytes to this environment while the libraries are imported.

Importing holds Python's lock, so a thread would get its turn every 5 ms, one packet a turn. In bundle mode that does no
harm: the file is mapped and hashed in one call that needs no lock. A download is a process of its own (`transfer`),
which shares memory with this one: no lock, no copy, and botocore never gets into this process. At the init it is a
fork, which need not start Python; at a ping it is spawned, since numpy's libraries and their threads survive no fork.
"""

from __future__ import annotations

import gc
import hashlib
import json
import mmap
import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from serving.errors import FetchError
from serving.settings import Settings

CHILD = "import sys; from serving import transfer; transfer.main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))"

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


Fetch = Callable[[], Fetched]  # waits for the bytes; raises FetchError


def begin(settings: Settings, environ: Mapping[str, str] = os.environ) -> Fetch:
    """Start bringing the model here, and return how to wait for it."""
    if settings.file is not None:
        return _of_file(settings.file)
    kept = kept_path(settings)
    if kept is not None and kept.exists():
        return _of_file(kept)
    return _download(settings, environ)


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


def _download(settings: Settings, environ: Mapping[str, str]) -> Fetch:
    memory = _anonymous_file()
    answer, answer_end = os.pipe()
    # The digest is checked here
    variables = {**environ, "AWS_RESPONSE_CHECKSUM_VALIDATION": "when_required"}
    start = _fork if _may_fork() else _spawn
    try:
        child = start(json.dumps(_job(settings, environ)), memory, answer_end, variables)
    except OSError as error:  # too many processes, or no memory for one
        os.close(memory)
        os.close(answer)
        raise FetchError(f"the download of {settings.url} cannot be started: {error.strerror}") from error
    finally:
        os.close(answer_end)

    def wait() -> Fetched:
        with os.fdopen(answer, "rb") as stream:
            said = stream.read()
        _, status = os.waitpid(child, 0)
        try:
            return _downloaded(settings, memory, json.loads(said or b"null"), status)
        except BaseException:
            os.close(memory)
            raise

    return wait


def _may_fork() -> bool:
    """Whether nothing is here that a fork could harm: libraries that have their own locks, or threads of any kind."""
    return "numpy" not in sys.modules and len(os.listdir("/proc/self/task")) == 1


def _fork(job: str, memory: int, answer: int, environ: Mapping[str, str]) -> int:
    """Download in a copy of this process; its id."""
    child = os.fork()
    if child == 0:
        try:
            from serving import transfer

            gc.enable()
            os.environ.clear()
            os.environ.update(environ)
            transfer.main(job, memory, answer)
        except BaseException:
            sys.excepthook(*sys.exc_info())
        finally:
            os._exit(1)  # whatever happened: this is not the process that serves
    return child


def _spawn(job: str, memory: int, answer: int, environ: Mapping[str, str]) -> int:
    """Download in a process of its own; its id."""
    for descriptor in (memory, answer):
        os.set_inheritable(descriptor, True)
    command = [sys.executable, "-S", "-s", "-B", "-c", CHILD, job, f"{memory}", f"{answer}"]
    path = os.pathsep.join(filter(None, sys.path))
    child = os.posix_spawn(sys.executable, command, {**environ, "PYTHONPATH": path})
    os.set_inheritable(memory, False)
    return child


def _job(settings: Settings, environ: Mapping[str, str]) -> dict:
    megabytes = environ.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE")
    return {
        "began": time.perf_counter(),
        "bucket": settings.bucket,
        "key": settings.key,
        "version_id": settings.version_id,
        "sha256": settings.sha256,
        "path": os.fspath(kept_path(settings) or Path(tempfile.gettempdir()) / f"model-{time.time_ns()}"),
        "fits_memory": ((int(megabytes) << 20) - OTHER_BYTES) // COPIES if megabytes else None,
    }


def _downloaded(settings: Settings, memory: int, said: dict | None, status: int) -> Fetched:
    if said is None:
        raise FetchError(f"the download of {settings.url} ended without a word, with wait status {status}")
    if "error" in said:
        raise FetchError(said["error"])
    if said["path"] is None:
        path = f"/proc/self/fd/{memory}"
        return Fetched(_map(path), path, said["sha256"], said["seconds"], said, memory)
    descriptor = os.open(said["path"], os.O_RDONLY)
    os.close(memory)
    if settings.sha256 != said["sha256"]:
        os.unlink(said["path"])  # stays readable for whom has it open
    path = f"/proc/self/fd/{descriptor}"
    return Fetched(_map(path), path, said["sha256"], said["seconds"], said, descriptor)


def _anonymous_file() -> int:
    """A file without a name, in memory; where the C library is too old for that (python3.10, 3.11) in /tmp."""
    if hasattr(os, "memfd_create"):
        return os.memfd_create("model")
    with tempfile.TemporaryFile(prefix="model-") as stream:
        return os.dup(stream.fileno())


def _map(path: str | os.PathLike[str]) -> mmap.mmap:
    with open(path, "rb") as stream:
        return mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
