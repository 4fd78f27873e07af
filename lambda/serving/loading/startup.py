"""The init phase: everything that an environment does before its first invocation, in an order that wastes no time."""

from __future__ import annotations

import gc
import os
from collections.abc import MutableMapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from serving.loading import fetching, processors
from serving.loading.phases import Phases
from serving.loading.settings import Settings

if TYPE_CHECKING:
    from serving.environment import Environment


def start(environ: MutableMapping[str, str] = os.environ) -> Environment:
    """Load the model while the libraries are imported.

    Raises:
        SettingsError, ModelError: nothing is served then, and Lambda tries again with a new environment.
    """
    phases = Phases()
    gc.disable()  # nearly all that is made here stays
    try:
        with phases.measure("init"):
            settings = Settings.from_environment(environ)
            processors.set_threads(environ)
            fetch = fetching.begin(settings, environ)
            # Not before: the fetch may take longer than all imports, and forks only while nothing is here
            from serving.environment import Environment
            from serving.loading import snapshots
            from serving.loading.model import load

            with phases.measure("import"):
                import_libraries(settings)
            model = load(settings, fetch, phases)
        gc.freeze()  # and need not be looked through again
    finally:
        gc.enable()
    environment = Environment(settings, model, phases)
    snapshots.register(environment, environ)
    return environment


def import_libraries(settings: Settings) -> None:
    """Import what the model will need, while its bytes are on their way: what its plan says, or else a good guess."""
    from serving import lazy_imports

    if lazy_imports.prepare(Path(__file__).parents[2]):
        return
    import numpy  # noqa: F401

    if settings.sklearn_version:
        with suppress(ImportError):  # the check of the version says it better
            import sklearn.base  # noqa: F401
