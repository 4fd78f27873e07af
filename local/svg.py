"""Draws the elements of this project's charts: SVG without scripts or fonts, readable in light and in dark mode."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

SWATCH = 12  # pixels of a colour in a legend

# The colours differ in lightness too, so that they can be told apart in print
STYLE = """
.page { fill: #ffffff; stroke: #d0d7de } text { font: 13px system-ui, sans-serif; fill: #1f2328 }
.title, .mark { font-weight: 600 } .quiet { fill: #59636e } .small { font-size: 12px }
.axis { stroke: #d0d7de } .reach { stroke: #59636e }
.limit { stroke: #cf222e; stroke-dasharray: 4 3 } .limit-text { fill: #cf222e; font-size: 12px }
.blue { fill: #0969da } .sky { fill: #54aeff } .purple { fill: #8250df } .amber { fill: #bf8700 }
.green { fill: #1a7f37 } .grey { fill: #afb8c1 }
@media (prefers-color-scheme: dark) {
.page { fill: #0d1117; stroke: #3d444d } text { fill: #f0f6fc } .quiet { fill: #9198a1 }
.axis { stroke: #3d444d } .reach { stroke: #9198a1 }
.limit { stroke: #ff7b72 } .limit-text { fill: #ff7b72 }
.blue { fill: #388bfd } .sky { fill: #79c0ff } .purple { fill: #ab7df8 } .amber { fill: #e3b341 }
.green { fill: #3fb950 } .grey { fill: #59636e }
}
""".strip()


def document(width: int, height: int, elements: Iterable[str], title: str = "") -> str:
    """Return a picture of these elements on a page with a border.

    Args:
        title: the text that screen readers read for the picture.
    """
    size = f'viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img">',
        *([f"<title>{escape(title)}</title>"] if title else []),
        f"<style>{STYLE}</style>",
        f'<rect class="page" x="0.5" y="0.5" width="{width - 1}" height="{height - 1}" rx="6"/>',
        *elements,
    ]
    return "\n".join([*lines, "</svg>", ""])


def text(words: str, x: float, y: float, kind: str = "", anchor: str = "start") -> str:
    """Return a line of text.

    Args:
        kind: classes of STYLE.
        anchor: which point of the text is at x: "start", "middle" or "end".
    """
    style = (f' class="{kind}"' if kind else "") + (f' text-anchor="{anchor}"' if anchor != "start" else "")
    return f'<text{style} x="{_number(x)}" y="{_number(y)}">{escape(words)}</text>'


def rectangle(kind: str, x: float, y: float, width: float, height: float, tooltip: str = "") -> str:
    """Return a filled rectangle."""
    place = f'x="{_number(x)}" y="{_number(y)}" width="{_number(width)}" height="{_number(height)}"'
    inside = f"><title>{escape(tooltip)}</title></rect>" if tooltip else "/>"
    return f'<rect class="{kind}" {place}{inside}'


def line(kind: str, x1: float, y1: float, x2: float, y2: float) -> str:
    """Return a straight line."""
    return f'<line class="{kind}" x1="{_number(x1)}" y1="{_number(y1)}" x2="{_number(x2)}" y2="{_number(y2)}"/>'


def legend(entries: Sequence[tuple[str, str]], x: float, y: float) -> list[str]:
    """Explain colours in one row of swatches. The kind "reach" is drawn as a line.

    Args:
        entries: the kind and its meaning in words.
    """
    elements = []
    for kind, words in entries:
        if kind == "reach":
            elements.append(line(kind, x + SWATCH / 2, y, x + SWATCH / 2, y + SWATCH))
        else:
            elements.append(rectangle(kind, x, y, SWATCH, SWATCH))
        elements.append(text(words, x + SWATCH + 6, y + SWATCH - 1, "quiet small"))
        x += SWATCH + 24 + 6.6 * len(words)
    return elements


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
