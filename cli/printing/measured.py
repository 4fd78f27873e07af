"""Shows what was measured on this machine: cold starts, and the demo's two deployments."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence

from rich.table import Table

from cli.terminal import megabytes, show
from local.cold_start import ColdStart
from local.cold_start_chart import STEPS, durations
from local.demo import Result


def show_cold_starts(measured: Sequence[ColdStart], runs: int) -> None:
    """Show where the first call's time goes, for each mode that is packaged."""
    table = Table("", title=f"First call, medians of {runs}")
    for mode in measured:
        table.add_column(f"mode = {mode.mode}", justify="right")
    for step, label in STEPS.items():
        table.add_row(label, *(f"{durations(mode.bar)[step]:.0f} ms" for mode in measured))
    table.add_row("first call", *(f"{mode.first_call:.0f} ms" for mode in measured))
    table.add_row("second call", *(f"{mode.second_call:.1f} ms" for mode in measured))
    table.add_row("most memory", *(megabytes(mode.rss) for mode in measured))
    table.add_row("asks for memory_size", *(f"{mode.memory_size} MB" for mode in measured))
    show(table)


def show_demo(results: Sequence[Result]) -> None:
    """Show what was measured of each mode's deployment."""
    table = Table("", title="Deployed, invoked, and compared with the estimator itself")
    for result in results:
        table.add_column(f"mode = {result.mode}", justify="right")
    rows: dict[str, Callable[[Result], str]] = {
        "layer, zipped": lambda result: megabytes(result.layer["zip_bytes"]),
        "layer, unzipped": lambda result: megabytes(result.layer["unzipped_bytes"]),
        "function, zipped": lambda result: megabytes(result.function["zip_bytes"]),
        "function, unzipped": lambda result: megabytes(result.function["unzipped_bytes"]),
        "first call, with the init": lambda result: f"{result.first_call:.2f} s",
        "median of the calls after it": lambda result: f"{statistics.median(result.calls) * 1e3:.1f} ms",
        "predictions equal to the estimator's own": lambda result: f"{result.equal} of {len(result.calls)}",
    }
    for name, cell in rows.items():
        table.add_row(name, *map(cell, results))
    show(table)
