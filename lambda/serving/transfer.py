"""Downloads one object of S3 into an open file: the program of the process that `fetching` starts.

    main(JOB, FILE, ANSWER)

JOB is JSON; FILE and ANSWER are open file descriptors. The object is written to FILE, or to the job's path where memory
is too short for it. ANSWER gets JSON: what came, or {"error": ...} in words.
"""

from __future__ import annotations

import hashlib
import json
import mmap
import os
import sys
import threading
import time
from typing import Any

from serving import aws

PART = 16 << 20  # bytes that one request asks for
CHUNK = 1 << 20
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


def main() -> None:
    job, memory, answer = json.loads(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    began = time.perf_counter()
    try:
        said = download(job, memory)
        said["seconds"] = time.perf_counter() - began
    except Exception as error:
        said = {"error": explain(error, job)}
    with os.fdopen(answer, "w") as stream:
        json.dump(said, stream)


def download(job: dict, memory: int) -> dict:
    """Download an object in parallel ranges, hashed in order as they come, and say what came."""
    s3 = aws.client(
        "s3", max_pool_connections=CONNECTIONS, connect_timeout=5, read_timeout=20, retries={"mode": "standard"}
    )
    wanted = {"Bucket": job["bucket"], "Key": job["key"]}
    version = {"VersionId": job["version_id"]} if job["version_id"] else {}
    first = s3.get_object(**wanted, **version, Range=f"bytes=0-{PART - 1}")
    size = int(first["ContentRange"].rpartition("/")[2])
    # What follows must be of the same object
    same = version or ({"VersionId": first["VersionId"]} if "VersionId" in first else {"IfMatch": first["ETag"]})
    path = None if job["fits_memory"] is None or size <= job["fits_memory"] else job["path"]
    if path:
        _check_room(path, size)
    target = os.open(path + ".part", os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600) if path else memory
    os.ftruncate(target, size)

    def part(start: int) -> Any:
        if start == 0:
            return first["Body"]
        return s3.get_object(**wanted, **same, Range=f"bytes={start}-{min(start + PART, size) - 1}")["Body"]

    digest = _receive(part, target, size)
    if path:
        os.replace(path + ".part", path)
    return {
        "path": path,
        "sha256": digest,
        "etag": first["ETag"],
        "version_id": first.get("VersionId"),
        "metadata": first["Metadata"],
    }


def explain(error: Exception, job: dict) -> str:
    """What went wrong, in words for the log."""
    url = f"s3://{job['bucket']}/{job['key']}"
    code = getattr(error, "response", {}).get("Error", {}).get("Code", "")
    if code in CAUSES:
        return f"{CAUSES[code].format(url)} (S3 says {code})"
    if type(error).__name__ in ("ConnectTimeoutError", "EndpointConnectionError"):
        return f"S3 cannot be reached for {url}: {error}. In a VPC the function needs a gateway endpoint for S3"
    return f"{url} was not downloaded: {type(error).__name__}: {error}"


def _receive(part: Any, target: int, size: int) -> str:
    """Write all parts to their places, a few at a time, and return the digest of the whole."""
    starts = list(range(0, size, PART))
    done = {start: threading.Event() for start in starts}
    failed: list[Exception] = []
    queue = iter(starts)
    lock = threading.Lock()

    def work() -> None:
        while not failed:
            with lock:
                start = next(queue, None)
            if start is None:
                return
            try:
                _write(part(start), target, start, min(PART, size - start))
            except Exception as error:
                failed.append(error)
            done[start].set()

    workers = [threading.Thread(target=work, daemon=True) for _ in starts[:CONNECTIONS]]
    for worker in workers:
        worker.start()
    digest = hashlib.sha256()
    with mmap.mmap(target, size, access=mmap.ACCESS_READ) as mapped, memoryview(mapped) as view:
        for start in starts:
            while not done[start].wait(0.05):
                if failed:
                    break
            if failed:
                raise failed[0]
            with view[start : start + PART] as block:
                digest.update(block)
    return digest.hexdigest()


def _write(body: Any, target: int, start: int, size: int) -> None:
    end = start + size
    for chunk in body.iter_chunks(CHUNK):
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
