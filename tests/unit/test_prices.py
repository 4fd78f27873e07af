"""What a call costs, and that the documents quote the same prices."""

import pytest

from local import prices
from local.prices import ON_DEMAND


def test_a_duration_is_billed_in_whole_milliseconds():
    assert [prices.billed(each) for each in (0.2, 1.0, 1.01, 250.0)] == [1, 1, 2, 250]


def test_a_million_calls_as_aws_reckons_an_example():
    # Lambda's pricing page: 3 million requests of 120 ms with 1,536 MB are 540,000 GB-seconds: $9.00, and $0.60
    cost = ON_DEMAND["x86_64"].of_call(1536, 120) * 3_000_000
    assert cost == pytest.approx(9.00 + 0.60, abs=0.01)


def test_arm_costs_less_for_the_duration_and_the_same_for_the_request():
    x86, arm = ON_DEMAND["x86_64"], ON_DEMAND["arm64"]
    assert arm.gb_second / x86.gb_second == pytest.approx(0.8, abs=0.001)
    assert arm.request == x86.request


def test_the_page_about_cost_quotes_these_prices(root):
    text = " ".join((root / "docs" / "warming-and-cost.md").read_text().split())
    quoted = [
        f"${ON_DEMAND['x86_64'].gb_second:.10f} for a GB-second",
        f"${ON_DEMAND['x86_64'].request * prices.MILLION:.2f} for a million requests",
        f"${prices.PROVISIONED_GB_SECOND:.10f} for a provisioned GB-second",
        f"${prices.SNAPSHOT_GB_SECOND:.10f} for a GB-second of snapshot",
        f"${prices.RESTORED_GB:.10f} for a restored GB",
    ]
    assert [each for each in quoted if each not in text] == []


def test_the_readme_quotes_what_a_million_calls_cost(root):
    million = ON_DEMAND["x86_64"].of_call(1024, 10) * prices.MILLION
    text = (root / "README.md").read_text()
    assert "For a function of 1,024 MB in us-east-1" in text
    assert f"| a million calls of 10 ms | ${million:.2f} |" in text


def test_the_page_about_cost_reckons_with_these_prices(root):
    text = (root / "docs" / "warming-and-cost.md").read_text()
    month, pings = 730 * 3600, 730 * 12
    one, call = ON_DEMAND["x86_64"].of_call(1024, 10), ON_DEMAND["x86_64"]
    three = 3 * (0.2 * call.gb_second + call.request)
    assert pings * one < 0.01
    assert f"| ${pings * three:.2f} |" in text
    assert f"${prices.PROVISIONED_GB_SECOND * month:.2f} for each" in text
    assert f"${prices.SNAPSHOT_GB_SECOND * month:.2f} for each version" in text
    assert f"${prices.RESTORED_GB * 1000:.2f} for 1,000 cold starts" in text


def test_the_page_about_memory_sizes_quotes_these_prices(root):
    text = (root / "docs" / "tune.md").read_text()
    x86, arm = ON_DEMAND["x86_64"], ON_DEMAND["arm64"]
    assert f"| a GB-second | ${x86.gb_second:.10f} | ${arm.gb_second:.10f} |" in text
    assert f"| a million requests | ${x86.request * prices.MILLION:.2f} | ${arm.request * prices.MILLION:.2f} |" in text
    assert f"in effect since {prices.AS_OF}" in text
