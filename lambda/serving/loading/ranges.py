"""Asks S3 for some of an object's bytes: in the ordinary way, or by botocore, which knows the others."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from serving.loading import signing

META = "x-amz-meta-"
CONNECTIONS = 4  # each brings some 90 MB/s from S3, and Lambda's network is full before 8
DENIED = ("AccessDenied", "403")  # what S3 says; also of a role whose policies it does not know yet
PAUSE = 1.0  # seconds


class Refused(Exception):
    """S3 said what is wrong, and will say the same again."""

    def __init__(self, code: str, words: str) -> None:
        super().__init__(words)
        self.code = code


class WrongAnswer(Exception):
    """S3, or what stands for it, sent something else than was asked for."""


@dataclass(frozen=True)
class Part:
    """An answer to a request for some of an object's bytes."""

    read: Callable[[int], bytes]
    end: int  # of the bytes that it brings, in the object
    size: int  # of the whole object
    etag: str | None
    version_id: str | None
    metadata: dict[str, str]


def get(job: dict, start: int, end: int) -> Part:
    """Ask for a range of bytes, or as much of it as the object has, and again where S3 may refuse it only for now.

    Args:
        job: of `fetching`; with etag and size, where an object's first part has told them.

    Raises:
        Refused, WrongAnswer: beside what sockets and botocore raise.
    """
    while True:
        try:
            return _get(job, start, end)
        except Refused as error:
            if error.code not in DENIED or time.perf_counter() + PAUSE > job["began"] + job["patience"]:
                raise
        time.sleep(PAUSE)


def _get(job: dict, start: int, end: int) -> Part:
    headers = {"Range": f"bytes={start}-{end - 1}"}
    if not job["version_id"] and job.get("etag"):
        headers["If-Match"] = job["etag"]
    answer = signing.get(job, os.environ, headers)
    if answer is not None:
        try:
            return _part(answer.read, answer.headers, job, start, end)
        except WrongAnswer:  # botocore's may be right, or says it again
            answer.close()
    from serving.loading import by_botocore

    return by_botocore.get(job, headers, start, end)


def _part(read: Callable[[int], bytes], headers: Mapping[str, str], job: dict, start: int, end: int) -> Part:
    metadata = {name.lower()[len(META) :]: value for name, value in headers.items() if name.lower().startswith(META)}
    last, size = check_range(headers.get("Content-Range", ""), job, start, end)
    return Part(read, last, size, headers.get("ETag"), headers.get("x-amz-version-id"), metadata)


def check_range(said: str, job: dict, start: int, end: int) -> tuple[int, int]:
    """The end of the bytes that an answer brings, and the object's size.

    Raises:
        WrongAnswer: it brings others than were asked for.
    """
    span, _, whole = said.removeprefix("bytes ").partition("/")
    first, _, last = span.partition("-")
    try:
        numbers = int(first), int(last) + 1, int(whole)
    except ValueError:
        numbers = (-1, -1, -1)
    size = job.get("size") or numbers[2]
    if numbers != (start, min(end, size), size):
        raise WrongAnswer(f"expected the bytes {start}-{end - 1}; got in Content-Range {said!r}")
    return numbers[1], size
