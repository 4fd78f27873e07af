"""The floor: imports what the model needs and nothing else, and unpickles it."""

import gc
import json
import os
import pickle
import time
from pathlib import Path

BEGAN = time.perf_counter()

from serving import lazy_imports  # noqa: E402
from serving.loading import processors  # noqa: E402

gc.disable()
processors.set_threads(os.environ)
lazy_imports.prepare(Path(__file__).parent)
IMPORTED = time.perf_counter()
with open(os.environ["MODEL_FILE"], "rb") as stream:
    model = pickle.load(stream)
timings = {"import": (IMPORTED - BEGAN) * 1e3, "unpickle": (time.perf_counter() - IMPORTED) * 1e3}
print(json.dumps({"recipe": timings}), flush=True)
