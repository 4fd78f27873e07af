"""Limits the processor time of a process where no control group can be made: by stopping it and letting it go on.

What a quota of the kernel does, a thread of this process does here. It looks twice a millisecond how much processor
time the function has used in this period, and stops it (SIGSTOP) when that is its share, until the next period begins
(SIGCONT). If it has used more, it waits for longer in the next period. The thread needs a processor of its own.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

LOOK = 0.0005  # seconds between two looks
LATE = 0.004  # seconds between two looks that are too many: what the kernel itself looks in, 250 times a second
MOSTLY = 0.95  # of the time between looks must not have been late
PERIOD = 0.02  # seconds, as of the quota


class Governor:
    """Stops a process whenever it has had its share of a period."""

    def __init__(self, share: float) -> None:
        self.share, self.waited = share, 0
        self._watched = self._late = 0.0  # seconds in which the function might run
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None

    def prepare(self, emulator: int) -> None:
        """There is nothing to do."""

    def add(self, process: int) -> None:
        """Begin with a process; those that it starts are not seen."""
        self._thread = threading.Thread(target=self._govern, args=(process,), daemon=True)
        self._thread.start()

    def throttled(self) -> int:
        """In how many periods it had to wait."""
        return self.waited

    def in_time(self) -> bool:
        """Whether it was stopped in time, by and large; not so where other programs take the processors."""
        return self._late <= (1 - MOSTLY) * self._watched

    def release(self) -> None:
        """Stop it no more, so that it can end."""
        self._ended.set()
        if self._thread:
            self._thread.join()

    def _govern(self, process: int) -> None:
        clock = ~process << 3 | 2  # of all its threads' processor time: clock_getcpuclockid(3)
        with suppress(OSError):  # it has ended
            try:
                self._periods(process, clock)
            finally:
                os.kill(process, signal.SIGCONT)

    def _periods(self, process: int, clock: int) -> None:
        quota, begun, left = self.share * PERIOD, time.monotonic(), 0.0
        used = time.clock_gettime(clock)
        while not self._ended.is_set():
            left = min(quota, left + quota)  # what was left over is lost, what was too much is owed
            begun += PERIOD
            runs = left > 0
            if runs:
                os.kill(process, signal.SIGCONT)
            while (now := time.monotonic()) < begun and not self._ended.is_set():
                if runs and time.clock_gettime(clock) - used >= left:
                    os.kill(process, signal.SIGSTOP)
                    runs, self.waited = False, self.waited + 1
                time.sleep(min(LOOK if runs else PERIOD, max(0.0, begun - now)))
                if runs:
                    slept = time.monotonic() - now
                    self._watched += slept
                    self._late += slept if slept > LATE else 0.0
            before, used = used, time.clock_gettime(clock)
            left -= used - before
            begun = max(begun, time.monotonic() - PERIOD)  # no periods are made up for


@contextmanager
def governed(share: float) -> Iterator[Governor]:
    """A governor, until the block ends."""
    governor = Governor(share)
    try:
        yield governor
    finally:
        governor.release()
