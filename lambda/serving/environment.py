"""One execution environment: the model that it serves now, and what it remembers between invocations."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from serving.loading.model import Model
from serving.loading.settings import Settings
from serving.loading.timings import Timings

if TYPE_CHECKING:
    from serving.loading.model import Identity


class Environment:
    """The state that one execution environment keeps between invocations."""

    def __init__(self, settings: Settings, model: Model, timings: Timings) -> None:
        self.settings = settings
        self.model = model  # read once in each invocation, and always replaced as a whole
        self.timings = timings
        self.is_cold = True  # until the first answer
        # What the followed object held when it was refused, and the reason
        self.refused: tuple[tuple[Identity, str], str] | None = None
        self.renew()

    def renew(self) -> None:
        """Take a new name, so that environments which were restored from one snapshot differ."""
        self.name = os.urandom(8).hex()
