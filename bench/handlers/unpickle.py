"""What any process that serves this model must do: import what the model needs and nothing else, and unpickle it."""

import os
import pickle
from pathlib import Path

from serving import deferral

deferral.prepare(Path(__file__).parent)
with open(os.environ["MODEL_FILE"], "rb") as stream:
    model = pickle.load(stream)
