"""Draws horizontal bars, which may consist of several segments, in panels one below the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from local import svg

WIDTH, LABELS, VALUES = 820, 260, 100  # pixels of the picture, and of the columns left and right of the bars
ROW, BAR, TITLE, PAD = 24, 16, 34, 16  # pixels


@dataclass(frozen=True)
class Segment:
    """A piece of a bar."""

    size: float
    kind: str  # a colour of `svg.STYLE`
    tooltip: str = ""  # if it is empty, the tooltip is the text beside the bar


@dataclass(frozen=True)
class Bar:
    """One bar, whose segments follow each other from left to right."""

    label: str
    segments: Sequence[Segment]
    value: str  # the text beside the bar

    @classmethod
    def of(cls, label: str, size: float, value: str, kind: str = "blue") -> Bar:
        """Return a bar of one segment."""
        return cls(label, [Segment(size, kind)], value)

    @property
    def size(self) -> float:
        return sum(segment.size for segment in self.segments)


@dataclass(frozen=True)
class Panel:
    """Bars with the same unit and scale, under a title."""

    title: str
    bars: Sequence[Bar]
    limit: tuple[float, str] | None = None  # a value to be marked by a line across all bars, and its name
    row: int = ROW  # pixels from bar to bar

    @property
    def height(self) -> int:
        return TITLE + self.row * len(self.bars) + PAD


def draw(panels: Sequence[Panel], title: str = "", legend: Sequence[tuple[str, str]] = ()) -> str:
    """Return the picture of some panels.

    Args:
        title: the heading of the whole picture.
        legend: the colours of the segments, and what each of them means.
    """
    top = PAD
    elements: list[str] = []
    if title:
        elements.append(svg.text(title, PAD, top + 12, "title"))
        top += ROW
    if legend:
        elements += svg.legend(legend, PAD, top)
        top += ROW
    for panel in panels:
        elements += _panel(panel, top)
        top += panel.height
    return svg.document(WIDTH, top, elements, title)


def _panel(panel: Panel, top: int) -> list[str]:
    largest = max([bar.size for bar in panel.bars] + ([panel.limit[0]] if panel.limit else []))
    scale = (WIDTH - LABELS - VALUES) / (largest or 1)
    elements = [svg.text(panel.title, PAD, top + 16, "title")]
    height = round(panel.row * BAR / ROW)
    for number, bar in enumerate(panel.bars):
        y = top + TITLE + number * panel.row
        elements.append(svg.text(bar.label, LABELS - 10, y + height - 3, anchor="end"))
        x = float(LABELS)
        for segment in bar.segments:
            tooltip = segment.tooltip or f"{bar.label}: {bar.value}"
            elements.append(svg.rectangle(segment.kind, x, y, segment.size * scale, height, tooltip))
            x += segment.size * scale
        elements.append(svg.text(bar.value, WIDTH - PAD, y + height - 3, "quiet", "end"))
    if panel.limit:
        value, name = panel.limit
        x, bottom = LABELS + value * scale, top + TITLE + panel.row * len(panel.bars)
        elements.append(svg.line("limit", x, top + 22, x, bottom - 4))
        elements.append(svg.text(name, x, top + 17, "limit-text", "middle"))
    return elements
