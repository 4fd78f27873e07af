"""Does less than the floor: imports numpy, maps the libraries that a prediction uses, and reads the model's bytes."""

from __future__ import annotations

import _ctypes
import json
import os
import time

BEGAN = time.perf_counter()

import numpy  # noqa: E402, F401

for path in os.environ["LIBRARIES"].split(":"):
    _ctypes.dlopen(path, os.RTLD_LAZY)
IMPORTED = time.perf_counter()
with open(os.environ["MODEL_FILE"], "rb") as stream:
    data = stream.read()
timings = {"import": (IMPORTED - BEGAN) * 1e3, "wait": (time.perf_counter() - IMPORTED) * 1e3}
print(json.dumps({"recipe": timings}), flush=True)


def lambda_handler(event: object, context: object) -> dict[str, object]:
    return {}
