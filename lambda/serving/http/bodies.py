"""Reads the bodies of requests: decompressed, as text, as JSON."""

from __future__ import annotations

import json
import zlib
from typing import Any

from serving.http.messages import HttpRequest, Refused
from serving.requests.words import BadRequest, cut, quoted

MOST = 32 << 20  # bytes that a compressed body may have when it is decompressed; rows take several times as much
MOST_MEMBERS = 100  # of a gzip file: each costs a copy of what is left
CODINGS = ("gzip", "x-gzip", "deflate")

# What says nothing of a body: curl -d and fetch send these where nobody names a type
UNSAID = ("", "application/x-www-form-urlencoded", "text/plain", "application/octet-stream", "binary/octet-stream")


def data(request: HttpRequest) -> bytes:
    """The body's bytes, decompressed.

    Raises:
        BadRequest: it is not what content-encoding says.
        Refused: the coding is not known, or it has too many bytes.
    """
    found = request.body
    codings = [each.strip().lower() for each in request.headers.get("content-encoding", "").split(",")]
    codings = [each for each in codings if each not in ("", "identity")]
    for coding in codings:
        if coding not in CODINGS or len(codings) > 2:
            said = quoted(request.headers["content-encoding"])
            raise Refused(
                415, f"expected as content-encoding gzip or deflate; got {said}", {"accept-encoding": "gzip, deflate"}
            )
    for coding in reversed(codings):
        try:
            found = _inflated(found, coding)
        except zlib.error as error:
            raise BadRequest(f"expected a body in {coding}, as content-encoding says; it is not: {error}") from error
    return found


def text(request: HttpRequest) -> str:
    """The body as text.

    Raises:
        BadRequest: it is none.
        Refused: of `data`; or its charset is not known.
    """
    return decoded(data(request), request.content_type[1].get("charset", "utf-8"))


def decoded(found: bytes, charset: str = "utf-8") -> str:
    try:
        return found.decode(charset)
    except LookupError as error:
        raise Refused(415, f"expected as charset utf-8; got {quoted(charset)}") from error
    except (UnicodeError, ValueError) as error:  # the latter for a name with a null character
        raise BadRequest(f"expected a body of text in {charset.upper()}; it is not: {cut(str(error))}") from error


def json_of(found: str) -> Any:
    """What a text of JSON says.

    Raises:
        BadRequest: it is none.
    """
    try:
        return json.loads(found)
    except RecursionError as error:
        raise BadRequest("expected a body of JSON; its lists or objects are nested too deep") from error
    except ValueError as error:  # also for a number of more digits than Python reads
        raise BadRequest(f"expected a body of JSON; it is not: {cut(str(error))}") from error


def is_json(kind: str) -> bool:
    """Whether a media type is JSON's, or says nothing."""
    return kind in UNSAID or kind in ("application/json", "text/json") or kind.endswith("+json")


def _inflated(found: bytes, coding: str) -> bytes:
    """Decompressed, as far as it is not too much."""
    window = 31 if coding != "deflate" else 15 if _is_zlib(found) else -15
    plain = bytearray()
    for _ in range(MOST_MEMBERS if window == 31 else 1):
        stream = zlib.decompressobj(window)
        plain += stream.decompress(found, MOST + 1 - len(plain))
        if len(plain) > MOST:
            raise Refused(413, f"the body has more than {MOST:,} bytes when it is decompressed. Send fewer rows")
        if not stream.eof:
            raise zlib.error("it is cut short")
        found = stream.unused_data
        if not found:
            return bytes(plain)
    raise zlib.error("more follows its end")


def _is_zlib(found: bytes) -> bool:
    """Whether deflate came as RFC 9110 wants it, in zlib's format (RFC 1950), and not bare, as some send it."""
    return len(found) > 1 and found[0] & 0x0F == 8 and int.from_bytes(found[:2], "big") % 31 == 0
