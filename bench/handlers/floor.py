"""What any process must do before it predicts: import numpy, map the libraries, read the model's bytes."""

import _ctypes
import os

import numpy  # noqa: F401

for path in os.environ["FLOOR_LIBRARIES"].split(":"):
    _ctypes.dlopen(path, os.RTLD_LAZY)
with open(os.environ["MODEL_FILE"], "rb") as stream:
    data = stream.read()


def lambda_handler(event, context):
    return {}
