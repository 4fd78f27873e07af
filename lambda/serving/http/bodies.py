"""Reads the bodies of requests: decompresses them, decodes them to text, and parses them as JSON."""

from __future__ import annotations

import codecs
import json
import os
import zlib
from collections.abc import Mapping
from typing import Any

from serving.http.messages import HttpRequest, Refused
from serving.requests.wording import BadRequest, cut, quoted

MOST = 32 << 20  # the most bytes of a decompressed body
# And at most this fraction of the memory, because parsed values take up to 25 times the memory of their JSON
OF_MEMORY = 64
MOST_MEMBERS = 100  # the most members of a gzip file, because each member costs a copy of the bytes that are left
CODINGS = ("gzip", "x-gzip", "deflate")

# Prefixes of the names of accepted codecs. Other codecs are no text encodings or, like punycode, need hours for 1 MB
CHARSETS = ("ascii", "utf-8", "utf-16", "utf-32", "iso8859-", "cp125")

# Media types that say nothing about the body: curl -d and fetch send them unless the caller sets another one
UNSAID = ("", "application/x-www-form-urlencoded", "text/plain", "application/octet-stream", "binary/octet-stream")


def data(request: HttpRequest) -> bytes:
    """Return the body's bytes, decompressed.

    Raises:
        BadRequest: the body is not encoded as content-encoding says.
        Refused: the encoding is unknown, or there are too many bytes.
    """
    body = request.body
    codings = [coding.strip().lower() for coding in request.headers.get("content-encoding", "").split(",")]
    codings = [coding for coding in codings if coding not in ("", "identity")]
    for coding in codings:
        if coding not in CODINGS or len(codings) > 2:
            got = quoted(request.headers["content-encoding"])
            raise Refused(
                415, f"expected as content-encoding gzip or deflate; got {got}", {"accept-encoding": "gzip, deflate"}
            )
    for coding in reversed(codings):
        try:
            body = _inflated(body, coding)
        except zlib.error as error:
            raise BadRequest(f"expected a body in {coding}, as content-encoding says; it is not: {error}") from error
    return body


def text(request: HttpRequest) -> str:
    """Return the body as text.

    Raises:
        BadRequest: the body is no text in its charset.
        Refused: as `data` raises it; or the charset is unknown.
    """
    return decoded(data(request), request.content_type[1].get("charset", "utf-8"))


def decoded(body: bytes, charset: str = "utf-8") -> str:
    """Decode bytes to text. Raises the same errors as `text`."""
    try:
        if not codecs.lookup(charset).name.startswith(CHARSETS):
            raise LookupError
        return body.decode(charset)
    except LookupError as error:
        raise Refused(415, f"expected as charset utf-8; got {quoted(charset)}") from error
    except (UnicodeError, ValueError) as error:  # ValueError is raised for a name with a null character
        raise BadRequest(f"expected a body of text in {charset.upper()}; it is not: {cut(str(error))}") from error


def json_of(body: str) -> Any:
    """Parse a text as JSON.

    Raises:
        BadRequest: the text is no JSON.
    """
    try:
        return json.loads(body)
    except RecursionError as error:
        raise BadRequest("expected a body of JSON; its lists or objects are nested too deep") from error
    except ValueError as error:  # also for a number of more digits than Python reads
        raise BadRequest(f"expected a body of JSON; it is not: {cut(str(error))}") from error


def is_json(kind: str) -> bool:
    """Return whether a media type means JSON, or says nothing about the body."""
    return kind in UNSAID or kind in ("application/json", "text/json") or kind.endswith("+json")


def _inflated(body: bytes, coding: str) -> bytes:
    """Decompress a body, but stop as soon as it is too large."""
    window = 31 if coding != "deflate" else 15 if _is_zlib(body) else -15
    plain, most = bytearray(), _most()
    for _ in range(MOST_MEMBERS if window == 31 else 1):
        stream = zlib.decompressobj(window)
        plain += stream.decompress(body, most + 1 - len(plain))
        if len(plain) > most:
            raise Refused(413, f"the body has more than {most:,} bytes when it is decompressed. Send fewer rows")
        if not stream.eof:
            raise zlib.error("it is cut short")
        body = stream.unused_data
        if not body:
            return bytes(plain)
    raise zlib.error("more follows its end")


def _most(environ: Mapping[str, str] = os.environ) -> int:
    """Return the most bytes that a decompressed body may have."""
    megabytes = environ.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE")
    return min(MOST, (int(megabytes) << 20) // OF_MEMORY) if megabytes else MOST


def _is_zlib(body: bytes) -> bool:
    """Return whether a body has zlib's format, which RFC 9110 demands of "deflate". Some clients send bare streams."""
    return len(body) > 1 and body[0] & 0x0F == 8 and int.from_bytes(body[:2], "big") % 31 == 0
