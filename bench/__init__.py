"""Compares this project with the alternatives. Each benchmark measures all sides in one run, and writes the results."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path

from build.errors import UserError
from build.runtimes import Architecture, host_architecture
from build.saying import Say

RESULTS = Path(__file__).with_name("results")
ROOT = Path(__file__).parents[1]
PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))  # the pages with tables between markers


class UnknownBench(UserError):
    template = "There is no bench {name!r}. Use one of: {known}."


class OnlyForSome(UserError):
    template = "--only names {some}, which bench {name!r} does not measure. Leave it out, or run one of these benches."


class OnlyWithEstimators(UserError):
    template = "--scratch belongs to the bench estimators, and not to {name!r}. Leave it out."


class UnknownMachine(UserError):
    template = "AWS Lambda has no architecture like the one of this machine, so nothing can be measured here."


def this_architecture() -> Architecture:
    """Return the architecture of this machine.

    Raises:
        UnknownMachine: Lambda does not have this architecture.
    """
    architecture = host_architecture()
    if architecture is None:
        raise UnknownMachine
    return architecture


@dataclass(frozen=True)
class Outcome:
    """The results of a benchmark, as they are shown."""

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

OF_SOME = ("packages", "estimators")  # benches that can measure only some of their subjects


def run(name: str, say: Say, only: Collection[str] = (), scratch: Path | None = None) -> Outcome:
    """Measure, write the results, and put their table between its markers in the README or on a page of docs/.

    Args:
        only: the packages or estimators to measure; without any, all are measured.
        scratch: a folder that keeps the packaged estimators for the next run.

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
        return outcome  # the table on the page is about all estimators
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        page.write_text(with_table(text, name, outcome.markdown()), encoding="utf-8")
    return outcome


def with_table(text: str, name: str, table: str) -> str:
    """Return a page with the table between its markers of that name, or the same page if it has no such markers."""
    start, end = f"<!-- bench {name} -->\n", f"<!-- end of bench {name} -->"
    before, opened, rest = text.partition(start)
    _, closed, after = rest.partition(end)
    return f"{before}{start}\n{table}\n\n{end}{after}" if opened and closed else text
