"""Shows what fills Lambda's limit: a table that fits 80 columns, and the kinds of files on a wider terminal."""

from __future__ import annotations

from rich.table import Table

from build import runtimes
from build.dist.contents import KINDS
from build.dist.report import Report
from cli.terminal import megabytes, say, show, terminal

WIDE = 120  # the terminal's columns from which there is room for the kinds of files of each package
BAR = 12  # characters of the longest bar


def show_report(report: Report) -> None:
    facts = report.as_json()
    packages = facts["packages"]
    used = report.layer_bytes + max(report.functions.values(), default=0)
    kinds = KINDS if terminal.results.width >= WIDE else ()
    table = Table(title=f"{report.target}: {megabytes(used)} of {megabytes(runtimes.UNZIPPED_LIMIT)} unzipped")
    table.add_column("package", overflow="fold")
    for heading in ("MB", "share", "", "MB removed", *kinds):
        table.add_column(heading, justify="right" if heading else "left", no_wrap=heading not in kinds)
    largest = max(package["bytes"] for package in packages.values())
    for name, package in packages.items():
        bar = "█" * round(BAR * package["bytes"] / largest) or "▏"
        of_kinds = [f"{package['kinds'][kind] / 1e6:.1f}" for kind in kinds]
        size, removed = f"{package['bytes'] / 1e6:.1f}", f"{package['removed'] / 1e6:.1f}"
        table.add_row(name, size, f"{package['share']:.1%}", bar, removed, *of_kinds)
    show(table)
    totals = {kind: sum(package["kinds"][kind] for package in packages.values()) for kind in KINDS}
    say("By kind: " + ", ".join(f"{kind} {megabytes(size)}" for kind, size in totals.items()))
    say("Removed: " + ", ".join(f"{rule} {megabytes(size)}" for rule, size in facts["removed"].items()))
    say(f"Bytecode: {facts['bytecode']}")
    if facts["without"]:
        say(f"Built without: {', '.join(f'{name} {version}' for name, version in facts['without'].items())}")
    for mode, left in facts["left"].items():
        show(f"{mode}: {megabytes(left)} left")
