"""Only fetches the model, without any other work at the same time."""

from __future__ import annotations

import json

from serving.loading import fetching
from serving.loading.settings import Settings

FETCHED = fetching.begin(Settings.from_variables())()
print(json.dumps({"recipe": {"fetch": FETCHED.seconds * 1e3}}))


def lambda_handler(event: object, context: object) -> dict[str, object]:
    return {}
