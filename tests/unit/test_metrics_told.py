"""What the documents and the dashboard say of the handler's metrics, counted in the handler."""

import re

from serving import telemetry

NUMBERS = {6: "six", 7: "seven", 8: "eight", 9: "nine", 10: "ten"}
PRICE = 0.30  # dollars a month, of each


def test_the_page_about_cost_counts_them_and_their_price(root):
    page = " ".join((root / "docs" / "warming-and-cost.md").read_text().split())
    number, price, whole = re.search(
        r"The handler reports (\w+) metrics for each function\. Each costs \$([\d.]+) a month .*? \$([\d.]+)\. ", page
    ).groups()
    assert number == NUMBERS[len(telemetry.UNITS)]
    assert float(price) == PRICE
    assert float(whole) == round(PRICE * len(telemetry.UNITS), 2)


def test_the_page_about_them_explains_each(root):
    _, _, table = (root / "docs" / "telemetry.md").read_text().partition("\n## Metrics\n")
    rows = [line for line in table.split("\n## ")[0].splitlines() if line.startswith("| `")]
    named = [name for row in rows for name in re.findall(r"`(\w+)`", row.split("|")[1])]
    assert sorted(named) == sorted(telemetry.UNITS)


def test_the_dashboard_shows_each(root):
    dashboard = (root / "modules" / "alarms" / "dashboard.tf").read_text()
    shown = set(re.findall(r'local\.own_metric\["(\w+)"\]', dashboard))
    assert shown == set(telemetry.UNITS)
