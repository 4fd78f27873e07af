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


class OnlyForSome(UserError):
    template = "--only names {some}, and bench {name!r} has none. Leave it out, or name one of these benches."


class OnlyWithEstimators(UserError):
    template = "--scratch is for the bench of estimators, and not for {name!r}. Leave it out."


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


def _estimators(say: Say, only: Collection[str] = (), scratch: Path | None = None) -> Outcome:
    from bench import estimators

    return estimators.run(RESULTS / "drafts" if only else RESULTS, say, only, scratch)


def _answers(say: Say) -> Outcome:
    from bench import answers

    return answers.run(RESULTS, say)


def _load(say: Say) -> Outcome:
    from bench import load

    return load.run(RESULTS, say)


def _large(say: Say) -> Outcome:
    from bench import large

    return large.run(RESULTS, say)


def _page(say: Say) -> Outcome:
    from bench import page

    return page.run(RESULTS, say)


def _demo(say: Say) -> Outcome:
    from bench import demo

    return demo.run(RESULTS, say)


BENCHES: dict[str, Callable[..., Outcome]] = {
    "answers": _answers,
    "layer": _layer,
    "load": _load,
    "cold-start": _cold_start,
    "estimators": _estimators,
    "packages": _packages,
    "large": _large,
    "page": _page,
    "demo": _demo,
    "cold-start-draft": _cold_start_draft,
}

OF_SOME = ("packages", "estimators")  # which can be run for some of what they measure


def run(name: str, say: Say, only: Collection[str] = (), scratch: Path | None = None) -> Outcome:
    """Measure, write the results, and put their table between its markers in the README or on a page of docs/.

    Args:
        only: of the packages or estimators, those to measure; all if there is none.
        scratch: folder that keeps the packaged estimators for a next run.

    Raises:
        UnknownBench, OnlyForSome, OnlyWithEstimators
    """
    if name not in BENCHES:
        raise UnknownBench(name=name, known=", ".join(BENCHES))
    if only and name not in OF_SOME:
        raise OnlyForSome(name=name, some=" or ".join(OF_SOME))
    if scratch and name != "estimators":
        raise OnlyWithEstimators(name=name)
    options = ({"only": only} if only else {}) | ({"scratch": scratch} if scratch else {})
    outcome = BENCHES[name](say, **options)
    if only and name == "estimators":
        return outcome  # the table on the page is of all
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
