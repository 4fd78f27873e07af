"""Draws bars as SVG: no script, no font of its own, readable on a light and on a dark page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

WIDTH, LABELS, VALUES = 820, 260, 100  # pixels; of the columns left and right of the bars
ROW, BAR, TITLE, PAD = 24, 16, 34, 16

# Colours of parts by their number, each apart from the next in lightness too
STYLE = """
.page { fill: #ffffff; stroke: #d0d7de } text { font: 13px system-ui, sans-serif; fill: #1f2328 }
.title { font-weight: 600 } .quiet { fill: #59636e } .limit { stroke: #cf222e; stroke-dasharray: 4 3 }
.limit-text { fill: #cf222e; font-size: 12px }
.part0 { fill: #0969da } .part1 { fill: #54aeff } .part2 { fill: #8250df } .part3 { fill: #bf8700 }
.other { fill: #afb8c1 }
@media (prefers-color-scheme: dark) {
.page { fill: #0d1117; stroke: #3d444d } text { fill: #f0f6fc } .quiet { fill: #9198a1 }
.limit { stroke: #ff7b72 } .limit-text { fill: #ff7b72 }
.part0 { fill: #388bfd } .part1 { fill: #79c0ff } .part2 { fill: #ab7df8 } .part3 { fill: #e3b341 }
.other { fill: #59636e }
}
""".strip()


@dataclass(frozen=True)
class Bar:
    """One bar, of one or more parts."""

    label: str
    parts: Sequence[float]
    value: str  # as it is written beside the bar
    ours: bool = True  # else in the quiet colour


@dataclass(frozen=True)
class Panel:
    """Bars of one unit, under a title."""

    title: str
    bars: Sequence[Bar]
    limit: tuple[float, str] | None = None  # a line across, and its words
    row: int = ROW  # pixels from bar to bar

    @property
    def height(self) -> int:
        return TITLE + self.row * len(self.bars) + PAD


def svg(panels: Sequence[Panel], legend: Sequence[str] = ()) -> str:
    """The panels, one below the other.

    Args:
        legend: what the parts of the bars are, in their order.
    """
    height = sum(panel.height for panel in panels) + PAD + (ROW if legend else 0)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}">',
        f"<style>{STYLE}</style>",
        f'<rect class="page" x="0.5" y="0.5" width="{WIDTH - 1}" height="{height - 1}" rx="6"/>',
    ]
    top = PAD
    for panel in panels:
        lines += _panel(panel, top)
        top += panel.height
    left = PAD
    for number, words in enumerate(legend):
        lines.append(f'<rect class="part{number}" x="{left}" y="{top}" width="12" height="12"/>')
        lines.append(f'<text class="quiet" x="{left + 18}" y="{top + 11}">{escape(words)}</text>')
        left += 34 + 7 * len(words)
    return "\n".join([*lines, "</svg>", ""])


def _panel(panel: Panel, top: int) -> list[str]:
    biggest = max([sum(bar.parts) for bar in panel.bars] + ([panel.limit[0]] if panel.limit else []))
    scale = (WIDTH - LABELS - VALUES) / (biggest or 1)
    lines = [f'<text class="title" x="{PAD}" y="{top + 16}">{escape(panel.title)}</text>']
    for number, bar in enumerate(panel.bars):
        y, height = top + TITLE + number * panel.row, round(panel.row * BAR / ROW)
        lines.append(f'<text x="{LABELS - 10}" y="{y + height - 3}" text-anchor="end">{escape(bar.label)}</text>')
        x = float(LABELS)
        for part, size in enumerate(bar.parts):
            colour = f"part{part}" if bar.ours or len(bar.parts) > 1 else "other"
            lines.append(
                f'<rect class="{colour}" x="{x:.1f}" y="{y}" width="{size * scale:.1f}" height="{height}">'
                f"<title>{escape(bar.label)}: {escape(bar.value)}</title></rect>"
            )
            x += size * scale
        lines.append(
            f'<text class="quiet" x="{WIDTH - PAD}" y="{y + height - 3}" text-anchor="end">{escape(bar.value)}</text>'
        )
    if panel.limit:
        value, words = panel.limit
        x, bottom = LABELS + value * scale, top + TITLE + panel.row * len(panel.bars)
        lines.append(f'<line class="limit" x1="{x:.1f}" y1="{top + 22}" x2="{x:.1f}" y2="{bottom - 4}"/>')
        lines.append(f'<text class="limit-text" x="{x:.1f}" y="{top + 17}" text-anchor="middle">{escape(words)}</text>')
    return lines
