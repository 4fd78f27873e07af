"""What was seen of each memory size, what that costs, and which of them costs least and which is fastest."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field

from local.prices import MILLION, ON_DEMAND

AS_FAST = 1.1  # times the least p50: less than that may be the machine's, and the smaller size is taken
SPARE = 1.25  # times the peak: other requests may need more


@dataclass
class Size:
    """What was seen of one memory size; times in ms."""

    memory_size: int
    inits: list[float] = field(default_factory=list)
    firsts: list[float] = field(default_factory=list)  # the first calls after them
    warm: list[float] = field(default_factory=list)
    throttled: int = 0  # periods in which it had to wait for processor time
    late: int = 0  # environments in which it had more time than its share

    @property
    def init(self) -> float:
        return statistics.median(self.inits)

    @property
    def first_call(self) -> float:
        """With the init."""
        return statistics.median(map(sum, zip(self.inits, self.firsts, strict=True)))

    @property
    def p50(self) -> float:
        return statistics.median(self.warm)

    @property
    def p99(self) -> float:
        """What 99 of 100 warm calls did not exceed, by the nearest rank."""
        rank = -(-len(self.warm) * 99 // 100)
        return sorted(self.warm)[rank - 1]


@dataclass(frozen=True)
class Tuned:
    """What was seen of all memory sizes."""

    model: str  # what it is called
    architecture: str
    limited_by: str  # what gave the function its share of the processors' time
    rows: int | None  # of each request, where a number was asked for
    peak: int  # the most bytes of memory that the function ever had
    seen: Sequence[Size]
    not_shown: dict[int, str]  # memory size -> why

    @property
    def request(self) -> str:
        """What each call asks for, in words."""
        return f"requests of {self.rows:,} rows" if self.rows else "one request at a time"

    def price(self, size: Size) -> float:
        """What a warm call costs, the mean of all, in US dollars."""
        prices = ON_DEMAND[self.architecture]
        return statistics.fmean(prices.of_call(size.memory_size, each) for each in size.warm)

    def price_of_first(self, size: Size) -> float:
        """What the first call of an environment costs, with its init."""
        prices = ON_DEMAND[self.architecture]
        both = map(sum, zip(size.inits, size.firsts, strict=True))
        return statistics.fmean(prices.of_call(size.memory_size, each) for each in both)

    def price_of_million(self, size: Size) -> float:
        """What a million costs: of rows, where a number of them was asked for, and else of warm calls."""
        return self.price(size) * MILLION / (self.rows or 1)

    def rows_per_second(self, size: Size) -> float:
        return (self.rows or 1) / size.p50 * 1000

    @property
    def cheapest(self) -> Size:
        return min(self.seen, key=lambda each: (self.price(each), each.p50))

    @property
    def fastest(self) -> Size:
        """The smallest of those that are as fast as any."""
        least = min(each.p50 for each in self.seen)
        return min((each for each in self.seen if each.p50 <= least * AS_FAST), key=lambda each: each.memory_size)

    def is_tight(self, size: Size) -> bool:
        """Whether a request that needs a little more memory than this one might not fit."""
        return self.peak * SPARE > size.memory_size * 2**20
