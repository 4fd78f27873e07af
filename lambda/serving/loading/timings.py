"""Measures what the init spends its time on. Telemetry reports it with the first answer, and the benchmarks draw it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager


class Timings(dict[str, float]):
    """Milliseconds by the name of a step. The log line of the first answer has them under "phases".

    fetch     bringing the model here and computing its digest; this runs beside the imports
    import    importing the libraries
    wait      waiting for the fetch once the imports are done
    unpickle  making an estimator from the bytes
    init      all of it, from the first line of the handler to the last
    """

    @contextmanager
    def measure(self, name: str) -> Iterator[None]:
        began = time.perf_counter()
        try:
            yield
        finally:
            self[name] = round((time.perf_counter() - began) * 1e3, 3)
