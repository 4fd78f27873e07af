"""Only fetches the model, with nothing beside it."""

import json

from serving.loading import fetching
from serving.loading.settings import Settings

FETCHED = fetching.begin(Settings.from_environment())()
print(json.dumps({"recipe": {"fetch": FETCHED.seconds * 1e3}}))


def lambda_handler(event, context):
    return {}
