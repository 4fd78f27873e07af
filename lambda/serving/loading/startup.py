"""The init phase: everything that happens before the first invocation, in an order that wastes no time."""

from __future__ import annotations

import gc
import os
from collections.abc import MutableMapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from serving.loading import fetching, processors
from serving.loading.settings import Settings
from serving.loading.timings import Timings

if TYPE_CHECKING:
    from serving.environment import Environment


def start(environ: MutableMapping[str, str] = os.environ) -> Environment:
    """Load the model while the libraries are imported.

    Raises:
        SettingsError, ModelError: nothing is served, and Lambda tries again with a new execution environment.
    """
    timings = Timings()
    gc.disable()  # nearly all objects that are made here stay alive
    try:
        with timings.measure("init"):
            settings = Settings.from_variables(environ)
            processors.set_threads(environ)
            fetch = fetching.begin(settings, environ)
            # After the fetch has begun, which may take longer than all imports and can fork only before they are loaded
            from serving.environment import Environment
            from serving.loading import snapshots
            from serving.loading.model import load

            with timings.measure("import"):
                import_libraries(settings)
            model = load(settings, fetch, timings)
        gc.freeze()  # so that later collections need not look at them again
    finally:
        gc.enable()
    environment = Environment(settings, model, timings)
    snapshots.register(environment, environ)
    return environment


def import_libraries(settings: Settings) -> None:
    """Import what the model will need while its bytes are on their way: what its plan lists, or else a good guess."""
    from serving import lazy_imports

    if lazy_imports.prepare(Path(__file__).parents[2]):
        return
    import numpy  # noqa: F401

    if settings.sklearn_version:
        with suppress(ImportError):  # the later check of the version gives a better message
            import sklearn.base  # noqa: F401
