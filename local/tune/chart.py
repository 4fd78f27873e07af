"""Draws the measurements as an SVG without a script or a font, which is readable in light and in dark mode."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

from local import prices
from local.tune import sizes
from local.tune.results import Size, Tuned
from local.tune.table import dollars, milliseconds

NAME = "tune.svg"
LEAST_WIDTH, LEFT, RIGHT, PAD = 820, 24, 24, 16
COLUMN = 100  # the least width for one memory size
HEAD, TITLE, LEGEND, PLOT, GAP, TICKS = 28, 18, 20, 120, 22, 58  # heights, in pixels
BAR = 0.46  # of a column's width
STYLE = """
.page { fill: #ffffff; stroke: #d0d7de } text { font: 13px system-ui, sans-serif; fill: #1f2328 }
.title { font-weight: 600 } .quiet { fill: #59636e; font-size: 12px } .mark { font-weight: 600; font-size: 12px }
.axis { stroke: #d0d7de } .up { stroke: #59636e }
.part0 { fill: #0969da } .part1 { fill: #54aeff } .price { fill: #bf8700 } .best { fill: #1a7f37 }
@media (prefers-color-scheme: dark) {
.page { fill: #0d1117; stroke: #3d444d } text { fill: #f0f6fc } .quiet { fill: #9198a1 }
.axis { stroke: #3d444d } .up { stroke: #9198a1 }
.part0 { fill: #388bfd } .part1 { fill: #79c0ff } .price { fill: #e3b341 } .best { fill: #3fb950 }
}
""".strip()


@dataclass(frozen=True)
class Panel:
    """One bar chart, with a bar for each memory size."""

    title: str
    legend: Sequence[tuple[str, str]]  # (CSS class, text)
    segments: Callable[[Size], Sequence[tuple[str, float]]]  # (CSS class, value), from the bottom
    value: Callable[[Size], str]  # the text above the bar
    upto: Callable[[Size], float] | None = None  # the value that a line reaches


def write(tuned: Tuned, path: Path) -> Path:
    """Draw the measurements into a file, and make its folder if necessary."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(svg(tuned), encoding="utf-8")
    return path


def svg(tuned: Tuned) -> str:
    """Draw how long a warm call and a first call take, and what they cost."""
    panels = _panels(tuned)
    width, height = _width(tuned), PAD + HEAD + len(panels) * (TITLE + LEGEND + PLOT + GAP) + TICKS
    title = f"{tuned.model}, {tuned.architecture}, by memory size: {tuned.request}"
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        'role="img">',
        f"<title>{escape(title)}</title>",
        f"<style>{STYLE}</style>",
        f'<rect class="page" x="0.5" y="0.5" width="{width - 1}" height="{height - 1}" rx="6"/>',
    ]
    lines.append(f'<text class="quiet" x="{PAD}" y="{PAD + 12}">{escape(title)}</text>')
    top = PAD + HEAD
    for panel in panels:
        lines += _panel(panel, tuned, top)
        top += TITLE + LEGEND + PLOT + GAP
    return "\n".join([*lines, *_ticks(tuned, top - GAP), "</svg>", ""])


def _panels(tuned: Tuned) -> list[Panel]:
    call = f"request of {tuned.rows:,} rows" if tuned.rows else "call"
    million = "a million rows" if tuned.rows else "a million warm calls"
    return [
        Panel(
            f"A warm {call}",
            [("part0", "p50"), ("up", "p99")],
            lambda size: [("part0", size.p50)],
            lambda size: f"{milliseconds(size.p50)} / {milliseconds(size.p99)}".replace(" ms /", " /"),
            lambda size: size.p99,
        ),
        Panel(
            "The first call of an environment",
            [("part1", "init, with all processors"), ("part0", "the call itself")],
            lambda size: [("part1", size.init), ("part0", max(0.0, size.first_call - size.init))],
            lambda size: milliseconds(size.first_call),
        ),
        Panel(
            f"Price of {million}",
            [("price", f"{prices.REGION} since {prices.AS_OF}, with the requests, without the free tier")],
            lambda size: [("price", tuned.price_of_million(size))],
            lambda size: dollars(tuned.price_of_million(size)),
        ),
    ]


def _width(tuned: Tuned) -> int:
    """The width of the picture, with which the texts of neighboring bars do not overlap."""
    return max(LEAST_WIDTH, LEFT + COLUMN * len(tuned.measured) + RIGHT)


def _column(tuned: Tuned) -> float:
    """The width of the column of one memory size."""
    return (_width(tuned) - LEFT - RIGHT) / len(tuned.measured)


def _middle(tuned: Tuned, number: int) -> float:
    """The middle of the column of a memory size."""
    return LEFT + _column(tuned) * (number + 0.5)


def _panel(panel: Panel, tuned: Tuned, top: float) -> list[str]:
    lines = [f'<text class="title" x="{PAD}" y="{top + 14}">{escape(panel.title)}</text>']
    x = float(PAD)
    for kind, words in panel.legend:
        y = top + TITLE + 4
        lines.append(
            f'<line class="up" x1="{x + 5}" x2="{x + 5}" y1="{y}" y2="{y + 11}"/>'
            if kind == "up"
            else f'<rect class="{kind}" x="{x}" y="{y}" width="11" height="11" rx="2"/>'
        )
        lines.append(f'<text class="quiet" x="{x + 17}" y="{y + 10}">{escape(words)}</text>')
        x += 36 + 6.4 * len(words)
    floor = top + TITLE + LEGEND + PLOT
    heights = [
        max(sum(value for _, value in panel.segments(size)), panel.upto(size) if panel.upto else 0)
        for size in tuned.measured
    ]
    scale = (PLOT - 20) / (max(heights) or 1)
    width = BAR * _column(tuned)
    for number, (size, highest) in enumerate(zip(tuned.measured, heights, strict=True)):
        middle, y = _middle(tuned, number), floor
        if panel.upto:
            lines.append(
                f'<line class="up" x1="{middle:.1f}" x2="{middle:.1f}" '
                f'y1="{floor}" y2="{floor - highest * scale:.1f}"/>'
            )
        for kind, value in panel.segments(size):
            y -= value * scale
            lines.append(
                f'<rect class="{kind}" x="{middle - width / 2:.1f}" y="{y:.1f}" width="{width:.1f}" '
                f'height="{value * scale:.1f}"><title>{size.memory_size} MB: {escape(panel.value(size))}</title></rect>'
            )
        lines.append(
            f'<text class="quiet" x="{middle:.1f}" y="{floor - highest * scale - 5:.1f}" text-anchor="middle">'
            f"{escape(panel.value(size))}</text>"
        )
    lines.append(f'<line class="axis" x1="{LEFT}" x2="{_width(tuned) - RIGHT}" y1="{floor}" y2="{floor}"/>')
    return lines


def _ticks(tuned: Tuned, top: float) -> list[str]:
    lines = []
    for number, size in enumerate(tuned.measured):
        x = f'x="{_middle(tuned, number):.1f}" text-anchor="middle"'
        lines.append(f'<text {x} y="{top + 18}">{size.memory_size} MB</text>')
        lines.append(f'<text class="quiet" {x} y="{top + 33}">{sizes.share(size.memory_size):.2f} vCPU</text>')
        marks = [mark for mark, best in (("costs least", tuned.cheapest), ("fastest", tuned.fastest)) if size is best]
        if marks:
            lines.append(f'<text class="mark best" {x} y="{top + 50}">{", ".join(marks)}</text>')
    return lines
