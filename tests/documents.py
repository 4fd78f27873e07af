"""The commands in the project's documents, as a reader meets them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PROGRAMS = ("invoke", "terraform", "make", "aws")  # whose names begin a command in the running text
SHELL = ("", "sh", "bash", "shell", "console")  # languages of fenced blocks with commands
DRAWN = re.compile("[┏│┗]")  # in a block that shows what a command prints
TABLES = re.compile(r"<!-- inputs and outputs.*?<!-- end of inputs and outputs -->", re.DOTALL)
FENCED = re.compile(r"^```(\w*)[^\n]*\n(.*?)^```$", re.DOTALL | re.MULTILINE)
INDENTED = re.compile(r"(?<=\n\n)(?: {4}[^\n]*\n)+")
SPAN = re.compile(rf"`((?:{'|'.join(PROGRAMS)})\s[^`]+)`")


@dataclass(frozen=True)
class Command:
    document: Path
    line: int
    text: str

    @property
    def is_synopsis(self) -> bool:
        """Whether it stands for many: options that may be left out are in brackets."""
        return "[--" in self.text

    def __str__(self) -> str:
        return f"{self.document.name}:{self.line}: {self.text}"


def of_project(root: Path) -> list[Command]:
    """The commands of README.md, docs/ and CONTRIBUTING.md, in the order of the text."""
    documents = [root / "README.md", *sorted((root / "docs").rglob("*.md")), *root.glob("CONTRIBUTING.md")]
    return [command for document in documents for command in of(document)]


def of(document: Path) -> list[Command]:
    """The commands of a document: those of its code blocks, and in its text those of the programs known here."""
    text = TABLES.sub(_blank, document.read_text(encoding="utf-8"))
    found = []
    for match in FENCED.finditer(text):
        if match[1] in SHELL:
            found += _of_block(match[2], match.start(2))
    text = FENCED.sub(_blank, text)
    for match in INDENTED.finditer(text):
        found += _of_block(match[0], match.start())
    text = INDENTED.sub(_blank, text)
    found += [(match.start(), " ".join(match[1].split())) for match in SPAN.finditer(text)]
    return [Command(document, text.count("\n", 0, start) + 1, words) for start, words in sorted(found)]


def _of_block(block: str, start: int) -> Iterator[tuple[int, str]]:
    """The commands of a block, which starts there in the document: a line that is indented further continues one."""
    if DRAWN.search(block):
        return
    lines = block.splitlines(keepends=True)
    indent = min((len(line) - len(line.lstrip()) for line in lines if line.strip()), default=0)
    at, command = start, ""
    for line in lines:
        words = re.sub(r"(^|\s)#\s.*", "", line.strip()).removesuffix("\\").strip().removeprefix("$ ")
        if command and line[indent : indent + 1].isspace():
            command += f" {words}"
        else:
            if command:
                yield at, command
            at, command = start, words
        start += len(line)
    if command:
        yield at, command


def _blank(match: re.Match[str]) -> str:
    """As many lines with nothing in them, so that what follows keeps its place."""
    return re.sub(r"[^\n]", " ", match[0])
