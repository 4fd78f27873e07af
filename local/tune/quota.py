"""Limits the function's processor time, as Lambda does by memory size: by the quota of a control group (cgroup)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from local.tune import cgroups
from local.tune.cgroups import Group

PERIOD = 20_000  # microseconds: Lambda's, as github.com/pwrdrvr/lambda-throttling found it there


@dataclass(frozen=True)
class Groups:
    """One with the quota for the function, and one without for the emulator and for the function's init.

    Both get what they may have before other programs, so that these disturb little.
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
        return True  # the kernel sees to it

    def release(self) -> None:
        self.limited.release()


@contextmanager
def groups(share: float) -> Iterator[Groups]:
    """Groups of our own until the block ends; the processes in them must have ended by then.

    Raises:
        NoGroup: this machine lets none be made.
    """
    with cgroups.made("limited") as limited, cgroups.made("whole") as whole:
        for each in (limited, whole):
            each.prefer()
        limited.limit(share, PERIOD)
        yield Groups(limited, whole)


def require() -> None:
    """See that there can be such groups here.

    Raises:
        NoGroup
    """
    with groups(1.0):
        pass
