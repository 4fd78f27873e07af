"""One execution environment: the model that it serves now, and what is known of its own life."""

from __future__ import annotations

import os

from serving.loading.model import Model
from serving.loading.phases import Phases
from serving.loading.settings import Settings


class Environment:
    """What outlives an invocation."""

    def __init__(self, settings: Settings, model: Model, phases: Phases) -> None:
        self.settings = settings
        self.model = model  # read once per invocation, and replaced whole
        self.phases = phases
        self.is_cold = True  # until its first answer
        self.refused: tuple[tuple, str] | None = None  # what the followed object held and why that is not served
        self.renew()

    def renew(self) -> None:
        """Take a name of its own: environments that were restored from one snapshot are not the same."""
        self.name = os.urandom(8).hex()
