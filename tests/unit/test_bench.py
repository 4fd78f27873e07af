"""The pure parts of the benches: what they write, not what they measure."""

from types import SimpleNamespace
from xml.etree import ElementTree

import pytest

import bench
from bench import layer, tools
from local import bars

SVG = "{http://www.w3.org/2000/svg}"


def row(name, seconds, size):
    made = layer.Row(tools.Tool(name, lambda work, env: None))
    made.builds, made.imports = [seconds * 2, seconds, seconds, seconds], [seconds / 10] * 5
    made.laps = [{"sam build": seconds / 2}] * 4
    made.unzipped_bytes, made.zip_bytes = size, size // 3
    made.bytecode = {"modules": 10, "valid": 5, "stale": 5}
    return made


@pytest.fixture
def rows():
    return [row(tools.OURS, 3.0, 200_000_000), row(tools.ANEW, 6.0, 200_000_000), row(tools.SAM, 12.0, 400_000_000)]


def test_ratios_are_ours_as_a_share_of_theirs(rows):
    found = layer.ratios(rows)
    assert found["build_vs_sam_warm"] == 0.25
    assert found["build_vs_sam_warm_from_wheels"] == 0.5
    assert found["build_vs_sam_warm_without_its_zip"] == 0.5
    assert found["unzipped_vs_sam"] == 0.5
    assert found["import_vs_sam"] == 0.25


def test_a_row_says_what_lambda_would_refuse(rows):
    assert rows[2].cells()[1] == "400.0 MB, refused"
    assert rows[2].as_json()["fits"] is False
    assert len(rows[0].cells()) == len(layer.HEADINGS)


def test_the_drawing_is_one_svg_with_bars_as_long_as_their_values(rows):
    root = ElementTree.fromstring(layer.drawing(rows))
    assert root.tag == f"{SVG}svg"
    assert not list(root.iter(f"{SVG}script"))
    widths = [float(each.get("width")) for each in root.iter(f"{SVG}rect") if each.find(f"{SVG}title") is not None]
    assert widths[1] / widths[0] == pytest.approx(2, abs=0.01)  # unzipped
    assert [width / widths[2] for width in widths[3:5]] == pytest.approx([2, 4], abs=0.01)  # build


def test_words_in_a_drawing_are_escaped():
    bar = bars.Bar("b & c", [bars.Segment(1, "blue"), bars.Segment(2, "grey", "<f>")], "3")
    text = bars.draw([bars.Panel("<a>", [bar])], "<g>", [("blue", "<d>"), ("grey", "e")])
    assert all(f"&lt;{letter}&gt;" in text for letter in "adfg")
    ElementTree.fromstring(text)


def test_the_table_goes_between_its_markers_and_nowhere_else():
    page = "a\n<!-- bench x -->\nold\n<!-- end of bench x -->\nb\n"
    assert bench.with_table(page, "x", "new") == "a\n<!-- bench x -->\n\nnew\n\n<!-- end of bench x -->\nb\n"
    assert bench.with_table(page, "y", "new") == page


def test_an_unknown_bench_lists_the_known_ones():
    with pytest.raises(bench.UnknownBench, match=r"no bench 'z'\. Use one of: answers, layer"):
        bench.run("z", print)


def test_a_table_in_markdown_has_a_line_for_each_row():
    outcome = bench.Outcome("t", ["", "x"], [["a", "1"], ["b", "2"]], {}, [])
    assert outcome.markdown().splitlines() == ["|  | x |", "| --- | --: |", "| a | 1 |", "| b | 2 |"]


def test_the_container_is_left_out_with_a_word_where_no_engine_has_the_image(monkeypatch):
    monkeypatch.setattr(tools.engines, "find", lambda: SimpleNamespace(has=lambda image, platform: False))
    said = []
    names = [tool.name for tool in tools.choose(said.append)]
    assert names[0] == tools.OURS
    assert names[-1] == tools.SAM
    assert "Left out the container builder" in said[0]
