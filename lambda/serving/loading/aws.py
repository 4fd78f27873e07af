"""Provides low-level AWS clients, each of which is made when it is first needed and then kept."""

from __future__ import annotations

import threading
from typing import Any

_clients: dict[str, Any] = {}
_making = threading.Lock()  # without it, each of several threads would make a client of its own


def client(service: str, **config: Any) -> Any:
    """Return the client of a service. ``config`` takes effect only in the call that makes the client.

    The clients are botocore's own. boto3 makes the same clients and takes a tenth longer for it.
    """
    with _making:
        if service not in _clients:
            # Importing botocore takes 0.2 s, so only calls that need it import it
            import botocore.session
            from botocore.config import Config

            session = botocore.session.get_session()
            _clients[service] = session.create_client(service, config=Config(**config))
        return _clients[service]


def drop_connections() -> None:
    """Forget all clients, and with them their connections and credentials."""
    _clients.clear()
