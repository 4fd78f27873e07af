"""How a command's terminal is recorded and drawn, and that the recording in the documents is one of today's demo."""

import re
import sys
from xml.etree import ElementTree

import pytest
from rich.text import Text

from bench import terminal
from tests.conftest import ROOT

SVG = "{http://www.w3.org/2000/svg}"
PROGRESS = r"""
import sys, time
print("\x1b[2mfirst\x1b[0m")
for part in (10, 50, 100):
    sys.stdout.write(f"\r\x1b[2K{part} %"); sys.stdout.flush(); time.sleep(0.05)
sys.stdout.write("\n\x1b[1A\x1b[2K\x1b[1;32mdone\x1b[0m\n\x1b[?25h│ é\n")
"""


def plain(screen):
    return [Text.from_ansi(line).plain for line in screen.lines]


@pytest.fixture
def screen(tmp_path):
    return terminal.record([sys.executable, "-c", PROGRESS], tmp_path, 40)


def test_a_line_that_is_written_anew_is_kept_as_it_is_at_last(screen):
    assert plain(screen) == ["first", "done", "│ é", ""]
    assert screen.times[1] > screen.times[0]


def test_the_command_sees_a_terminal_of_that_width(tmp_path):
    argv = [sys.executable, "-c", "import os, sys; print(sys.stdout.isatty(), os.get_terminal_size(1).columns)"]
    assert plain(terminal.record(argv, tmp_path, 77))[0] == "True 77"


def test_a_command_that_fails_is_told_with_what_it_said(tmp_path):
    argv = [sys.executable, "-c", "print('no way'); raise SystemExit(3)"]
    with pytest.raises(terminal.RecordingFailed, match=r"exit code 3(.|\n)*no way"):
        terminal.record(argv, tmp_path, 40)


def test_characters_and_sequences_that_are_cut_in_two_are_put_together():
    assert terminal._whole("a│".encode()[:-1]) == ("a", "│".encode()[:-1])
    assert terminal._whole(b"a\x1b[3") == ("a", b"\x1b[3")
    assert terminal._whole("a│\n".encode()) == ("a│\n", b"")


def test_a_drawing_has_each_line_in_its_colours_and_both_schemes(screen):
    drawn = terminal.svg("make <it>", screen)
    texts = ElementTree.fromstring(drawn).iter(f"{SVG}text")
    assert [(each.text, each.get("class")) for each in texts] == [
        ("$ make <it>", "bold"),
        ("first", "dim"),
        ("done", "bold green"),
        ("│ é", None),
    ]
    assert "prefers-color-scheme: dark" in drawn
    assert "prefers-reduced-motion" in drawn


def test_the_picture_in_the_readme_is_of_the_demo_of_today():
    root = ElementTree.parse(ROOT / "docs" / "demo.svg").getroot()
    shown = [each.text for each in root.iter(f"{SVG}text")]
    assert shown[0] == "$ make demo"
    said = "\n".join(shown)
    code = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "cli").rglob("*.py"))
    table = code.partition("def show_demo(")[2].partition("\ndef ")[0]
    rows = re.findall(r'^ +"([a-z][^"]+)": lambda', table, re.MULTILINE)
    assert len(rows) >= 5
    assert [row for row in rows if row not in said] == []
    assert said.count("20 of 20") == 2
