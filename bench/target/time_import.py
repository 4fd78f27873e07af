"""Prints how many seconds a fresh process needs to import what serving needs. Runs under the target's interpreter."""

import sys
import time

del sys.path[0]
start = time.perf_counter()

import pandas  # noqa: E402
import sklearn.ensemble  # noqa: E402

assert pandas and sklearn
print(time.perf_counter() - start)
