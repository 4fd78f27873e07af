"""Chooses how this machine limits the function's processor time: by a control group, or else by signals."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from build.errors import UserError
from local.tune import cgroups, quota, signals


class NoLimit(UserError):
    template = (
        "This machine cannot limit the function's processor time. It allows no quota ({why}), and to limit it by "
        "signals takes a second processor. Run invoke tune as root, or with two processors."
    )


class Limit(Protocol):
    """A limit of the processor time of one process, until the block ends."""

    def prepare(self, emulator: int) -> None:
        """Prepare the parent of the function's process, before the function's process is started."""

    def add(self, process: int) -> None:
        """Limit the function's process from now on."""

    def throttled(self) -> int:
        """Return the number of periods in which the process had to wait."""

    def in_time(self) -> bool:
        """Return whether the process was stopped in time, so that it did not get more than its share."""

    def release(self) -> None:
        """Remove the limit, so that the process can end."""


@dataclass(frozen=True)
class Limiter:
    limited: Callable[[float], AbstractContextManager[Limit]]  # share -> limit
    how: str


BY_GROUP = Limiter(quota.groups, "a control group's quota")
BY_SIGNALS = Limiter(signals.governed, "signals that stop it and let it go on")


def find() -> Limiter:
    """Return the better one of the limiters that this machine allows.

    Raises:
        NoLimit
    """
    try:
        quota.require()
    except cgroups.NoGroup as error:
        if len(os.sched_getaffinity(0)) < 2:
            raise NoLimit(why=error) from error
        return Limiter(BY_SIGNALS.limited, f"{BY_SIGNALS.how}, because no quota can be set ({error})")
    return BY_GROUP
