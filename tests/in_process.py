"""The handler in this process, where an environment of the emulator is expected: for models that were not packaged."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from serving import invocation
from serving.environment import Environment
from serving.loading.model import Model
from serving.loading.settings import Settings
from serving.loading.timings import Timings

CONTEXT = SimpleNamespace(aws_request_id="1")


class Handler:
    """Answers events as an environment does; it remembers the bodies of those of HTTP."""

    def __init__(self, model: Model) -> None:
        phases = Timings(init=1.0, wait=1.0, unpickle=1.0)
        self.environment = Environment(Settings(model.sha256, file=Path("model.pkl")), model, phases)
        self.bodies: list[str] = []

    def invoke(self, event: Any) -> Any:
        return self.read(self.send(json.dumps(event).encode()))

    def send(self, event: bytes) -> bytes:
        sent = json.loads(event)
        self.bodies += [sent["body"]] if "body" in sent else []
        return json.dumps(invocation.answer(self.environment, sent, CONTEXT)).encode()

    def read(self, written: bytes) -> Any:
        return json.loads(written)
