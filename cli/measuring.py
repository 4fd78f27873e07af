"""Commands that run what was packaged on this machine, under AWS's own runtime client and emulator, and measure it."""

from __future__ import annotations

from pathlib import Path

from invoke.context import Context
from rich.table import Table

import bench as benches
from cli.command import command
from cli.terminal import OUT, made, say, show, terminal, with_out


@command(
    help={
        "request": "JSON file: the first call's event (default: a row made up from the signature)",
        "runs": "fresh environments for each mode",
        "out": "folder of the packaged function; cold-start.svg goes there",
    }
)
def profile_cold_start(c: Context, request: Path | None = None, runs: str = "5", out: Path = OUT) -> None:
    """Run your packaged function in fresh environments on this machine, and draw where the first call's time goes."""
    from cli.printing.measured import show_cold_starts
    from local import cold_start
    from local.tune.measure import number

    count = number(runs, "--runs", 5)
    show_cold_starts(cold_start.profile(out, request, count, say), count)
    say("memory_size is what memory alone asks for. Processing power grows with it: one whole vCPU at 1769 MB.")
    show(made(out / cold_start.PICTURE))
    terminal.next(f"invoke tune{with_out(out)}")


@command(
    help={
        "request": "JSON file: the event of every call (default: a row made up from the signature)",
        "memory_sizes": "of the function, in MB, with commas between them",
        "rows": "repeat the request's rows to so many, and say what a million rows cost",
        "rounds": "fresh environments for each size",
        "calls": "warm calls in each environment",
        "chart": "SVG file for the picture (default: tune.svg in the folder of the artifacts)",
        "out": "folder of the packaged function",
    }
)
def tune(
    c: Context,
    request: Path | None = None,
    memory_sizes: str = "128,256,512,1024,1769,3538",
    rows: str | None = None,
    rounds: str = "5",
    calls: str = "40",
    chart: Path | None = None,
    out: Path = OUT,
) -> None:
    """Run your packaged function at the processor share of each memory size: how fast it is, and what it costs."""
    from local.tune import chart as drawing
    from local.tune import measure, sizes
    from local.tune import table as tables

    count = None if rows is None else measure.number(rows, "--rows", 1000)
    times = measure.number(rounds, "--rounds", 5), measure.number(calls, "--calls", 40)
    tuned = measure.tune(out, request, sizes.parse(memory_sizes), count, *times, say)
    picture = drawing.write(tuned, chart or out / drawing.NAME)
    show(tables.of(tuned))
    for note in tables.notes(tuned):
        say(note)
    show(made(picture))
    for line in tables.advice(tuned):
        show(line)


@command(help={"out": "folder for the artifacts, apart from your own"})
def demo(c: Context, out: Path = OUT / "demo") -> None:
    """Deploy the example in both modes to an embedded AWS, and watch it answer. Costs nothing, touches no account."""
    from cli.printing.measured import show_demo
    from local import demo as demonstration  # moto and the emulator are for development

    show_demo(demonstration.run(out, say))
    terminal.next(f"invoke serve{with_out(out)}", "invoke build-layer  # for a model of your own")


@command(
    help={
        "name": f"one of: {', '.join(benches.BENCHES)}",
        "only": "for packages and estimators: one of them to measure; may be given more than once (default: all)",
        "scratch": "for estimators: folder that keeps what was packaged, for a next run of the same code",
    },
    iterable=["only"],
    positional=["name"],
)
def bench(c: Context, name: str, only: list[str], scratch: Path | None = None) -> None:
    """Measure this project and its alternatives in one run, and write bench/results/. Takes minutes."""
    outcome = benches.run(name, say, only, scratch)
    table = Table(*outcome.headings, title=outcome.title)
    for row in outcome.rows:
        table.add_row(*row)
    show(table)
    for ratio, value in outcome.ratios.items():
        show(f"{ratio}: {value}")
    for path in outcome.files:
        show(made(path))
    terminal.next("git diff --stat -- bench/results README.md docs")
