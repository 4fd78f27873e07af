"""Explains why a download failed, in words for the log and for the caller."""

from __future__ import annotations

from typing import TYPE_CHECKING

from serving.loading.errors import NoRoom
from serving.loading.ranges import DENIED, Refused, WrongAnswer

if TYPE_CHECKING:
    from serving.loading.jobs import Job

FORBIDDEN = (
    "the role may not read {}, or it is not there. The role needs s3:GetObject, for a version also "
    "s3:GetObjectVersion, and for an object under a KMS key kms:Decrypt"
)
MISSING = "there is no object {}"
BUSY = "S3 could not deliver {} now, although it was asked several times"
ELSEWHERE = "the bucket of {} is in another region than this function, or its endpoint is elsewhere"

# Error codes of S3, or the HTTP status where S3 sent no code; {} is the object's URL
CAUSES = {
    **dict.fromkeys(DENIED, FORBIDDEN),
    **dict.fromkeys(("NoSuchKey", "404"), MISSING),
    **dict.fromkeys(("InternalError", "ServiceUnavailable", "SlowDown", "500", "502", "503", "504"), BUSY),
    **dict.fromkeys(("PermanentRedirect", "TemporaryRedirect", "301", "302", "307"), ELSEWHERE),
    **dict.fromkeys(("PreconditionFailed", "412"), "{} was replaced while it was downloaded"),
    **dict.fromkeys(("InvalidRange", "416"), "{} is empty"),
    "NoSuchBucket": "there is no bucket as in {}",
    "NoSuchVersion": "there is no such version of {}",
}

# The names of the exceptions that sockets, http.client, urllib3 and botocore raise
UNREACHABLE = ("ConnectTimeoutError", "EndpointConnectionError")
SILENT = ("ReadTimeoutError", "TimeoutError")
BROKEN = (
    *("ConnectionClosedError", "ConnectionError", "ConnectionResetError", "BrokenPipeError", "RemoteDisconnected"),
    *("IncompleteRead", "IncompleteReadError", "ResponseStreamingError"),
)
NETWORK = "In a VPC the function needs a gateway endpoint for S3"


def explain(error: Exception, job: Job) -> str:
    """Return a sentence that says why the download failed."""
    url, name = _url(job), type(error).__name__
    if isinstance(error, Refused):
        cause = CAUSES.get(error.code)
        if cause is None:
            return f"{url} was not downloaded: S3 says {error.code}: {error}"
        waited = f", for {job['patience']:.3g} s" if error.code in DENIED and job["patience"] else ""
        return f"{cause.format(url)} (S3 says {error.code}{waited})"
    if isinstance(error, (NoRoom, WrongAnswer)):
        return f"{url} was not downloaded: {error}"
    if name == "RecursionError":  # this is how botocore ends when it follows a redirection to itself
        return f"{url} was not downloaded: S3 answers with a redirection that leads nowhere"
    if name in UNREACHABLE:
        return f"S3 cannot be reached for {url}: {error}. {NETWORK}"
    if name in SILENT:
        return f"S3 was silent for {job['silence']:.3g} s, at each of several tries, when asked for {url}. {NETWORK}"
    if name in BROKEN:
        return f"the connection broke off, at each of several tries, while {url} was downloaded: {error}"
    return f"{url} was not downloaded: {name}: {error}"


def late(job: Job, size: int | None, received: int) -> str:
    """Return the message for a download that took longer than it may.

    Args:
        size: the object's size; None if S3 has not answered at all.
        received: how many bytes have arrived.
    """
    begun = f"the download of {_url(job)} was stopped after the {job['seconds']:.3g} s that it may take"
    if size is None:
        return f"{begun}: S3 did not answer. {NETWORK}"
    return (
        f"{begun}: {received:,} of {size:,} bytes had come. "
        "Raise timeout: it also limits an init that Lambda runs again"
    )


def _url(job: Job) -> str:
    return f"s3://{job['bucket']}/{job['key']}"
