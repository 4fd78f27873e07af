"""Downloads one object of S3 into an open file: the work of the process that `serving.loading.processes` starts.

The process ends as soon as it has written its report. It tears nothing down, so nobody has to wait for that.
"""

from __future__ import annotations

import hashlib
import json
import mmap
import os
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, NoReturn

from serving.loading import ranges
from serving.loading.errors import NoRoom
from serving.loading.ranges import CONNECTIONS, Range, Refused

if TYPE_CHECKING:
    from serving.loading.jobs import Downloaded, Failed, Job

SMALLEST_RANGE = 16 << 20  # bytes: the size of the first request, and the least size of each other one
MOST_RANGES = 8  # the most requests for the rest of the object
CHUNK = 1 << 20
TRIES = 2  # a range is given up after so many tries in a row that brought no bytes


class Progress:
    """Counts the bytes that have arrived so far."""

    def __init__(self) -> None:
        self.size: int | None = None  # the object's size, once S3 has said it
        self.received: dict[int, int] = {}  # where a range begins -> how many bytes of it have arrived


def main(job: str, memory: int, answer: int) -> NoReturn:
    """Download the object, report, and end the process in any case, and before the job's time is over.

    Args:
        job: the order as JSON, which `serving.loading.fetching` writes.
        memory: an open file for the object. If memory has no room for it, a file at the job's path is used instead.
        answer: an open file for the report as JSON: what arrived, or {"error": ...} with a message.
    """
    order: Job = json.loads(job)
    progress = Progress()
    reporting = threading.Lock()

    def report(content: Downloaded | Failed) -> NoReturn:
        reporting.acquire()  # it is never released: whichever thread comes first ends the process
        try:
            with os.fdopen(answer, "w") as stream:
                json.dump(content, stream)
        finally:
            os._exit(0)  # even if nobody reads the report any more

    def watch() -> None:
        """End the process in time wherever it hangs, because some waits here accept no limit."""
        time.sleep(max(order["began"] + order["seconds"] - time.perf_counter(), 0))  # one clock for all processes
        from serving.loading import causes, scratch

        scratch.clear(os.path.dirname(order["path"]))
        report({"error": causes.late(order, progress.size, sum(list(progress.received.values())))})

    threading.Thread(target=watch, daemon=True).start()
    content: Downloaded | Failed
    try:
        content = download(order, memory, progress)
    except Exception as error:
        from serving.loading import causes

        content = {"error": causes.explain(error, order)}
    report(content)


def download(job: Job, memory: int, progress: Progress) -> Downloaded:
    """Download an object in parallel ranges, compute its digest in their order as they arrive, and report."""
    first = ranges.get(job, 0, SMALLEST_RANGE)
    progress.size = first.size
    # All further ranges have to belong to the same version of the object
    same: Job = {
        **job,
        "version_id": job["version_id"] or first.version_id,
        "etag": first.etag,
        "size": first.size,
    }
    pieces = split(first.size) if first.end < first.size else [(0, first.size)]
    unread = [first]

    def ask(start: int, end: int) -> Range:
        return unread.pop() if start == 0 and unread else ranges.get(same, start, end)

    path, kept = None, False
    if job["fits_memory"] is None or first.size <= job["fits_memory"]:
        digest = _receive(ask, memory, pieces, progress)
    else:
        from serving.loading import scratch

        with scratch.unfinished(job["path"], first.size) as (path, target):
            digest = _receive(ask, target, pieces, progress)
        # Only the expected model stays in /tmp for the next init of this execution environment
        kept = digest == job["sha256"] and scratch.keep(path, job["path"])
    return {
        "etag": first.etag,
        "version_id": first.version_id,
        "metadata": first.metadata,
        "path": job["path"] if kept else path,
        "kept": kept,
        "sha256": digest,
        "seconds": time.perf_counter() - job["began"],
    }


def split(size: int) -> list[tuple[int, int]]:
    """Return the ranges in which an object is asked for. The first is chosen before anybody knows the size."""
    length = max(SMALLEST_RANGE, -(-(size - SMALLEST_RANGE) // MOST_RANGES))
    rest = range(SMALLEST_RANGE, size, length)
    return [(0, min(SMALLEST_RANGE, size)), *((start, min(start + length, size)) for start in rest)]


def _receive(ask: Callable[[int, int], Range], target: int, pieces: list[tuple[int, int]], progress: Progress) -> str:
    """Write all ranges to their places, a few at a time, and return the digest of the whole."""
    size = pieces[-1][1]
    _make_room(target, size)
    done = {piece: threading.Event() for piece in pieces}
    failed: list[Exception] = []
    queue = iter(pieces)
    lock = threading.Lock()

    def work() -> None:
        while not failed:
            with lock:
                piece = next(queue, None)
            if piece is None:
                return
            try:
                _bring(ask, target, *piece, progress)
            except Exception as error:
                failed.append(error)
            done[piece].set()

    for _ in pieces[:CONNECTIONS]:
        threading.Thread(target=work, daemon=True).start()
    digest = hashlib.sha256()
    with mmap.mmap(target, size, access=mmap.ACCESS_READ) as mapped, memoryview(mapped) as view:
        for start, end in pieces:
            while not done[start, end].wait(0.05) and not failed:
                pass
            if failed:
                raise failed[0]
            with view[start:end] as block:
                digest.update(block)
    return digest.hexdigest()


def _bring(ask: Callable[[int, int], Range], target: int, start: int, end: int, progress: Progress) -> None:
    """Write one range to its place. If the connection breaks off, ask for the rest for as long as tries bring more."""
    at, tries = start, 0
    while at < end:
        before = at
        try:
            answer = ask(at, end)
            while at < end and (chunk := answer.read(min(CHUNK, end - at))):
                _write(target, chunk, at)
                at += len(chunk)
                progress.received[start] = at - start
            if at < end:
                raise ConnectionError(f"{end - at:,} bytes are missing")
        except (NoRoom, Refused):  # the next try would end in the same way
            raise
        except Exception:  # the two clients report a broken connection in many ways
            tries = 1 if at > before else tries + 1
            if tries == TRIES:
                raise


def _make_room(target: int, size: int) -> None:
    try:
        os.ftruncate(target, size)
    except OSError as error:
        raise NoRoom.of(size, error) from error


def _write(target: int, chunk: bytes, at: int) -> None:
    view = memoryview(chunk)
    while view:
        try:
            written = os.pwrite(target, view, at)
        except OSError as error:
            raise NoRoom.of(os.fstat(target).st_size, error) from error
        at, view = at + written, view[written:]
