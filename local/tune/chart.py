"""Draws the measurements of each memory size as columns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from local import prices, svg
from local.tune import sizes
from local.tune.results import Size, Tuned
from local.tune.table import dollars, milliseconds

NAME = "tune.svg"
LEAST_WIDTH, LEFT, RIGHT, PAD = 820, 24, 24, 16
COLUMN = 100  # the least width for one memory size
HEAD, TITLE, LEGEND, PLOT, GAP, TICKS = 28, 18, 20, 120, 22, 58  # heights, in pixels
BAR = 0.46  # the width of a bar, as a fraction of a column's width


@dataclass(frozen=True)
class Panel:
    """One bar chart, with a bar for each memory size."""

    title: str
    legend: Sequence[tuple[str, str]]  # (a kind of `svg.STYLE`, its meaning)
    segments: Callable[[Size], Sequence[tuple[str, float]]]  # (a colour of `svg.STYLE`, value), from the bottom
    value: Callable[[Size], str]  # the text above the bar
    upto: Callable[[Size], float] | None = None  # the value that a line reaches


def write(tuned: Tuned, path: Path) -> Path:
    """Draw the measurements into a file, and make its folder if necessary."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(draw(tuned), encoding="utf-8")
    return path


def draw(tuned: Tuned) -> str:
    """Draw how long a warm call and a first call take, and what they cost."""
    panels = _panels(tuned)
    width, height = _width(tuned), PAD + HEAD + len(panels) * (TITLE + LEGEND + PLOT + GAP) + TICKS
    title = f"{tuned.model}, {tuned.architecture}, by memory size: {tuned.request}"
    elements = [svg.text(title, PAD, PAD + 12, "quiet small")]
    top = PAD + HEAD
    for panel in panels:
        elements += _panel(panel, tuned, top)
        top += TITLE + LEGEND + PLOT + GAP
    return svg.document(width, height, [*elements, *_ticks(tuned, top - GAP)], title)


def _panels(tuned: Tuned) -> list[Panel]:
    call = f"request of {tuned.rows:,} rows" if tuned.rows else "call"
    million = "a million rows" if tuned.rows else "a million warm calls"
    return [
        Panel(
            f"A warm {call}",
            [("blue", "p50"), ("reach", "p99")],
            lambda size: [("blue", size.p50)],
            lambda size: f"{milliseconds(size.p50)} / {milliseconds(size.p99)}".replace(" ms /", " /"),
            lambda size: size.p99,
        ),
        Panel(
            "The first call of an environment",
            [("sky", "init, with all processors"), ("blue", "the call itself")],
            lambda size: [("sky", size.init), ("blue", max(0.0, size.first_call - size.init))],
            lambda size: milliseconds(size.first_call),
        ),
        Panel(
            f"Price of {million}",
            [("amber", f"{prices.REGION} since {prices.AS_OF}, with the requests, without the free tier")],
            lambda size: [("amber", tuned.price_of_million(size))],
            lambda size: dollars(tuned.price_of_million(size)),
        ),
    ]


def _width(tuned: Tuned) -> int:
    """Return the width of the picture that keeps the texts of neighboring bars from overlapping."""
    return max(LEAST_WIDTH, LEFT + COLUMN * len(tuned.measured) + RIGHT)


def _column(tuned: Tuned) -> float:
    """Return the width of the column of one memory size."""
    return (_width(tuned) - LEFT - RIGHT) / len(tuned.measured)


def _middle(tuned: Tuned, number: int) -> float:
    """Return the middle of the column of a memory size."""
    return LEFT + _column(tuned) * (number + 0.5)


def _panel(panel: Panel, tuned: Tuned, top: float) -> list[str]:
    elements = [svg.text(panel.title, PAD, top + 14, "title"), *svg.legend(panel.legend, PAD, top + TITLE + 4)]
    floor = top + TITLE + LEGEND + PLOT
    heights = [
        max(sum(value for _, value in panel.segments(size)), panel.upto(size) if panel.upto else 0)
        for size in tuned.measured
    ]
    scale = (PLOT - 20) / (max(heights) or 1)
    width = BAR * _column(tuned)
    for number, (size, highest) in enumerate(zip(tuned.measured, heights, strict=True)):
        middle, y, end = _middle(tuned, number), floor, floor - highest * scale
        if panel.upto:
            elements.append(svg.line("reach", middle, floor, middle, end))
        tooltip = f"{size.memory_size} MB: {panel.value(size)}"
        for kind, value in panel.segments(size):
            y -= value * scale
            elements.append(svg.rectangle(kind, middle - width / 2, y, width, value * scale, tooltip))
        elements.append(svg.text(panel.value(size), middle, end - 5, "quiet small", "middle"))
    return [*elements, svg.line("axis", LEFT, floor, _width(tuned) - RIGHT, floor)]


def _ticks(tuned: Tuned, top: float) -> list[str]:
    elements = []
    for number, size in enumerate(tuned.measured):
        x = _middle(tuned, number)
        elements.append(svg.text(f"{size.memory_size} MB", x, top + 18, anchor="middle"))
        share = f"{sizes.share(size.memory_size):.2f} vCPU"
        elements.append(svg.text(share, x, top + 33, "quiet small", "middle"))
        marks = [mark for mark, best in (("costs least", tuned.cheapest), ("fastest", tuned.fastest)) if size is best]
        if marks:
            elements.append(svg.text(", ".join(marks), x, top + 50, "mark green small", "middle"))
    return elements
