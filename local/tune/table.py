"""Shows the measurements as a table for the terminal, with notes on them and advice on what to do next."""

from __future__ import annotations

from rich.table import Table
from rich.text import Text

from local import prices
from local.tune import sizes
from local.tune.results import Size, Tuned

INIT_LIMIT = 10_000  # ms, after which Lambda runs the init again with the function's own share of a processor


def of(tuned: Tuned) -> Table:
    """Return the table, which fits 80 columns. The least values are bold."""
    table = Table(title=f"{tuned.model}, {tuned.architecture}: {tuned.request}")
    for heading in headings(tuned):
        table.add_column(heading, justify="right", no_wrap=True)
    for size in tuned.measured:
        table.add_row(*cells(tuned, size))
    return table


def headings(tuned: Tuned) -> list[str]:
    common = ["memory\nsize", "vCPU", "first\ncall", "p50", "p99"]
    if tuned.rows:
        return [*common, "rows per\nsecond", "a million\nrows"]
    return [*common, "a million\ncalls", "1,000 first\ncalls"]


def cells(tuned: Tuned, size: Size) -> list[Text]:
    p50 = Text(milliseconds(size.p50), style="bold green" if size is tuned.fastest else "")
    price = Text(dollars(tuned.price_of_million(size)), style="bold green" if size is tuned.cheapest else "")
    first = [f"{size.memory_size} MB", f"{sizes.share(size.memory_size):.2f}", milliseconds(size.first_call)]
    times = [*map(Text, first), p50, Text(milliseconds(size.p99))]
    if tuned.rows:
        return [*times, Text(f"{tuned.rows_per_second(size):,.0f}"), price]
    return [*times, price, Text(dollars(tuned.price_of_first(size) * 1000))]


def notes(tuned: Tuned) -> list[str]:
    """Return lines that explain the numbers, and what else the reader should know."""
    calls = sorted({len(size.warm) for size in tuned.measured})
    lines = [
        *(f"{size} MB {why}." for size, why in tuned.not_shown.items()),
        f"First call: with the init, the median of {len(tuned.measured[0].firsts)}. "
        f"p50, p99 and price: of {' to '.join(map(str, calls[:1] + calls[1:][-1:]))} warm calls.",
        f"Prices: {prices.REGION} since {prices.AS_OF}, duration and requests, without the free tier.",
        f"Processor time was limited by {tuned.limited_by}.",
    ]
    tight = [str(size.memory_size) for size in tuned.measured if tuned.is_tight(size)]
    lines.append(f"The function had {tuned.peak / 2**20:.0f} MB at its peak.")
    if tight:
        lines[-1] += f" Less than a quarter of that is to spare at {', '.join(tight)} MB: other requests may need more."
    if any(size.init > INIT_LIMIT for size in tuned.measured):
        lines.append(
            "The init takes more than 10 s. Lambda then runs it again with the function's own share of a processor, "
            "which these times do not include."
        )
    return lines


def advice(tuned: Tuned) -> list[str]:
    """Return lines that say which size costs least and which is fastest, and the commands that set them."""
    what = "a million rows" if tuned.rows else "a million calls"
    named = {"Costs least": tuned.cheapest, "Fastest": tuned.fastest}
    if tuned.cheapest is tuned.fastest:
        named = {"Costs least, and is the fastest": tuned.cheapest}
    lines: list[str] = []
    for words, size in named.items():
        lines.append(
            f"{words}: {size.memory_size} MB, {dollars(tuned.price_of_million(size))} for {what}, "
            f"p50 {milliseconds(size.p50)}"
        )
        lines.append(f"  terraform apply -var memory_size={size.memory_size}")
    return [*lines, "If you call the module from your own configuration, set memory_size there."]


def milliseconds(value: float) -> str:
    if value >= 10_000:
        return f"{value / 1000:,.1f} s"
    return f"{value:,.0f} ms" if value >= 100 else f"{value:.1f} ms"


def dollars(value: float) -> str:
    """Return an amount with at least two significant digits."""
    if value >= 0.095:
        return f"${value:,.2f}"
    return f"${value:#.2g}" if value >= 0.0001 else f"${value:.1e}"
