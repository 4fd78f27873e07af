"""Runs a download in a process of its own, which shares memory with this one: no lock, no copy, no botocore here.

At the init it is a fork, which need not start Python; at a ping it is spawned, since numpy's libraries and their
threads survive no fork.
"""

from __future__ import annotations

import gc
import json
import os
import sys
import tempfile
from collections.abc import Callable, Mapping

from serving.loading.errors import FetchError

CHILD = "import sys; from serving.loading.transfer import main; main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))"
KILLED = 9  # a process's status


def start(job: dict, url: str, environ: Mapping[str, str]) -> Callable[[], tuple[dict, int]]:
    """Start a download, and return how to wait for it.

    That gives what the process says came, and the open file in memory that was there for it, which the caller closes.

    Args:
        job: of `transfer.main`.

    Raises:
        FetchError: also when it is waited for.
    """
    memory = _anonymous_file()
    answer, answer_end = os.pipe()
    # The digest is checked here
    variables = {**environ, "AWS_RESPONSE_CHECKSUM_VALIDATION": "when_required"}
    begin = _fork if _may_fork() else _spawn
    try:
        child = begin(json.dumps(job), memory, answer_end, variables)
    except OSError as error:  # too many processes, or no memory for one
        os.close(memory)
        os.close(answer)
        raise FetchError(f"the download of {url} cannot be started: {error.strerror}") from error
    finally:
        os.close(answer_end)

    def wait() -> tuple[dict, int]:
        with os.fdopen(answer, "rb") as stream:
            said = stream.read()
        _, status = os.waitpid(child, 0)
        try:
            return _read(said, status, url), memory
        except FetchError:
            os.close(memory)
            raise

    return wait


def _read(said: bytes, status: int, url: str) -> dict:
    try:
        found = json.loads(said)
    except ValueError:  # it ended before it had said all, or anything
        why = ". Linux does that where memory runs out: raise memory_size" if status == KILLED else ""
        raise FetchError(f"the download of {url} ended without a word, with wait status {status}{why}") from None
    if "error" in found:
        raise FetchError(found["error"])
    return found


def _may_fork() -> bool:
    """Whether nothing is here that a fork could harm: libraries that have their own locks, or threads of any kind."""
    return "numpy" not in sys.modules and len(os.listdir("/proc/self/task")) == 1


def _fork(job: str, memory: int, answer: int, environ: Mapping[str, str]) -> int:
    """Download in a copy of this process; its id."""
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


def _anonymous_file() -> int:
    """A file without a name, in memory; where the C library is too old for that (python3.10, 3.11) in /tmp."""
    if hasattr(os, "memfd_create"):
        return os.memfd_create("model")
    with tempfile.TemporaryFile(prefix="model-") as stream:
        return os.dup(stream.fileno())
