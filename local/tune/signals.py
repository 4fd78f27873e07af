"""Limits the processor time of a process by signals, if no control group can be made.

A thread of this process does what the kernel does for a quota. Twice in each millisecond it reads how much processor
time the function has used in this period. When the function has used its share, the thread stops it (SIGSTOP) until the
next period begins (SIGCONT). If it has used more, it is stopped for longer in the next period. The thread needs a
processor of its own.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

LOOK = 0.0005  # seconds between two readings
LATE = 0.004  # an interval in seconds that is too long: the kernel's own scheduler runs 250 times a second
MOSTLY = 0.95  # the share of the time in which the thread must not have been late
PERIOD = 0.02  # seconds, as for the quota


class Governor:
    """Stops a process whenever it has used its share of a period."""

    def __init__(self, share: float) -> None:
        self.share, self.waited = share, 0
        self._watched = self._late = 0.0  # seconds in which the function was allowed to run
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None

    def prepare(self, emulator: int) -> None:
        """Do nothing, because nothing has to be prepared."""

    def add(self, process: int) -> None:
        """Limit a process from now on, but not the processes that it starts."""
        self._thread = threading.Thread(target=self._govern, args=(process,), daemon=True)
        self._thread.start()

    def throttled(self) -> int:
        """Return the number of periods in which the process had to wait."""
        return self.waited

    def in_time(self) -> bool:
        """Return whether the process was mostly stopped in time, which fails if other programs use the processors."""
        return self._late <= (1 - MOSTLY) * self._watched

    def release(self) -> None:
        """Stop the process no longer, so that it can end."""
        self._ended.set()
        if self._thread:
            self._thread.join()

    def _govern(self, process: int) -> None:
        clock = ~process << 3 | 2  # the processor time of all its threads: clock_getcpuclockid(3)
        with suppress(OSError):  # it has ended
            try:
                self._periods(process, clock)
            finally:
                os.kill(process, signal.SIGCONT)

    def _periods(self, process: int, clock: int) -> None:
        quota, begun, left = self.share * PERIOD, time.monotonic(), 0.0
        used = time.clock_gettime(clock)
        while not self._ended.is_set():
            # Time that was left over is lost, and time that was used in excess is subtracted
            left = min(quota, left + quota)
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
            begun = max(begun, time.monotonic() - PERIOD)  # missed periods are not repeated


@contextmanager
def governed(share: float) -> Iterator[Governor]:
    """Yield a governor that works until the block ends."""
    governor = Governor(share)
    try:
        yield governor
    finally:
        governor.release()
