"""The function's entry point, ``handler.lambda_handler``.

The model is loaded here, in the init phase, which Lambda runs with a full CPU whatever the memory size, and once per
execution environment. A model that cannot be loaded fails the init, and Lambda tries again with a new environment.
"""

from serving.loading import startup

ENVIRONMENT = startup.start()

from serving.invocation import answer  # noqa: E402  (it imports numpy: not before the download has begun)


def lambda_handler(event, context):
    """Answer one invocation; events and answers are described in `serving.invocation`."""
    return answer(ENVIRONMENT, event, context)
