"""The function's entry point, ``handler.lambda_handler``.

The model is loaded here, in the init phase, once in each execution environment: Lambda runs that phase with a full
CPU whatever the memory size. If the model cannot be loaded, the init fails, and Lambda tries again in a new execution
environment.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from serving.loading import startup

if TYPE_CHECKING:
    from collections.abc import Mapping

ENVIRONMENT = startup.start()

from serving.invocation import answer  # noqa: E402  (it imports numpy, which waits for the download's start)


def lambda_handler(event: Any, context: Any) -> Mapping[str, Any]:
    """Answer one invocation. `serving.invocation` describes the events and the answers."""
    return answer(ENVIRONMENT, event, context)
