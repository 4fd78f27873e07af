"""Shows what `invoke doctor` found: what is there, what is missing, and what does not work without it."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from cli.terminal import show
from local.doctor import Check

THERE, MISSING, LESS = ("ok", "green"), ("missing", "bold red"), ("not here", "yellow")


def show_checks(checks: Sequence[Check]) -> None:
    """Show each check as a line with what was found, and below it what does not work without it."""
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for check in checks:
        word, style = THERE if check.is_there else MISSING if check.is_needed else LESS
        cost = Text(f"\nwithout it, {check.without}", style="dim")
        table.add_row(Text(word, style=style), Text(f"{check.name}: {check.found}").append_text(cost))
    show(table)
