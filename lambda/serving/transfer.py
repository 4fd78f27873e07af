"""Downloads one object of S3 into an open file: what the process does that `fetching` forks or spawns.

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
from dataclasses import dataclass
from typing import NoReturn

from serving import aws, signing

PART = 16 << 20  # bytes that the first request asks for, and each other one at least
PARTS = 8  # that the rest is asked for in, at most
CHUNK = 1 << 20
META = "x-amz-meta-"
CONNECTIONS = 4  # each brings some 90 MB/s from S3, and Lambda's network is full before 8

# What to do about what S3 answers; {} is the object
CAUSES = {
    "AccessDenied": (
        "the role may not read {}, or it is not there. The role needs s3:GetObject, for a version also "
        "s3:GetObjectVersion, and for an object under a KMS key kms:Decrypt"
    ),
    "InvalidRange": "{} is empty",
    "NoSuchBucket": "there is no bucket as in {}",
    "NoSuchKey": "there is no object {}",
    "NoSuchVersion": "there is no such version of {}",
    "PreconditionFailed": "{} was replaced while it was downloaded",
}


class NoRoom(Exception):
    """The object fits neither memory nor /tmp."""


def main(job: str, memory: int, answer: int) -> NoReturn:
    """Download, say what came, and end the process.

    Args:
        job: JSON, of `fetching`.
        memory: an open file, for the object; where memory is too short for it, the job's path is used instead.
        answer: an open file, for JSON: what came, or {"error": ...} in words.
    """
    order = json.loads(job)
    try:
        said = download(order, memory)
        said["seconds"] = time.perf_counter() - order["began"]  # one clock for all processes
    except Exception as error:
        said = {"error": explain(error, order)}
    with os.fdopen(answer, "w") as stream:
        json.dump(said, stream)
    os._exit(0)


@dataclass(frozen=True)
class Part:
    """An answer to a request for some of an object's bytes."""

    read: Callable[[int], bytes]
    size: int  # of the whole object
    etag: str
    version_id: str | None
    metadata: dict[str, str]


def download(job: dict, memory: int) -> dict:
    """Download an object in parallel ranges, hashed in order as they come, and say what came."""
    first = get(job, 0, PART)
    # What follows must be of the same object
    same = {**job, "version_id": job["version_id"] or first.version_id, "etag": first.etag}
    path = None if job["fits_memory"] is None or first.size <= job["fits_memory"] else job["path"]
    if path:
        _check_room(path, first.size)
    target = os.open(path + ".part", os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600) if path else memory
    os.ftruncate(target, first.size)
    ranges = split(first.size)
    got = [first]
    digest = _receive(lambda *each: got.pop() if each == ranges[0] and got else get(same, *each), target, ranges)
    if path:
        os.replace(path + ".part", path)
    return {
        "path": path,
        "sha256": digest,
        "etag": first.etag,
        "version_id": first.version_id,
        "metadata": first.metadata,
    }


def split(size: int) -> list[tuple[int, int]]:
    """The ranges in which an object of that size is asked for: the first before anybody knows the size."""
    length = max(PART, -(-(size - PART) // PARTS))
    return [(0, min(PART, size)), *((start, min(start + length, size)) for start in range(PART, size, length))]


def get(job: dict, start: int, end: int) -> Part:
    """Ask for a range of bytes: in the ordinary way, or by botocore, which knows the others and says what fails."""
    headers = {"Range": f"bytes={start}-{end - 1}"}
    if not job["version_id"] and "etag" in job:
        headers["If-Match"] = job["etag"]
    answer = signing.get(job, os.environ, headers)
    if answer is not None:
        return Part(
            answer.read,
            int(answer.headers["Content-Range"].rpartition("/")[2]),
            answer.headers["ETag"],
            answer.headers.get("x-amz-version-id"),
            {
                name.lower()[len(META) :]: value
                for name, value in answer.headers.items()
                if name.lower().startswith(META)
            },
        )
    s3 = aws.client(
        "s3", max_pool_connections=CONNECTIONS, connect_timeout=5, read_timeout=20, retries={"mode": "standard"}
    )
    options = {"Range": headers["Range"]}
    if job["version_id"]:
        options["VersionId"] = job["version_id"]
    elif "etag" in job:
        options["IfMatch"] = job["etag"]
    found = s3.get_object(Bucket=job["bucket"], Key=job["key"], **options)
    size = int(found["ContentRange"].rpartition("/")[2])
    return Part(found["Body"].read, size, found["ETag"], found.get("VersionId"), found["Metadata"])


def explain(error: Exception, job: dict) -> str:
    """What went wrong, in words for the log."""
    url = f"s3://{job['bucket']}/{job['key']}"
    code = getattr(error, "response", {}).get("Error", {}).get("Code", "")
    if code in CAUSES:
        return f"{CAUSES[code].format(url)} (S3 says {code})"
    if type(error).__name__ in ("ConnectTimeoutError", "EndpointConnectionError"):
        return f"S3 cannot be reached for {url}: {error}. In a VPC the function needs a gateway endpoint for S3"
    return f"{url} was not downloaded: {type(error).__name__}: {error}"


def _receive(part: Callable[[int, int], Part], target: int, ranges: list[tuple[int, int]]) -> str:
    """Write all parts to their places, a few at a time, and return the digest of the whole."""
    done = {each: threading.Event() for each in ranges}
    failed: list[Exception] = []
    queue = iter(ranges)
    lock = threading.Lock()

    def work() -> None:
        while not failed:
            with lock:
                each = next(queue, None)
            if each is None:
                return
            try:
                _bring(part, target, *each)
            except Exception as error:
                failed.append(error)
            done[each].set()

    for _ in ranges[:CONNECTIONS]:
        threading.Thread(target=work, daemon=True).start()
    digest = hashlib.sha256()
    with mmap.mmap(target, ranges[-1][1], access=mmap.ACCESS_READ) as mapped, memoryview(mapped) as view:
        for start, end in ranges:
            while not done[start, end].wait(0.05) and not failed:
                pass
            if failed:
                raise failed[0]
            with view[start:end] as block:
                digest.update(block)
    return digest.hexdigest()


def _bring(part: Callable[[int, int], Part], target: int, start: int, end: int) -> None:
    try:
        _write(part(start, end), target, start, end)
    except Exception:  # a connection that broke off, as either way to S3 says it
        _write(part(start, end), target, start, end)


def _write(part: Part, target: int, start: int, end: int) -> None:
    while chunk := part.read(CHUNK):
        os.pwrite(target, chunk, start)
        start += len(chunk)
    if start != end:
        raise OSError(f"{end - start} bytes are missing")


def _check_room(path: str, size: int) -> None:
    room = os.statvfs(os.path.dirname(path))
    free = room.f_bavail * room.f_frsize
    if free < size:
        raise NoRoom(
            f"its {size:,} bytes are too many for the function's memory, and /tmp has {free:,} bytes free. "
            "Raise memory_size or ephemeral_storage_size"
        )
