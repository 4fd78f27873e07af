"""Estimates what scoring with modules/batch takes: calls, hours and dollars, and which quota limits the speed."""

from __future__ import annotations

import math
from dataclasses import dataclass

from local import prices

# AWS's quotas, from https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html and Lambda's page of
# quotas
DISPATCHED = {"STANDARD": 100, "EXPRESS": 1000}  # the most child executions that a map starts in a second
OPEN_CHILDREN = 10_000  # the most open child executions of one map
LAMBDA_CONCURRENCY = 1_000  # the default for an account in a region, which can be raised
FILE_BYTES = 10_000_000_000  # the most bytes of one data set
FILE_ROWS = 100_000_000

STATES = 3  # the states that a call enters in modules/batch/definition.tf: Predict, IsAnswered and Answered


@dataclass(frozen=True)
class Load:
    """How a function answers a call, and the size of its rows."""

    rows_per_call: int
    milliseconds: float  # the median duration of a call
    memory_size: int
    row_bytes: int  # the bytes of a row in its file
    architecture: str = "x86_64"


# The example of `invoke train-example` with 500 rows of a CSV file in a call: docs/batch.md says how it was measured
EXAMPLE = Load(rows_per_call=500, milliseconds=10.5, memory_size=1024, row_bytes=52)
SLOW = Load(rows_per_call=500, milliseconds=2000, memory_size=1024, row_bytes=52)  # assumed, not measured


@dataclass(frozen=True)
class Setting:
    """The inputs of modules/batch that decide how fast it is."""

    execution_type: str
    max_concurrency: int


CASES = [
    ("The example", Setting("STANDARD", 10), EXAMPLE),
    ("The example", Setting("EXPRESS", 10), EXAMPLE),
    ("A model that takes 2 s for the 500 rows", Setting("EXPRESS", 500), SLOW),
]
ROWS = [10**power for power in range(4, 11)]


@dataclass(frozen=True)
class Estimate:
    calls: int
    files: int  # the least number of files that the rows have to be in
    seconds: float
    lambda_dollars: float
    step_functions_dollars: float
    binds: str  # the quota or input that keeps it from being faster


def estimate(rows: int, setting: Setting, load: Load = EXAMPLE) -> Estimate:
    """Return what scoring takes for a number of rows, if only quotas and the function's own time limit it."""
    calls = math.ceil(rows / load.rows_per_call)
    seconds = load.milliseconds / 1000
    starts = DISPATCHED[setting.execution_type]
    rates = {  # calls a second
        f"max_concurrency, {setting.max_concurrency:,} calls at once": setting.max_concurrency / seconds,
        f"starts of child executions, {starts:,} a second": float(starts),
        f"Lambda's concurrency, {LAMBDA_CONCURRENCY:,} environments": LAMBDA_CONCURRENCY / seconds,
        f"open child executions, {OPEN_CHILDREN:,}": OPEN_CHILDREN / seconds,
    }
    binds = min(rates, key=lambda limit: rates[limit])
    step = prices.STEP_FUNCTIONS
    of_call = step.of_express(load.milliseconds) if setting.execution_type == "EXPRESS" else step.of_standard(STATES)
    return Estimate(
        calls=calls,
        files=max(math.ceil(rows * load.row_bytes / FILE_BYTES), math.ceil(rows / FILE_ROWS)),
        seconds=max(calls / rates[binds], seconds),
        lambda_dollars=calls * prices.ON_DEMAND[load.architecture].of_call(load.memory_size, load.milliseconds),
        step_functions_dollars=calls * of_call,
        binds=binds,
    )


def table(setting: Setting, load: Load = EXAMPLE) -> str:
    """Return a table in Markdown, with a line for each number of rows."""
    lines = [
        "| rows | calls | files, at least | time, at least | Lambda | Step Functions |",
        "|--:|--:|--:|--:|--:|--:|",
    ]
    for rows in ROWS:
        figures = estimate(rows, setting, load)
        cells = [f"{rows:,}", f"{figures.calls:,}", f"{figures.files:,}", duration(figures.seconds)]
        cells += [dollars(figures.lambda_dollars), dollars(figures.step_functions_dollars)]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def tables() -> str:
    """Return the tables of docs/batch.md, each with the quota that limits it."""
    parts = []
    for words, setting, load in CASES:
        head = f'`execution_type = "{setting.execution_type}"` and `max_concurrency = {setting.max_concurrency}`'
        bound = estimate(ROWS[-1], setting, load).binds
        parts.append(f"{words} with {head}. What binds: {bound}.\n\n{table(setting, load)}")
    return "\n\n".join(parts)


def duration(seconds: float) -> str:
    """Return a duration as text for people."""
    for unit, length in (("days", 86400), ("hours", 3600), ("minutes", 60)):
        if seconds >= 2 * length:
            return f"{seconds / length:,.1f} {unit}"
    return f"{seconds:,.0f} s" if seconds >= 10 else f"{seconds:,.2f} s"


def dollars(amount: float) -> str:
    """Return an amount in dollars as text for people."""
    return "< $0.01" if amount < 0.01 else f"${amount:,.2f}" if amount < 100 else f"${amount:,.0f}"
