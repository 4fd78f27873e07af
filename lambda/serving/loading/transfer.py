"""Downloads one object of S3 into an open file: what the process does that `processes` forks or spawns.

It ends with the answer, and leaves nothing to tear down that somebody would wait for.
"""

from __future__ import annotations

import hashlib
import json
import mmap
import os
import threading
import time
from collections.abc import Callable
from typing import NoReturn

from serving.loading import ranges
from serving.loading.errors import NoRoom
from serving.loading.ranges import CONNECTIONS, Part, Refused

PART = 16 << 20  # bytes that the first request asks for, and each other one at least
PARTS = 8  # that the rest is asked for in, at most
CHUNK = 1 << 20
TRIES = 2  # after which a part that brings nothing more is given up


class Progress:
    """What has come so far."""

    def __init__(self) -> None:
        self.size: int | None = None  # of the object, once S3 has said it
        self.came: dict[int, int] = {}  # bytes, by the place where their part begins


def main(job: str, memory: int, answer: int) -> NoReturn:
    """Download, say what came, and end the process, in time and whatever happens.

    Args:
        job: JSON, of `fetching`.
        memory: an open file, for the object; where memory is too short for it, a file at the job's path is used.
        answer: an open file, for JSON: what came, or {"error": ...} in words.
    """
    order = json.loads(job)
    progress = Progress()
    telling = threading.Lock()

    def tell(said: dict) -> NoReturn:
        telling.acquire()  # and never released: who comes first ends the process
        try:
            with os.fdopen(answer, "w") as stream:
                json.dump(said, stream)
        finally:
            os._exit(0)  # also where nobody listens any more

    def watch() -> None:
        """End what hangs, wherever it does: not all that waits here can be told how long to wait."""
        time.sleep(max(order["began"] + order["seconds"] - time.perf_counter(), 0))  # one clock for all processes
        from serving.loading import causes, scratch

        scratch.clear(os.path.dirname(order["path"]))
        tell({"error": causes.late(order, progress.size, sum(list(progress.came.values())))})

    threading.Thread(target=watch, daemon=True).start()
    try:
        said = download(order, memory, progress)
        said["seconds"] = time.perf_counter() - order["began"]
    except Exception as error:
        from serving.loading import causes

        said = {"error": causes.explain(error, order)}
    tell(said)


def download(job: dict, memory: int, progress: Progress) -> dict:
    """Download an object in parallel ranges, hashed in order as they come, and say what came."""
    first = ranges.get(job, 0, PART)
    progress.size = first.size
    # What follows must be of the same object
    same = {**job, "version_id": job["version_id"] or first.version_id, "etag": first.etag, "size": first.size}
    pieces = split(first.size) if first.end < first.size else [(0, first.size)]
    got = [first]

    def ask(start: int, end: int) -> Part:
        return got.pop() if start == 0 and got else ranges.get(same, start, end)

    said = {"etag": first.etag, "version_id": first.version_id, "metadata": first.metadata}
    if job["fits_memory"] is None or first.size <= job["fits_memory"]:
        return {**said, "path": None, "sha256": _receive(ask, memory, pieces, progress)}
    from serving.loading import scratch

    with scratch.part(job["path"], first.size) as (path, target):
        digest = _receive(ask, target, pieces, progress)
    # Only what was asked for stays, for the next init of this environment
    kept = digest == job["sha256"] and scratch.keep(path, job["path"])
    return {**said, "path": job["path"] if kept else path, "kept": kept, "sha256": digest}


def split(size: int) -> list[tuple[int, int]]:
    """The ranges in which an object of that size is asked for: the first before anybody knows the size."""
    length = max(PART, -(-(size - PART) // PARTS))
    return [(0, min(PART, size)), *((start, min(start + length, size)) for start in range(PART, size, length))]


def _receive(ask: Callable[[int, int], Part], target: int, pieces: list[tuple[int, int]], progress: Progress) -> str:
    """Write all parts to their places, a few at a time, and return the digest of the whole."""
    size = pieces[-1][1]
    _make_room(target, size)
    done = {each: threading.Event() for each in pieces}
    failed: list[Exception] = []
    queue = iter(pieces)
    lock = threading.Lock()

    def work() -> None:
        while not failed:
            with lock:
                each = next(queue, None)
            if each is None:
                return
            try:
                _bring(ask, target, *each, progress)
            except Exception as error:
                failed.append(error)
            done[each].set()

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


def _bring(ask: Callable[[int, int], Part], target: int, start: int, end: int, progress: Progress) -> None:
    """Write one part to its place. Where a connection breaks off, ask for the rest, as long as that brings more."""
    at, tries = start, 0
    while at < end:
        before = at
        try:
            part = ask(at, end)
            while at < end and (chunk := part.read(min(CHUNK, end - at))):
                _write(target, chunk, at)
                at += len(chunk)
                progress.came[start] = at - start
            if at < end:
                raise ConnectionError(f"{end - at:,} bytes are missing")
        except (NoRoom, Refused):  # as it will be the next time
            raise
        except Exception:  # as either way to S3 says that a connection broke off
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
