"""SnapStart: what must not be shared by all the environments that are restored from one snapshot."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from contextlib import suppress

from serving.environment import Environment
from serving.loading import aws


def register(environment: Environment, environ: Mapping[str, str]) -> None:
    """Have the runtime call `after_restore`, where there are snapshots; nothing elsewhere."""
    if environ.get("AWS_LAMBDA_INITIALIZATION_TYPE") != "snap-start":
        return
    with suppress(ImportError):  # of AWS's runtime; another runtime client may have none
        from snapshot_restore_py import register_after_restore

        register_after_restore(after_restore, environment)


def after_restore(environment: Environment) -> None:
    """Draw other random numbers, connect anew, take another name."""
    for name in ("random", "numpy.random"):
        if name in sys.modules:
            sys.modules[name].seed()
    aws.drop_connections()
    environment.renew()
