"""Holds the measurements of each memory size, and computes prices, the cheapest size and the fastest size."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field

from local.prices import MILLION, ON_DEMAND

AS_FAST = 1.1  # a factor for the least p50: smaller differences may be noise, and the smaller size is chosen
SPARE = 1.25  # a factor for the peak, because other requests may need more memory


@dataclass
class Size:
    """The measurements of one memory size. Times are in milliseconds."""

    memory_size: int
    inits: list[float] = field(default_factory=list)
    firsts: list[float] = field(default_factory=list)  # the first call after each init
    warm: list[float] = field(default_factory=list)
    throttled: int = 0  # periods in which the function had to wait for processor time
    late: int = 0  # environments in which the function had more than its share

    @property
    def init(self) -> float:
        return statistics.median(self.inits)

    @property
    def first_call(self) -> float:
        """Return the median of the first calls, including the init."""
        return statistics.median(map(sum, zip(self.inits, self.firsts, strict=True)))

    @property
    def p50(self) -> float:
        return statistics.median(self.warm)

    @property
    def p99(self) -> float:
        """Return the duration that 99 of 100 warm calls did not exceed, by the nearest rank."""
        rank = -(-len(self.warm) * 99 // 100)
        return sorted(self.warm)[rank - 1]


@dataclass(frozen=True)
class Tuned:
    """The measurements of all memory sizes."""

    model: str  # a description
    architecture: str
    limited_by: str  # what limited the function's processor time
    rows: int | None  # of each request, if --rows was given
    peak: int  # bytes of memory that the function had at its peak
    measured: Sequence[Size]
    not_shown: dict[int, str]  # memory size: the reason

    @property
    def request(self) -> str:
        """Return a description of the requests."""
        return f"requests of {self.rows:,} rows" if self.rows else "one request at a time"

    def price(self, size: Size) -> float:
        """Return the mean price of a warm call, in US dollars."""
        prices = ON_DEMAND[self.architecture]
        return statistics.fmean(prices.of_call(size.memory_size, duration) for duration in size.warm)

    def price_of_first(self, size: Size) -> float:
        """Return the mean price of the first call of an environment, including its init."""
        prices = ON_DEMAND[self.architecture]
        both = map(sum, zip(size.inits, size.firsts, strict=True))
        return statistics.fmean(prices.of_call(size.memory_size, duration) for duration in both)

    def price_of_million(self, size: Size) -> float:
        """Return the price of a million rows, if --rows was given, and otherwise of a million warm calls."""
        return self.price(size) * MILLION / (self.rows or 1)

    def rows_per_second(self, size: Size) -> float:
        return (self.rows or 1) / size.p50 * 1000

    @property
    def cheapest(self) -> Size:
        return min(self.measured, key=lambda size: (self.price(size), size.p50))

    @property
    def fastest(self) -> Size:
        """Return the smallest of the sizes that are about as fast as the fastest."""
        least = min(size.p50 for size in self.measured)
        return min((size for size in self.measured if size.p50 <= least * AS_FAST), key=lambda size: size.memory_size)

    def is_tight(self, size: Size) -> bool:
        """Return whether a request that needs a little more memory than this one may not fit."""
        return self.peak * SPARE > size.memory_size * 2**20
