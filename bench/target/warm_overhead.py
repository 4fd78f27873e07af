"""Asks the handler and the estimator in turn. Runs under the target's interpreter, with the function on the path.

    python warm_overhead.py RESULT EVENT COUNT

EVENT is a request of one row. RESULT gets JSON: the medians of both in milliseconds, the median of a ping, and the
libraries that the answers mapped. The estimator is asked with the warning filters that the imports left, as it would be
in any other process. The handler has shortened their list for its own answers.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import time
import warnings
from typing import Any


def main(result: str, request: str, count: str) -> None:
    from serving.loading import warning_filters

    filters: list[Any] = warnings.filters  # type: ignore[assignment]  # it is a list, and is changed in place
    shorten, of_imports = warning_filters.shorten, list[Any]()

    def note_and_shorten() -> None:
        of_imports[:] = filters
        shorten()

    warning_filters.shorten = note_and_shorten
    import handler

    event, own = json.loads(request), list(filters)
    taken: dict[str, list[float]] = {"handler": [], "predict": [], "ping": []}
    out, sys.stdout = sys.stdout, open(os.devnull, "w", buffering=1)  # noqa: SIM115
    handler.lambda_handler(event, None)
    row, estimator = own_row(event), handler.ENVIRONMENT.model.estimator
    for _ in range(int(count)):
        began = time.perf_counter()
        handler.lambda_handler(event, None)
        answered = time.perf_counter()
        filters[:] = of_imports
        between = time.perf_counter()
        estimator.predict(row)
        after = time.perf_counter()
        filters[:] = own
        pinged = time.perf_counter()
        handler.lambda_handler({"warmer": True}, None)
        taken["ping"].append(time.perf_counter() - pinged)
        taken["predict"].append(after - between)
        taken["handler"].append(answered - began)
    sys.stdout = out
    with open("/proc/self/maps") as stream:
        mapped = {line.split()[-1] for line in stream if "site-packages" in line and ".so" in line}
    facts = {name: statistics.median(values) * 1e3 for name, values in taken.items()}
    with open(result, "w") as stream:
        json.dump({**facts, "libraries": sorted(mapped)}, stream)


def own_row(event: dict[str, Any]) -> Any:
    """Return the row as the estimator itself takes it."""
    if "instances" in event:
        import numpy

        return numpy.array(event["instances"])
    import pandas

    return pandas.DataFrame(event["dataframe_records"])


if __name__ == "__main__":
    del sys.path[0]
    main(*sys.argv[1:])
