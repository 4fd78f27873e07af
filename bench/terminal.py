"""Records what a command shows in a terminal, and draws it as an SVG that plays once, in light and in dark colours."""

from __future__ import annotations

import fcntl
import html
import os
import pty
import re
import struct
import subprocess
import termios
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

from rich.style import Style
from rich.text import Text

from build.errors import UserError

TOKEN = re.compile(r"\x1b\[(?P<numbers>[0-9;?]*)(?P<action>[A-Za-z])|\x1b\].*?(?:\x07|\x1b\\)|\r\n|\n|\r|[^\x1b\r\n]+")

CELL, LINE, MARGIN, BAR = 7.8, 17, 16, 30  # in the drawing's pixels
SECONDS = 10.0  # the most seconds that the drawing plays
DRAWING = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height}" width="{width:.0f}" height="{height}"
  role="img">
<title>{title}</title>
<style>
svg {{ --paper: #ffffff; --ink: #1f2328; --soft: #59636e; --edge: #d1d9e0; --bar: #f6f8fa;
  --red: #d1242f; --green: #1a7f37; --yellow: #9a6700; --blue: #0969da; --magenta: #8250df; --cyan: #1b7c83; }}
@media (prefers-color-scheme: dark) {{
  svg {{ --paper: #0d1117; --ink: #f0f6fc; --soft: #9198a1; --edge: #3d444d; --bar: #151b23;
    --red: #f85149; --green: #3fb950; --yellow: #d29922; --blue: #4493f8; --magenta: #ab7df8; --cyan: #39c5cf; }}
}}
text {{ fill: var(--ink); font: 13px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace;
  white-space: pre; }}
.bold {{ font-weight: 700; }} .italic {{ font-style: italic; }} .dim {{ fill: var(--soft); }}
{colours}
@keyframes later {{ from, to {{ opacity: 0; }} }}
@media (prefers-reduced-motion: no-preference) {{ g {{ animation: later 0s; }} }}
</style>
<rect x="0.5" y="0.5" width="{inner:.0f}" height="{tall}" rx="8" style="fill: var(--paper); stroke: var(--edge)"/>
<path d="M0.5 {bar}V8.5a8 8 0 0 1 8-8H{corner:.0f}a8 8 0 0 1 8 8V{bar}z" style="fill: var(--bar); stroke: var(--edge)"/>
<path d="M18 15.5h.01m16 0h.01m16 0h.01" style="stroke: var(--edge); stroke-width: 10; stroke-linecap: round"/>
{body}
</svg>
"""
# By number; 8 more is the bright colour
COLOURS = {1: "red", 2: "green", 3: "yellow", 4: "blue", 5: "magenta", 6: "cyan"}


class RecordingFailed(UserError):
    template = "{command} ended with exit code {code}, so there is nothing to draw:\n{tail}"


@dataclass
class Screen:
    """Lines as a terminal shows them, each with the time at which its text was last changed."""

    lines: list[str] = field(default_factory=lambda: [""])
    times: list[float] = field(default_factory=lambda: [0.0])
    at: int = 0
    overwrites: bool = False  # whether the next text replaces the line, because the cursor is at its beginning

    def feed(self, text: str, seconds: float) -> None:
        """Show a text. Colours stay in the lines. Only the movements of the cursor that progress bars use are known."""
        for match in TOKEN.finditer(text):
            token, action = match[0], match["action"]
            if token.endswith("\n"):
                self._move(1)
            elif token == "\r":
                self.overwrites = True
            elif action == "A":
                self._move(-int(match["numbers"] or 1))
            elif action == "K":
                self._write("", seconds, anew=True)
            elif action == "m":
                self.lines[self.at] += token
            elif not token.startswith("\x1b"):
                self._write(token, seconds, anew=self.overwrites)

    def _move(self, by: int) -> None:
        self.at, self.overwrites = max(self.at + by, 0), by < 0
        while self.at >= len(self.lines):
            self.lines.append("")
            self.times.append(self.times[-1])

    def _write(self, text: str, seconds: float, anew: bool) -> None:
        self.lines[self.at] = ("" if anew else self.lines[self.at]) + text
        self.times[self.at], self.overwrites = seconds, False


def record(argv: Sequence[str], folder: Path, columns: int, env: Mapping[str, str] = os.environ) -> Screen:
    """Run a command in a terminal of that width, and keep what it shows.

    Raises:
        RecordingFailed: the command failed.
    """
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    wanted = {**env, "TERM": "xterm-256color", "COLUMNS": str(columns)}
    process = subprocess.Popen(argv, cwd=folder, env=wanted, stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    begin, screen, chunks = time.monotonic(), Screen(), []
    with suppress(OSError):  # reading raises OSError when the other end is closed
        while chunk := os.read(ours, 1 << 16):
            chunks.append((chunk, time.monotonic() - begin))
    os.close(ours)
    rest = b""
    for chunk, seconds in chunks:
        text, rest = _whole(rest + chunk)
        screen.feed(text, seconds)
    code = process.wait()
    if code:
        tail = "\n".join(Text.from_ansi(line).plain for line in screen.lines[-20:])
        raise RecordingFailed(command=" ".join(argv), code=code, tail=tail)
    return screen


def _whole(data: bytes) -> tuple[str, bytes]:
    """Return the text without an incomplete character or escape sequence at its end, and these last bytes."""
    cut = re.search(rb"(\x1b(\[[0-9;?]*)?|\r|[\xc0-\xff][\x80-\xbf]{0,2})\Z", data)
    end = cut.start() if cut else len(data)
    return data[:end].decode(errors="replace"), data[end:]


def svg(command: str, screen: Screen) -> str:
    """Return the drawing of a command and what it showed."""
    lines = list(zip(screen.lines, screen.times, strict=True))
    while lines and not Text.from_ansi(lines[-1][0]).plain.strip():
        lines.pop()
    last = max((seconds for _, seconds in lines), default=0.0)
    pace = min(1.0, (SECONDS - 1) / last) if last else 1.0
    body = [_line(0, [(f"$ {command}", Style(bold=True))], 0.0)]
    body += [
        _line(number, _runs(Text.from_ansi(line)), 1 + seconds * pace)
        for number, (line, seconds) in enumerate(lines, 1)
    ]
    longest = max(len(Text.from_ansi(line).plain.rstrip()) for line in (command, *screen.lines)) + 2
    width, height = longest * CELL + 2 * MARGIN, BAR + (len(lines) + 1) * LINE + 2 * MARGIN
    return DRAWING.format(
        title=html.escape(f"{command}, recorded"),
        width=width,
        height=height,
        inner=width - 1,
        tall=height - 1,
        corner=width - 8.5,
        bar=BAR,
        colours=" ".join(f".{name} {{ fill: var(--{name}); }}" for name in COLOURS.values()),
        body="\n".join(filter(None, body)),
    )


def _runs(text: Text) -> list[tuple[str, Style]]:
    """Return a line in pieces of one style each."""
    styles = [Style()] * len(text.plain)
    for span in text.spans:
        own = span.style if isinstance(span.style, Style) else Style.parse(span.style)
        styles[span.start : span.end] = [style + own for style in styles[span.start : span.end]]
    pieces = groupby(zip(text.plain, styles, strict=True), key=lambda pair: pair[1])
    return [("".join(letter for letter, _ in letters), style) for style, letters in pieces]


def _line(number: int, runs: Sequence[tuple[str, Style]], seconds: float) -> str:
    """Return the drawing of one line. Each piece has its own place and width, whatever the font is."""
    pieces, column = [], 0
    for text, style in runs:
        if text.strip():
            blanks = len(text) - len(text.lstrip())
            letters = text.strip()
            x = MARGIN + (column + blanks) * CELL
            names = [name for name in ("bold", "dim", "italic") if getattr(style, name)]
            colour = (style.color.number or 0) % 8 if style.color else None
            if colour in COLOURS:
                names.append(COLOURS[colour])
            kind = f' class="{" ".join(names)}"' if names else ""
            y = BAR + MARGIN + (number + 0.8) * LINE
            place = f'x="{x:.1f}" y="{y:.1f}" textLength="{len(letters) * CELL:.1f}"'
            pieces.append(f"<text {place}{kind}>{html.escape(letters)}</text>")
        column += len(text)
    return f'<g style="animation-duration: {seconds:.2f}s">{"".join(pieces)}</g>' if pieces else ""
