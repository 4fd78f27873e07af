"""The bench of the first answers of all estimators: what it writes, and what it refuses."""

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

import bench
from bench import estimators
from build.runtimes import runtime

SVG = "{http://www.w3.org/2000/svg}"


def first(name, planned, eager, why_not=None):
    return estimators.First(name, Path("task"), {}, "{}", why_not, planned, eager)


def test_the_ratio_is_of_the_two_in_the_same_turn():
    busy = first("Busy", [100, 1000, 110], [500, 5000, 500])
    assert busy.ratio == pytest.approx(0.2)
    assert busy.as_json() == {"planned_ms": 110, "eager_ms": 500, "ratio": 0.2}


def test_all_are_in_the_numbers_and_the_picture_and_the_slowest_in_the_table(tmp_path):
    found = [first(f"Estimator{at:02}", [10.0 + at] * 3, [100.0] * 3) for at in range(30)]
    found.append(first("Plain", [110.0] * 3, [100.0] * 3, "it answers otherwise"))
    made = estimators.write(tmp_path, found, {"Odd": "it is not fitted"}, 5.0, 60.0)
    facts = json.loads((tmp_path / "estimators.json").read_text())
    assert list(facts["estimators"]) == [each.name for each in found]
    assert facts["estimators"]["Plain"]["why_no_plan"] == "it answers otherwise"
    assert facts["untried"] == {"Odd": "it is not fitted"}
    assert made.ratios["slower_than_eager"] == made.ratios["without_a_plan"] == 1
    assert made.ratios["nine_tenths_are_below"] == 0.37
    assert made.ratios["median_vs_numpy"] == 5
    assert [row[0] for row in made.rows[:2]] == ["Plain", "Estimator29"]
    assert [row[0] for row in made.rows[-2:]] == ["Estimator15", "Estimator00"]
    assert made.rows[0][1:] == ["110 ms", "100 ms", "1.10", "22.0"]
    root = ElementTree.fromstring((tmp_path / "estimators.svg").read_text())
    widths = [float(each.get("width")) for each in root.iter(f"{SVG}rect") if each.find(f"{SVG}title") is not None]
    assert len(widths) == 31
    assert widths == sorted(widths)
    assert widths[10] / widths[0] == pytest.approx(2, abs=0.01)


def test_what_was_packaged_is_used_again_only_for_the_same_code(tmp_path, monkeypatch):
    for source in estimators.SOURCES:
        path = tmp_path / source
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("a") if path.suffix else path.mkdir()
    monkeypatch.setattr(estimators, "ROOT", tmp_path)
    before = estimators.digest(runtime("3.13"))
    assert estimators.digest(runtime("3.13")) == before
    assert estimators.digest(runtime("3.12")) != before
    (tmp_path / "lambda" / "handler.py").write_text("pass\n")
    assert estimators.digest(runtime("3.13")) != before


def test_only_this_bench_has_a_scratch_folder(tmp_path):
    with pytest.raises(bench.OnlyWithEstimators, match="--scratch belongs to the bench estimators"):
        bench.run("layer", print, scratch=tmp_path)
