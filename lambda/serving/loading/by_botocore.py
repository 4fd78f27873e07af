"""Reads an S3 object through botocore: requests that are not ordinary, or that were not answered with bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from serving.loading import aws
from serving.loading.ranges import CONNECTIONS, Range, Refused, WrongAnswer, check_range

if TYPE_CHECKING:
    from serving.loading.jobs import Job


def get(job: Job, headers: dict[str, str], start: int, end: int) -> Range:
    """Ask for a range of bytes. The whole object is accepted too, since some servers ignore the range.

    Raises:
        Refused, WrongAnswer: S3 refuses, or sends other bytes. botocore's own errors are raised as they are.
    """
    s3 = aws.client(
        "s3",
        max_pool_connections=CONNECTIONS,
        connect_timeout=job["silence"],
        read_timeout=job["silence"],
        retries={"mode": "standard"},
    )
    options = {"Range": headers["Range"]}
    if job["version_id"]:
        options["VersionId"] = job["version_id"]
    elif "If-Match" in headers:
        options["IfMatch"] = headers["If-Match"]
    try:
        answer = s3.get_object(Bucket=job["bucket"], Key=job["key"], **options)
    except ClientError as error:
        details = error.response.get("Error", {})
        code = details.get("Code", "")
        if start and code in ("InvalidRange", "416"):
            raise WrongAnswer(
                f"S3 said before that the object has {job['size']:,} bytes; now it has none from {start:,} on"
            ) from error
        raise Refused(code, details.get("Message", "")) from error
    if "ContentRange" in answer:
        last, size = check_range(answer["ContentRange"], job, start, end)
    elif start == 0 and "ContentLength" in answer:
        last = size = answer["ContentLength"]
        if size == 0:
            raise Refused("InvalidRange", "it is empty")
    else:
        raise WrongAnswer(f"expected the bytes {start}-{end - 1}; got an answer without Content-Range")
    metadata = {name.lower(): value for name, value in answer["Metadata"].items()}
    return Range(answer["Body"].read, last, size, answer.get("ETag"), answer.get("VersionId"), metadata)
