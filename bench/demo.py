"""Records `make demo` in a terminal, and draws its output: docs/demo.svg."""

from __future__ import annotations

from pathlib import Path

from bench import ROOT, Outcome, terminal
from build.saying import Say

PICTURE = ROOT / "docs" / "demo.svg"
ARGV = ("make", "demo")
COLUMNS = 100


def run(folder: Path, say: Say) -> Outcome:
    """Run the demo in this checkout, and take the picture.

    Raises:
        RecordingFailed: the demo failed.
    """
    command = " ".join(ARGV)
    say(f"Recording: {command}")
    screen = terminal.record(ARGV, ROOT, COLUMNS)
    PICTURE.write_text(terminal.svg(command, screen), encoding="utf-8")
    kilobytes = f"{PICTURE.stat().st_size / 1e3:.0f} kB"
    return Outcome("The recording", ["picture", "size"], [[PICTURE.name, kilobytes]], {}, [PICTURE])
