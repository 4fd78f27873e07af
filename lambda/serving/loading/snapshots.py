"""SnapStart: renews what the execution environments that are restored from one snapshot must not share."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from contextlib import suppress

from serving.environment import Environment
from serving.loading import aws


def register(environment: Environment, environ: Mapping[str, str]) -> None:
    """Ask the runtime to call `after_restore` where snapshots are used; do nothing elsewhere."""
    if environ.get("AWS_LAMBDA_INITIALIZATION_TYPE") != "snap-start":
        return
    with suppress(ImportError):  # the module belongs to AWS's runtime, and other runtime clients may not have it
        from snapshot_restore_py import register_after_restore

        register_after_restore(after_restore, environment)


def after_restore(environment: Environment) -> None:
    """Seed the random generators again, drop all connections, and take a new name."""
    for name in ("random", "numpy.random"):
        if name in sys.modules:
            sys.modules[name].seed()
    aws.drop_connections()
    environment.renew()
