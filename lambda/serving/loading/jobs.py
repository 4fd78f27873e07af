"""The types of the JSON messages that the two processes of a download exchange. They are for type checkers only.

No module imports this one while the function runs, so a cold start does not pay for it.
"""

from __future__ import annotations

from typing import TypedDict, final


class Order(TypedDict):
    """An order to download one object, which `serving.loading.fetching` writes."""

    began: float  # when the order was written, by time.perf_counter
    seconds: float  # how long the download may take in all
    silence: float  # seconds after which a connection that brings nothing is given up
    patience: float  # seconds during which S3 may still refuse the download because it does not know the role yet
    bucket: str
    key: str
    version_id: str | None
    sha256: str | None  # the digest that the model must have; None where the object itself names it
    path: str  # the file in /tmp for a model that memory has no room for
    fits_memory: int | None  # the size in bytes of the largest model that memory has room for; None means any size


class Job(Order, total=False):
    """An order with what the object's first range has shown about the object."""

    etag: str | None
    size: int


class ObjectFacts(TypedDict):
    """What S3 says about the object."""

    etag: str | None
    version_id: str | None
    metadata: dict[str, str]


@final
class Downloaded(ObjectFacts):
    """What the downloading process reports when all went well."""

    path: str | None  # the file that holds the bytes; None where they are in the memory that both processes share
    kept: bool  # whether that file stays in /tmp for the next init
    sha256: str
    seconds: float


@final
class Failed(TypedDict):
    """What the downloading process reports when the download failed."""

    error: str
