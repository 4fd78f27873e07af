"""Reads an object of S3 by botocore: where the requests are not ordinary, or were not answered with bytes."""

from __future__ import annotations

from botocore.exceptions import ClientError

from serving.loading import aws
from serving.loading.ranges import CONNECTIONS, Part, Refused, WrongAnswer, check_range


def get(job: dict, headers: dict[str, str], start: int, end: int) -> Part:
    """Ask for a range of bytes. The whole object is taken, too, where that is what a server has for any range.

    Raises:
        Refused, WrongAnswer: beside what botocore raises.
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
        found = s3.get_object(Bucket=job["bucket"], Key=job["key"], **options)
    except ClientError as error:
        said = error.response.get("Error", {})
        code = said.get("Code", "")
        if start and code in ("InvalidRange", "416"):
            raise WrongAnswer(
                f"S3 said before that it has {job['size']:,} bytes; it has none from {start:,} on"
            ) from error
        raise Refused(code, said.get("Message", "")) from error
    if "ContentRange" in found:
        last, size = check_range(found["ContentRange"], job, start, end)
    elif start == 0 and "ContentLength" in found:
        last = size = found["ContentLength"]
        if size == 0:
            raise Refused("InvalidRange", "it is empty")
    else:
        raise WrongAnswer(f"expected the bytes {start}-{end - 1}; got an answer without Content-Range")
    metadata = {name.lower(): value for name, value in found["Metadata"].items()}
    return Part(found["Body"].read, last, size, found.get("ETag"), found.get("VersionId"), metadata)
