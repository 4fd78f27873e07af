"""Shows what `invoke doctor` found: what is there, what is not, and what it costs not to have it."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from cli.terminal import show
from local.doctor import Check

THERE, MISSING, LESS = ("ok", "green"), ("missing", "bold red"), ("not here", "yellow")


def show_checks(checks: Sequence[Check]) -> None:
    table = Table("", "what", "found", "without it", title="This machine and your AWS account")
    for check in checks:
        word, style = THERE if check.is_there else MISSING if check.is_needed else LESS
        table.add_row(Text(word, style=style), check.name, check.found, check.without)
    show(table)
