"""Reads an S3 object with requests that are signed here, where the configuration is an ordinary one.

Importing botocore and making its client takes five times as long as this, and longer than importing all that a
small model needs. This client returns None where the configuration is not ordinary, or where S3 sends anything but
bytes. The caller then asks through botocore.

https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
"""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Mapping
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

if TYPE_CHECKING:
    from serving.loading.jobs import Job

NEEDED = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION")
# Only botocore supports what these variables select, and the partitions whose domains differ
NOT_ORDINARY = (
    *("AWS_USE_FIPS_ENDPOINT", "AWS_USE_DUALSTACK_ENDPOINT", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"),
    *("AWS_PROFILE", "AWS_CA_BUNDLE", "HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"),
)
OTHER_PARTITIONS = ("cn-", "us-iso", "eu-isoe", "eusc-")
NO_BODY = hashlib.sha256(b"").hexdigest()
SAFE = "-_.~"


def get(job: Job, environ: Mapping[str, str], headers: Mapping[str, str]) -> HTTPResponse | None:
    """Ask for the bytes that the headers name. None means that the caller has to ask through botocore."""
    url = _url(job, environ)
    if url is None:
        return None
    scheme, host, path, query, _ = urlsplit(url)
    connection = (HTTPSConnection if scheme == "https" else HTTPConnection)(host, timeout=job["silence"])
    try:
        signed = sign(host, path, query, headers, environ, time.strftime("%Y%m%dT%H%M%SZ", time.gmtime()))
        connection.request("GET", f"{path}?{query}" if query else path, headers=signed)
        response = connection.getresponse()
    except (OSError, HTTPException):
        connection.close()
        return None
    if response.status != 206:
        connection.close()
        return None
    return response


def _url(job: Job, environ: Mapping[str, str]) -> str | None:
    if not all(environ.get(name) for name in NEEDED) or any(environ.get(name) for name in NOT_ORDINARY):
        return None
    region, bucket = environ["AWS_REGION"], job["bucket"]
    if region.startswith(OTHER_PARTITIONS) or ":" in bucket or "--" in bucket:  # ARNs and directory buckets
        return None
    endpoint = environ.get("AWS_ENDPOINT_URL_S3") or environ.get("AWS_ENDPOINT_URL")
    if endpoint:
        base = f"{endpoint.rstrip('/')}/{bucket}"
    elif "." in bucket:  # S3's certificates do not cover such host names
        base = f"https://s3.{region}.amazonaws.com/{bucket}"
    else:
        base = f"https://{bucket}.s3.{region}.amazonaws.com"
    version = f"?versionId={quote(job['version_id'], safe=SAFE)}" if job["version_id"] else ""
    return f"{base}/{quote(job['key'], safe='/' + SAFE)}{version}"


def sign(
    host: str, path: str, query: str, headers: Mapping[str, str], environ: Mapping[str, str], now: str
) -> dict[str, str]:
    """Return the headers of a GET request, signed by Signature Version 4. ``query`` has at most one parameter."""
    signed = {"host": host, "x-amz-content-sha256": NO_BODY, "x-amz-date": now}
    signed.update({name.lower(): value for name, value in headers.items()})
    if environ.get("AWS_SESSION_TOKEN"):
        signed["x-amz-security-token"] = environ["AWS_SESSION_TOKEN"]
    names = ";".join(sorted(signed))
    lines = [f"{name}:{signed[name]}" for name in sorted(signed)]
    canonical = "\n".join(["GET", path, query, *lines, "", names, NO_BODY])
    scope = [now[:8], environ["AWS_REGION"], "s3", "aws4_request"]
    text = "\n".join(["AWS4-HMAC-SHA256", now, "/".join(scope), hashlib.sha256(canonical.encode()).hexdigest()])
    key = f"AWS4{environ['AWS_SECRET_ACCESS_KEY']}".encode()
    for element in (*scope, text):
        key = hmac.new(key, element.encode(), hashlib.sha256).digest()
    credential = f"{environ['AWS_ACCESS_KEY_ID']}/{'/'.join(scope)}"
    signed["authorization"] = f"AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders={names}, Signature={key.hex()}"
    return signed
