"""The project's pages of Markdown, and what they refer to: links, pictures, headings, options and files."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

FOLDERS = ("*.md", "docs/*.md", "modules/*/*.md", "examples/*/*.md", ".github/*.md", "bench/*.md")
FENCED = re.compile(r"^( *)```.*?^\1```$", re.DOTALL | re.MULTILINE)
CODE = re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)", re.DOTALL)
LINK = re.compile(r"\[(?:[^\[\]]|\[[^\]]*\])*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#{1,6} (.+?)\s*$", re.MULTILINE)
OPTION = re.compile(r"(?<![\w-])--[a-z][\w-]*")
FILE = re.compile(r"(?:build|lambda|local|modules|tests|bench|examples|docs)/[\w./-]*")


@dataclass(frozen=True)
class Link:
    page: Path
    line: int
    target: str

    def __str__(self) -> str:
        return f"{self.page.name}:{self.line}: {self.target}"


def of_project(root: Path) -> list[Path]:
    """All pages, in the order of their folders."""
    return [page for pattern in FOLDERS for page in sorted(root.glob(pattern))]


def links(page: Path) -> list[Link]:
    """The links and pictures of a page."""
    text = CODE.sub(_blank, FENCED.sub(_blank, page.read_text(encoding="utf-8")))
    return [Link(page, text.count("\n", 0, found.start()) + 1, found[1]) for found in LINK.finditer(text)]


def anchors(page: Path) -> set[str]:
    """The names by which links reach the headings of a page, as GitHub makes them."""
    seen: dict[str, int] = {}
    for heading in HEADING.findall(FENCED.sub(_blank, page.read_text(encoding="utf-8"))):
        plain = LINK.sub(lambda found: found[0][1 : found[0].index("](")], heading).replace("`", "")
        name = re.sub(r"[^\w\- ]", "", plain.lower()).replace(" ", "-")
        seen[name] = seen.get(name, -1) + 1
        if seen[name]:
            seen[f"{name}-{seen[name]}"] = 0
    return set(seen)


def code(page: Path) -> list[str]:
    """What stands as code in the running text of a page, each on one line."""
    text = FENCED.sub(_blank, page.read_text(encoding="utf-8"))
    return [" ".join(found[2].split()) for found in CODE.finditer(text)]


def blocks(page: Path, language: str) -> list[str]:
    """The blocks of code in a language."""
    text = page.read_text(encoding="utf-8")
    return [
        body
        for found, body in re.findall(r"^```(\w+)[^\n]*\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
        if found == language
    ]


def _blank(found: re.Match[str]) -> str:
    """As many lines with nothing in them, so that what follows keeps its place."""
    return re.sub(r"[^\n]", " ", found[0])
