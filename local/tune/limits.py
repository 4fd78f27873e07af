"""How this machine can give the function a share of its processors' time: by a control group, or else by signals."""

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
        "This machine cannot give the function a share of a processor: it lets no quota be set ({why}), and to stop "
        "the function again and again takes a second processor. Run invoke tune as root, or with two processors."
    )


class Limit(Protocol):
    """Of one process, for as long as its block lasts."""

    def prepare(self, emulator: int) -> None:
        """Take the function's parent, before there is the function."""

    def add(self, process: int) -> None:
        """Begin with the function's process."""

    def throttled(self) -> int:
        """In how many periods it had to wait."""

    def in_time(self) -> bool:
        """Whether it was made to wait in time."""

    def release(self) -> None:
        """Limit it no more, so that it can end."""


@dataclass(frozen=True)
class Limiter:
    limited: Callable[[float], AbstractContextManager[Limit]]  # share -> limit
    how: str


BY_GROUP = Limiter(quota.groups, "a control group's quota")
BY_SIGNALS = Limiter(signals.governed, "signals that stop it and let it go on")


def find() -> Limiter:
    """The best that this machine has.

    Raises:
        NoLimit
    """
    try:
        quota.require()
    except cgroups.NoGroup as error:
        if len(os.sched_getaffinity(0)) < 2:
            raise NoLimit(why=error) from error
        return Limiter(BY_SIGNALS.limited, f"{BY_SIGNALS.how}, as there is no quota to set ({error})")
    return BY_GROUP
