"""What the init spent its time on: telemetry tells it with the first answer, and the bench draws it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager


class Phases(dict):
    """Milliseconds by the name of the phase.

    fetch     the model's way here and its digest: beside the imports, so it is not part of the sum
    import    the libraries
    wait      what the fetch took longer than the imports
    unpickle  from bytes to an estimator
    init      all of it, from the handler's first line to its last
    """

    @contextmanager
    def measure(self, name: str) -> Iterator[None]:
        began = time.perf_counter()
        try:
            yield
        finally:
            self[name] = round((time.perf_counter() - began) * 1e3, 3)
