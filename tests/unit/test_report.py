"""What fills the limit, in numbers and as a page."""

import json
import re
from xml.etree import ElementTree

import pytest

from build.dist import contents, report
from build.host.distributions import Distribution, Distributions

FOUND = Distributions(
    [Distribution("numpy", "2"), Distribution("<odd>", "1")],
    {"numpy/a.py": "numpy", "numpy/b.so": "numpy", "numpy.libs/c.so.5": "numpy", "odd/d.txt": "<odd>"},
)
SIZES = {
    "numpy/a.py": 1000,
    "numpy/__pycache__/a.cpython-313.pyc": 2000,
    "numpy/b.so": 3000,
    "numpy.libs/c.so.5": 4000,
    "odd/d.txt": 5000,
}


@pytest.fixture
def held():
    return contents.count(
        SIZES, {"tests": {"numpy/tests/x.py": 70}, "symbols": {"numpy/b.so": 7}}, FOUND, "all modules"
    )


@pytest.fixture
def made(held):
    return report.Report("python3.13, x86_64", 15000, {"s3": 10, "bundle": 300}, 290, held, {})


def test_each_file_counts_for_its_package_and_kind(held):
    assert held.packages == {
        "numpy": {
            "extension modules": 3000,
            "grafted libraries": 4000,
            "Python": 1000,
            "bytecode": 2000,
            "data": 0,
        },
        "<odd>": {"extension modules": 0, "grafted libraries": 0, "Python": 0, "bytecode": 0, "data": 5000},
    }
    assert held.unzipped_bytes == sum(SIZES.values())
    assert held.removed_bytes("numpy") == 77


def test_the_contents_come_back_from_their_file(held, tmp_path):
    contents.write(tmp_path / "x.json", held)
    assert contents.read(tmp_path / "x.json") == held


def test_the_numbers_add_up(made):
    facts = made.as_json()
    assert facts["left"] == {"s3": 262_144_000 - 15_010, "bundle": 262_144_000 - 15_300}
    assert sum(each["bytes"] for each in facts["packages"].values()) == facts["layer"]
    assert sum(each["share"] for each in facts["packages"].values()) == pytest.approx(1)
    assert facts["removed"] == {"tests": 70, "symbols": 7}
    json.dumps(facts)


def test_the_page_needs_nothing_else_and_draws_areas_as_bytes(made, tmp_path):
    page = report.write_html(made, tmp_path).read_text()
    assert not re.search(r"(src|href)=|@import|url\(", page)
    assert "<odd>" not in page
    svg = ElementTree.fromstring(re.search(r"<svg.*</svg>", page, re.S)[0])
    areas = {}
    for each in svg.iter("rect"):
        title = each.find("title")
        if title is not None:
            areas[title.text] = float(each.get("width")) * float(each.get("height"))
    assert len(areas) == 5
    whole = report.WIDTH * report.HEIGHT
    assert areas["numpy, grafted libraries: 0.00 MB"] / whole == pytest.approx(4000 / 15000, abs=0.001)


def test_without_a_layer_it_says_what_to_run(tmp_path):
    with pytest.raises(report.NothingToReport, match="invoke build-layer"):
        report.read(tmp_path)
