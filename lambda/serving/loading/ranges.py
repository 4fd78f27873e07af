"""Asks S3 for a range of an object's bytes, through one of two clients.

`serving.loading.signing` is the fast one and covers ordinary requests. For all others, and where S3 answers with
anything but bytes, `serving.loading.by_botocore` asks again.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from serving.loading import signing

if TYPE_CHECKING:
    from http.client import HTTPMessage

    from serving.loading.jobs import Job

META = "x-amz-meta-"
CONNECTIONS = 4  # each receives about 90 MB/s from S3, and eight of them would exceed Lambda's network
DENIED = ("AccessDenied", "403")  # S3 also sends these for a role whose policies it does not know yet
PAUSE = 1.0  # seconds between two tries while S3's refusal may be temporary


class Refused(Exception):
    """S3 refused the request with an error code. Asking again would not help, except for the codes in DENIED."""

    def __init__(self, code: str, words: str) -> None:
        super().__init__(words)
        self.code = code


class WrongAnswer(Exception):
    """S3, or the server that stands in for it, sent something else than was asked for."""


@dataclass(frozen=True)
class Range:
    """S3's answer to a request for a range of an object's bytes."""

    read: Callable[[int], bytes]
    end: int  # where in the object the bytes of this answer end
    size: int  # the size of the whole object
    etag: str | None
    version_id: str | None
    metadata: dict[str, str]


def get(job: Job, start: int, end: int) -> Range:
    """Ask for a range of bytes, or for as much of it as the object has.

    While S3's refusal may be temporary, S3 is asked again for as long as the job's patience lasts.

    Args:
        job: the order; it has ``etag`` and ``size`` once the object's first range has shown them.

    Raises:
        Refused, WrongAnswer: S3 refuses, or sends other bytes. Errors of sockets and botocore are raised as they are.
    """
    while True:
        try:
            return _get(job, start, end)
        except Refused as error:
            if error.code not in DENIED or time.perf_counter() + PAUSE > job["began"] + job["patience"]:
                raise
        time.sleep(PAUSE)


def _get(job: Job, start: int, end: int) -> Range:
    headers = {"Range": f"bytes={start}-{end - 1}"}
    etag = job.get("etag")
    if not job["version_id"] and etag:
        headers["If-Match"] = etag
    answer = signing.get(job, os.environ, headers)
    if answer is not None:
        try:
            return _of_answer(answer.read, answer.headers, job, start, end)
        except WrongAnswer:  # botocore may get the right one, or report the same fault
            answer.close()
    from serving.loading import by_botocore

    return by_botocore.get(job, headers, start, end)


def _of_answer(read: Callable[[int], bytes], headers: HTTPMessage, job: Job, start: int, end: int) -> Range:
    metadata = {name.lower()[len(META) :]: value for name, value in headers.items() if name.lower().startswith(META)}
    last, size = check_range(headers.get("Content-Range", ""), job, start, end)
    return Range(read, last, size, headers.get("ETag"), headers.get("x-amz-version-id"), metadata)


def check_range(content_range: str, job: Job, start: int, end: int) -> tuple[int, int]:
    """Return where the bytes of an answer end, and the object's size.

    Args:
        content_range: the answer's header of that name.

    Raises:
        WrongAnswer: the answer brings other bytes than were asked for.
    """
    span, _, whole = content_range.removeprefix("bytes ").partition("/")
    first, _, last = span.partition("-")
    try:
        numbers = int(first), int(last) + 1, int(whole)
    except ValueError:
        numbers = (-1, -1, -1)
    size = job.get("size") or numbers[2]
    if numbers != (start, min(end, size), size):
        raise WrongAnswer(f"expected the bytes {start}-{end - 1}; got in Content-Range {content_range!r}")
    return numbers[1], size
