"""Does nothing, so that only the time of Lambda's runtime is measured."""

from __future__ import annotations


def lambda_handler(event: object, context: object) -> dict[str, object]:
    return {}
