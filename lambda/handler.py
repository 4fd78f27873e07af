"""The function's entry point, ``handler.lambda_handler``.

The model is loaded here, in the init phase, which Lambda runs with a full CPU whatever the memory size, and once per
execution environment. A model that cannot be loaded fails the init, and Lambda tries again with a new environment.
"""

from pathlib import Path

from serving import deferral
from serving.invocation import respond
from serving.model import load
from serving.settings import Settings

deferral.prepare(Path(__file__).parent)
MODEL = load(Settings.from_environment())


def lambda_handler(event, context):
    """Answer one invocation; events and answers are described in `serving.invocation`."""
    return respond(MODEL, event)
