"""Starts the download in a process of its own, which shares memory with this one, and waits for its report.

Nothing has to be copied between the two, the import lock of this process does not slow the download down, and botocore
is never imported here. During the init the new process is a fork, which need not start Python. During a warm-up ping it
is spawned instead, since numpy's libraries and their threads do not survive a fork.
"""

from __future__ import annotations

import gc
import json
import os
import sys
import tempfile
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from serving.loading.errors import FetchError

if TYPE_CHECKING:
    from serving.loading.jobs import Downloaded, Failed, Job

CHILD = "import sys; from serving.loading.transfer import main; main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))"
KILLED = 9  # the wait status of a process that was killed


def start(job: Job, url: str, environ: Mapping[str, str]) -> Callable[[], tuple[Downloaded, int]]:
    """Start a download, and return a function that waits for it.

    That function returns the process's report and an open file in memory, which was made for the object. The caller
    closes the file.

    Raises:
        FetchError: the process cannot be started. The returned function raises it if the download failed.
    """
    memory = _anonymous_file()
    answer, answer_end = os.pipe()
    # botocore need not compute checksums, because the model's digest is checked here
    variables = {**environ, "AWS_RESPONSE_CHECKSUM_VALIDATION": "when_required"}
    begin = _fork if _may_fork() else _spawn
    try:
        child = begin(json.dumps(job), memory, answer_end, variables)
    except OSError as error:  # there are too many processes, or there is no memory for another
        os.close(memory)
        os.close(answer)
        raise FetchError(f"the download of {url} cannot be started: {error.strerror}") from error
    finally:
        os.close(answer_end)

    def wait() -> tuple[Downloaded, int]:
        with os.fdopen(answer, "rb") as stream:
            written = stream.read()
        _, status = os.waitpid(child, 0)
        try:
            return _read(written, status, url), memory
        except FetchError:
            os.close(memory)
            raise

    return wait


def _read(written: bytes, status: int, url: str) -> Downloaded:
    try:
        report: Downloaded | Failed = json.loads(written)
    except ValueError:  # the process ended before it had written all of its report, or any of it
        why = ". Linux does that where memory runs out: raise memory_size" if status == KILLED else ""
        raise FetchError(f"the download of {url} ended without a word, with wait status {status}{why}") from None
    if "error" in report:
        raise FetchError(report["error"])
    return report


def _may_fork() -> bool:
    """Return whether a fork is safe here: no library with locks of its own is loaded, and no other thread runs."""
    return "numpy" not in sys.modules and len(os.listdir("/proc/self/task")) == 1


def _fork(job: str, memory: int, answer: int, environ: Mapping[str, str]) -> int:
    """Download in a copy of this process, and return its id."""
    child = os.fork()
    if child == 0:
        try:
            from serving.loading import transfer

            gc.enable()
            os.environ.clear()
            os.environ.update(environ)
            transfer.main(job, memory, answer)
        except BaseException:
            sys.excepthook(*sys.exc_info())
        finally:
            os._exit(1)  # this copy must never continue as the process that serves requests
    return child


def _spawn(job: str, memory: int, answer: int, environ: Mapping[str, str]) -> int:
    """Download in a new Python process, and return its id."""
    for descriptor in (memory, answer):
        os.set_inheritable(descriptor, True)
    command = [sys.executable, "-S", "-s", "-B", "-c", CHILD, job, f"{memory}", f"{answer}"]
    path = os.pathsep.join(filter(None, sys.path))
    child = os.posix_spawn(sys.executable, command, {**environ, "PYTHONPATH": path})
    os.set_inheritable(memory, False)
    return child


def _anonymous_file() -> int:
    """Open a file without a name: in memory, or in /tmp where the C library is too old for that (python3.10, 3.11)."""
    if hasattr(os, "memfd_create"):
        return os.memfd_create("model")
    with tempfile.TemporaryFile(prefix="model-") as stream:
        return os.dup(stream.fileno())
