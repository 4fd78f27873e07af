"""Draws where the first call's time goes, as an SVG that is readable in light and in dark."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

WIDTH, LEFT, RIGHT, BAR, GAP, TOP = 860, 190, 70, 18, 8, 64
PARTS = {
    "start": "start",
    "wait": "fetch",
    "import": "import",
    "unpickle": "unpickle",
    "predict": "predict",
}
STYLE = """
  text { font: 13px system-ui, sans-serif; fill: #24292f }
  .title { font-weight: 600 } .small { font-size: 11px; fill: #57606a } line { stroke: #d0d7de }
  .start { fill: #8c959f } .wait { fill: #0969da } .import { fill: #bf8700 } .unpickle { fill: #8250df }
  .predict { fill: #1a7f37 }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 } .small { fill: #9198a1 } line { stroke: #3d444d }
    .start { fill: #656c76 } .wait { fill: #4493f8 } .import { fill: #d29922 } .unpickle { fill: #ab7df8 }
    .predict { fill: #3fb950 }
  }
"""


def draw(groups: Mapping[str, Mapping[str, dict]]) -> str:
    """The picture: a group of bars under each title.

    Args:
        groups: title -> name of a bar -> its first_call_ms, and its phases_ms by part.
    """
    rows: list[str] = []
    y = TOP
    for title, bars in groups.items():
        longest = max(facts["first_call_ms"] for facts in bars.values())
        rows.append(f'<text class="title" x="0" y="{y}">{escape(title)}</text>')
        y += 12
        for name, facts in bars.items():
            rows += _bar(name, facts, y, (WIDTH - LEFT - RIGHT) / longest)
            y += BAR + GAP
        y += 24
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {y}" width="{WIDTH}" height="{y}" role="img">\n'
        f"<title>Where the first call's time goes</title>\n<style>{STYLE}</style>\n"
        + "\n".join([*_legend(), *rows])
        + "\n</svg>\n"
    )


def _legend() -> list[str]:
    words = ['<text class="title" x="0" y="14">Where the first call\'s time goes, in milliseconds</text>']
    x = 0
    for part, label in PARTS.items():
        words.append(f'<rect class="{part}" x="{x}" y="24" width="12" height="12" rx="2"/>')
        words.append(f'<text class="small" x="{x + 17}" y="34">{label}</text>')
        x += 32 + 7 * len(label)
    return words


def parts(facts: Mapping) -> dict[str, float]:
    """The parts of a first call in ms; what none of the handler's phases tells is the start."""
    phases = facts.get("phases_ms", {})
    told = {part: phases.get(part, 0.0) for part in PARTS if part != "start"}
    return {"start": max(0.0, facts["first_call_ms"] - sum(told.values())), **told}


def _bar(name: str, facts: dict, y: float, scale: float) -> list[str]:
    total, phases = facts["first_call_ms"], parts(facts)
    words, x = [f'<text x="{LEFT - 10}" y="{y + 13}" text-anchor="end">{escape(name)}</text>'], float(LEFT)
    for part, label in PARTS.items():
        width = phases[part] * scale
        if width >= 0.3:
            words.append(
                f'<rect class="{part}" x="{x:.1f}" y="{y}" width="{width:.1f}" height="{BAR}">'
                f"<title>{escape(name)}, {label}: {phases[part]:.0f} ms</title></rect>"
            )
        x += width
    words.append(f'<text class="small" x="{x + 6:.1f}" y="{y + 13}">{total:,.0f}</text>')
    return words
