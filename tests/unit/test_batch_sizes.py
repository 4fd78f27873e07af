"""What scoring takes by the number of rows, and that the page about it has these tables."""

import math

import pytest

from local import batch_sizes, prices
from local.batch_sizes import Load, Setting, estimate

LOAD = Load(rows_per_call=500, milliseconds=20, memory_size=1024, row_bytes=100)


def test_a_call_of_type_standard_as_aws_reckons_an_example():
    # AWS's workshop on distributed maps: 500,000 child executions of 2 states in batches cost $37.50
    assert prices.STEP_FUNCTIONS.of_standard(2) * 500_000 == pytest.approx(37.5)


def test_a_call_of_type_express_as_aws_reckons_an_example():
    # The same: 50,000 child executions of 150 s cost $9.12, with a transition to start each
    assert prices.STEP_FUNCTIONS.of_express(150_000) * 50_000 == pytest.approx(9.12, abs=0.06)


def test_a_call_of_type_express_is_billed_in_steps_of_100_ms():
    step = prices.STEP_FUNCTIONS
    assert step.of_express(1) == step.of_express(100) < step.of_express(101)


@pytest.mark.parametrize(
    ("setting", "binds", "rate"),
    [
        (Setting("STANDARD", 1), "max_concurrency", 50),
        (Setting("STANDARD", 10), "starts of child executions", 100),
        (Setting("EXPRESS", 10), "max_concurrency", 500),
        (Setting("EXPRESS", 1000), "starts of child executions", 1000),
    ],
)
def test_the_smallest_rate_binds(setting, binds, rate):
    found = estimate(10**9, setting, LOAD)
    assert found.binds.startswith(binds)
    assert found.seconds == pytest.approx(found.calls / rate)


@pytest.mark.parametrize(("at_once", "binds"), [(500, "max_concurrency"), (10_000, "Lambda's concurrency")])
def test_of_slow_calls_concurrency_binds(at_once, binds):
    slow = Load(rows_per_call=500, milliseconds=60_000, memory_size=1024, row_bytes=100)
    assert estimate(10**9, Setting("EXPRESS", at_once), slow).binds.startswith(binds)


def test_rows_are_in_files_that_step_functions_reads():
    assert [estimate(rows, Setting("EXPRESS", 10), LOAD).files for rows in (1, 10**8, 10**8 + 1, 10**10)] == [
        1,
        1,
        2,
        100,
    ]
    wide = Load(rows_per_call=10, milliseconds=20, memory_size=1024, row_bytes=10_000)
    assert estimate(10**7, Setting("EXPRESS", 10), wide).files == 10


def test_the_rows_of_one_call_take_no_less_than_the_call():
    assert estimate(1, Setting("EXPRESS", 1000), LOAD).seconds == 0.02


def test_lambda_bills_each_call():
    found = estimate(10**6, Setting("EXPRESS", 10), LOAD)
    assert found.lambda_dollars == pytest.approx(2000 * prices.ON_DEMAND["x86_64"].of_call(1024, 20))


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.5, "0.50 s"), (60, "60 s"), (180, "3.0 minutes"), (7200, "2.0 hours"), (10**6, "11.6 days")],
)
def test_durations_for_people(seconds, words):
    assert batch_sizes.duration(seconds) == words


@pytest.mark.parametrize(("amount", "words"), [(0.00123, "< $0.01"), (0.5, "$0.50"), (1234.4, "$1,234")])
def test_amounts_for_people(amount, words):
    assert batch_sizes.dollars(amount) == words


def test_the_page_has_the_tables(root):
    assert batch_sizes.tables() in (root / "docs" / "batch.md").read_text()


def test_the_page_has_what_they_are_reckoned_from(root):
    text = " ".join((root / "docs" / "batch.md").read_text().split())
    load, step = batch_sizes.EXAMPLE, prices.STEP_FUNCTIONS
    wanted = [
        f"{load.milliseconds:g} ms",
        f"{math.floor(load.rows_per_call / load.milliseconds * 1000):,} rows a second",
        f"{load.row_bytes} bytes",
        f"{load.memory_size:,} MB",
        f"${step.transition * 1000:.3f} for 1,000 state transitions",
        f"${step.request * prices.MILLION:.2f} for a million",
        f"${step.gb_second:.8f} for a GB-second",
        prices.STEP_FUNCTIONS_AS_OF,
        prices.STEP_FUNCTIONS_SOURCE,
    ]
    assert [each for each in wanted if each not in text] == []
