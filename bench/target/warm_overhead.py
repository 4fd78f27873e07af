"""Asks the handler and the estimator in turns. Runs under the target's interpreter, with the function on the path.

    python warm_overhead.py RESULT EVENT COUNT

EVENT is a request of one row. RESULT gets JSON: the medians of both in ms, that of a ping, and the libraries that the
answers mapped. The estimator is asked with the warning filters that the imports left, as in any other process; the
handler has made their list shorter for its own answers.
"""

import json
import os
import statistics
import sys
import time
import warnings


def main(result, event, count):
    from serving.loading import warning_filters

    shorten, of_imports = warning_filters.shorten, []

    def note_and_shorten():
        of_imports[:] = warnings.filters
        shorten()

    warning_filters.shorten = note_and_shorten
    import handler

    event, own = json.loads(event), list(warnings.filters)
    taken = {"handler": [], "predict": [], "ping": []}
    out, sys.stdout = sys.stdout, open(os.devnull, "w", buffering=1)  # noqa: SIM115
    handler.lambda_handler(event, None)
    row, estimator = own_row(event), handler.ENVIRONMENT.model.estimator
    for _ in range(int(count)):
        began = time.perf_counter()
        handler.lambda_handler(event, None)
        answered = time.perf_counter()
        warnings.filters[:] = of_imports
        between = time.perf_counter()
        estimator.predict(row)
        after = time.perf_counter()
        warnings.filters[:] = own
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


def own_row(event):
    """The row as the estimator itself is asked."""
    if "instances" in event:
        import numpy

        return numpy.array(event["instances"])
    import pandas

    return pandas.DataFrame(event["dataframe_records"])


if __name__ == "__main__":
    del sys.path[0]
    main(*sys.argv[1:])
