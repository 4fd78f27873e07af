"""Comparisons with what else there is: each measures all sides in one run and writes numbers, ratios and a drawing."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path

from build.errors import UserError

RESULTS = Path(__file__).with_name("results")
ROOT = Path(__file__).parents[1]
PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))  # with tables between markers

Say = Callable[[str], None]


class UnknownBench(UserError):
    template = "There is no bench {name!r}. Take one of: {known}."


class OnlyForPackages(UserError):
    template = "--only names packages, and bench {name!r} has none. Leave it out, or run: invoke bench packages."


@dataclass(frozen=True)
class Outcome:
    """What a bench has to show."""

    title: str
    headings: list[str]
    rows: list[list[str]]
    ratios: dict[str, float]
    files: list[Path]

    def markdown(self) -> str:
        lines = [self.headings, ["---", *["--:"] * (len(self.headings) - 1)], *self.rows]
        return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _layer(say: Say) -> Outcome:
    from bench import layer

    return layer.run(RESULTS, say)


def _cold_start(say: Say) -> Outcome:
    from bench import cold_start

    return cold_start.run(RESULTS, say)


def _cold_start_draft(say: Say) -> Outcome:
    from bench import cold_start

    return cold_start.run(RESULTS / "drafts", say, models=("0.1", "pipeline"), runs=3)


def _packages(say: Say, only: Collection[str] = ()) -> Outcome:
    from bench import packages

    return packages.run(RESULTS, say, only)


def _answers(say: Say) -> Outcome:
    from bench import answers

    return answers.run(RESULTS, say)


def _load(say: Say) -> Outcome:
    from bench import load

    return load.run(RESULTS, say)


def _page(say: Say) -> Outcome:
    from bench import page

    return page.run(RESULTS, say)


BENCHES: dict[str, Callable[..., Outcome]] = {
    "answers": _answers,
    "layer": _layer,
    "load": _load,
    "cold-start": _cold_start,
    "packages": _packages,
    "page": _page,
    "cold-start-draft": _cold_start_draft,
}


def run(name: str, say: Say, only: Collection[str] = ()) -> Outcome:
    """Measure, write the results, and put their table between its markers in the README or on a page of docs/.

    Args:
        only: of the packages, those to measure; all if there is none.

    Raises:
        UnknownBench, OnlyForPackages
    """
    if name not in BENCHES:
        raise UnknownBench(name=name, known=", ".join(BENCHES))
    if only and name != "packages":
        raise OnlyForPackages(name=name)
    outcome = BENCHES[name](say, only) if only else BENCHES[name](say)
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        page.write_text(with_table(text, name, outcome.markdown()), encoding="utf-8")
    return outcome


def with_table(text: str, name: str, table: str) -> str:
    """A page with the table between its markers of that name; the same page if it has none."""
    start, end = f"<!-- bench {name} -->\n", f"<!-- end of bench {name} -->"
    before, found, rest = text.partition(start)
    _, closed, after = rest.partition(end)
    return f"{before}{start}\n{table}\n\n{end}{after}" if found and closed else text
