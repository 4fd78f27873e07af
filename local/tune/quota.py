"""Limits the function's processor time as Lambda does, by the quota of a control group (cgroup)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from local.tune import cgroups
from local.tune.cgroups import Group

PERIOD = 20_000  # microseconds, as github.com/pwrdrvr/lambda-throttling measured it in Lambda


@dataclass(frozen=True)
class Groups:
    """A group with the quota for the function, and one without a quota for the emulator and the function's init.

    Both have precedence over other programs, so that other programs disturb the measurements little.
    """

    limited: Group
    whole: Group

    def prepare(self, emulator: int) -> None:
        self.whole.add(emulator)

    def add(self, process: int) -> None:
        self.limited.add(process)

    def throttled(self) -> int:
        return self.limited.throttled()

    def in_time(self) -> bool:
        return True  # the kernel stops the process in time

    def release(self) -> None:
        self.limited.release()


@contextmanager
def groups(share: float) -> Iterator[Groups]:
    """Make the groups, which exist until the block ends. The processes in them must have ended by then.

    Raises:
        NoGroup: this machine does not allow it.
    """
    with cgroups.made("limited") as limited, cgroups.made("whole") as whole:
        for group in (limited, whole):
            group.prefer()
        limited.limit(share, PERIOD)
        yield Groups(limited, whole)


def require() -> None:
    """Check that such groups can be made here.

    Raises:
        NoGroup
    """
    with groups(1.0):
        pass
