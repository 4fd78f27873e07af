"""Runs moto's server, as its own command does, but answers one request at a time.

moto answers each request in a thread of its own, and its services copy data of other services while those change it. If
Terraform creates a function and a log group at the same time, CreateFunction may answer with HTTP 500 after it created
the function. The AWS provider then tries again, and gives up after five minutes, because the function exists.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from threading import Lock
from typing import Any

from moto import server
from moto.moto_server.werkzeug_app import DomainDispatcherApplication


class OneAtATime(DomainDispatcherApplication):
    """moto's application, behind a lock."""

    def __init__(self, *args: Any, **settings: Any) -> None:
        super().__init__(*args, **settings)
        self.free = Lock()

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        with self.free:
            return list(super().__call__(environ, start_response))


if __name__ == "__main__":
    vars(server)[DomainDispatcherApplication.__name__] = OneAtATime
    server.main()
