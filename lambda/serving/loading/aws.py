"""The seam to AWS: low-level clients, made when they are needed and kept."""

from __future__ import annotations

import threading
from typing import Any

_clients: dict[str, Any] = {}
_making = threading.Lock()  # else each of several threads would make one


def client(service: str, **config: Any) -> Any:
    """The client of a service; ``config`` counts when it is made.

    Of botocore: boto3 makes the same one, and takes a tenth longer.
    """
    with _making:
        if service not in _clients:
            # 0.2 s that only those spend who need it
            import botocore.session
            from botocore.config import Config

            session = botocore.session.get_session()
            _clients[service] = session.create_client(service, config=Config(**config))
        return _clients[service]


def drop_connections() -> None:
    """Forget all clients, and with them their connections and credentials."""
    _clients.clear()
