"""Memory sizes, what was seen of them, and what is made of it: the table, the advice and the picture."""

import io
import json
from xml.etree import ElementTree

import pytest
from rich.console import Console

from build.package import request_files
from local.tune import cgroups, chart, measure, rows, sizes, table
from local.tune.results import Size, Tuned

LOG = (
    "26 Nov 2026 14:29:16,228 [INFO] (rapid) INIT REPORT(durationMs: 270.078000)\n"
    "REPORT RequestId: a\tInit Duration: 0.02 ms\tDuration: 271.11 ms\tBilled Duration: 272 ms\tMemory Size: 1 MB\t\n"
    "REPORT RequestId: b\tDuration: 13.77 ms\tBilled Duration: 14 ms\tMemory Size: 1 MB\t\n"
)


def tuned(measured=None, **facts):
    measured = measured or [
        Size(128, inits=[300.0, 310.0, 290.0], firsts=[200.0, 210.0, 190.0], warm=[100.0] * 98 + [150.0, 160.0]),
        Size(512, inits=[300.0, 310.0, 290.0], firsts=[40.0, 50.0, 30.0], warm=[20.0] * 100),
        Size(1024, inits=[300.0, 310.0, 290.0], firsts=[20.0, 21.0, 19.0], warm=[10.4] * 100),
        Size(1769, inits=[300.0, 310.0, 290.0], firsts=[20.0, 21.0, 19.0], warm=[10.0] * 100),
    ]
    usual = {"rows": None, "peak": 90 * 2**20, "not_shown": {10240: "not shown: it has 5.8 processors"}}
    return Tuned("Pipeline, 1.08 MB", "x86_64", "a quota", **{**usual, **facts}, measured=measured)


def printed(found):
    console = Console(width=80, file=io.StringIO())
    console.print(table.of(found))
    return console.file.getvalue()


class TestSizes:
    def test_a_list_is_in_order_and_has_each_once(self):
        assert sizes.parse("1769, 128,10240,128") == [128, 1769, 10240]

    @pytest.mark.parametrize(
        "text", ["", "127", "10241", "512,", "512;1024", "1e3", "-128", "512.5", "9" * 5000, "٥١٢"]
    )
    def test_what_is_no_list_of_sizes_is_refused(self, text):
        with pytest.raises(sizes.NoMemorySize, match="whole numbers of MB from 128 to 10240"):
            sizes.parse(text)

    def test_one_processor_comes_with_1769_mb(self):
        assert sizes.share(1769) == 1.0
        assert sizes.share(10240) == pytest.approx(5.79, abs=0.01)
        assert [sizes.visible(each) for each in (128, 1769, 3538, 3539, 10240)] == [2, 2, 2, 3, 6]


@pytest.mark.parametrize("text", ["0", "", "x", "-1", "1.5", "9" * 5000])
def test_a_count_is_a_whole_number_from_1(text):
    with pytest.raises(measure.NoNumber, match="Give a whole number from 1, such as --rows 1000"):
        measure.number(text, "--rows", 1000)


class TestRows:
    @pytest.mark.parametrize(
        ("event", "wanted"),
        [
            ({"instances": [[1], [2]]}, {"instances": [[1], [2], [1]]}),
            ({"dataframe_records": [{"a": 1}], "method": "m"}, {"dataframe_records": [{"a": 1}] * 3, "method": "m"}),
            ({"inputs": {"a": [1], "b": ["x"]}}, {"inputs": {"a": [1] * 3, "b": ["x"] * 3}}),
            ({"inputs": [[1]]}, {"inputs": [[1]] * 3}),
            (
                {"dataframe_split": {"columns": ["a"], "index": [7], "data": [[1]]}},
                {"dataframe_split": {"columns": ["a"], "data": [[1]] * 3}},
            ),
            ({"csv": 'a,b\n1,"x,y"\n'}, {"csv": "a,b\r\n" + '1,"x,y"\r\n' * 3}),
        ],
        ids=lambda each: next(iter(each)),
    )
    def test_they_are_repeated_in_each_form(self, event, wanted):
        assert rows.repeat(event, 3, "it") == wanted

    @pytest.mark.parametrize(
        "event",
        [
            *(
                [],
                "text",
                {},
                {"instances": []},
                {"csv": "a,b\n"},
                {"csv": "a\n" + "x" * 200_000},
                {"inputs": {"a": 1}},
            ),
            {"inputs": [{"name": "x", "shape": [1], "datatype": "FP64", "data": [1]}]},
            {"requestContext": {}, "body": '{"instances": [[1]]}'},
        ],
        ids=lambda each: str(each)[:40],
    )
    def test_what_has_none_is_refused(self, event):
        with pytest.raises(rows.NoRowsToRepeat, match="leave --rows out"):
            rows.repeat(event, 3, "it")

    @pytest.mark.parametrize("count", [7_000, 999_999_999])
    def test_more_than_lambda_takes_is_refused_with_a_number_that_fits(self, count, tmp_path):
        path = tmp_path / "request.json"
        path.write_text(json.dumps({"instances": [["x" * 1000]]}))
        with pytest.raises(rows.TooManyRows, match=r"Use fewer rows: --rows \d+") as refused:
            rows.request({}, path, count)
        fewer = int(str(refused.value).rpartition(" ")[2].rstrip("."))
        assert len(rows.request({}, path, fewer)[1]) > 0.9 * request_files.PAYLOAD_LIMIT


def test_durations_are_those_that_the_emulator_reports():
    assert measure.told(LOG) == (270.078, [271.11, 13.77])


class TestFitting:
    """Which sizes can be shown here."""

    def fitting(self, memory_sizes, peak, **facts):
        not_shown = {}
        seen = [Size(each, **facts) for each in memory_sizes]
        return [each.memory_size for each in measure._fitting(seen, peak * 2**20, not_shown)], not_shown

    def test_one_with_less_memory_than_the_function_had(self):
        shown, not_shown = self.fitting([128, 256, 512], 257)
        assert shown == [512]
        assert not_shown[256] == "does not fit: the function had 257 MB at its peak"

    def test_one_with_more_processors_than_this_machine(self, monkeypatch):
        monkeypatch.setattr(cgroups, "processors", lambda: 2.0)
        shown, not_shown = self.fitting([1769, 3538, 3540, 10240], 90)
        assert shown == [1769, 3538]
        assert not_shown[10240] == "is not shown: it has 5.79 processors, and this machine 2"

    def test_one_that_was_not_limited_in_time(self):
        with pytest.raises(measure.NothingToShow, match="128 MB is not shown: this machine was too busy"):
            self.fitting([128], 90, late=1)


class TestResults:
    def test_the_first_call_has_the_init_in_it(self):
        assert tuned().measured[0].first_call == 500.0
        assert tuned().price_of_first(tuned().measured[0]) == pytest.approx(0.125 * 0.5 * 0.0000166667 + 2e-7)

    def test_p99_is_what_99_of_100_do_not_exceed(self):
        assert Size(128, warm=[float(each) for each in range(1, 101)]).p99 == 99.0
        assert Size(128, warm=[1.0, 3.0, 2.0]).p99 == 3.0

    def test_a_million_calls_are_billed_one_by_one(self):
        # 10.4 ms are 11 of them, at 1 GB
        assert tuned().price_of_million(tuned().measured[2]) == pytest.approx(11 * 1000 * 0.0000166667 + 0.20)

    def test_a_million_rows_are_so_many_requests_fewer(self):
        found = tuned(rows=1000)
        assert found.price_of_million(found.measured[2]) == pytest.approx((11 * 1000 * 0.0000166667 + 0.20) / 1000)
        assert found.rows_per_second(found.measured[1]) == 50_000

    def test_the_cheapest_and_the_fastest(self):
        found = tuned()
        assert (found.cheapest.memory_size, found.fastest.memory_size) == (512, 1024)  # 1769 MB is only 4 % faster

    def test_less_than_a_quarter_to_spare_is_told(self):
        assert [tuned(peak=110 * 2**20).is_tight(each) for each in tuned().measured[:2]] == [True, False]
        assert any(
            "Less than a quarter of that is to spare at 128 MB" in each for each in table.notes(tuned(peak=110 * 2**20))
        )


class TestTable:
    @pytest.mark.parametrize("count", [None, 5000])
    def test_it_is_whole_at_80_columns(self, count):
        slow = [Size(each, [9999.0], [99999.0], [123456.7]) for each in (10240, 8192)]
        text = printed(tuned(slow, rows=count))
        assert max(map(len, text.splitlines())) <= 80
        assert "…" not in text
        assert "10240 MB" in text and "123.5 s" in text

    def test_what_is_not_shown_is_told_and_so_is_where_prices_are_from(self):
        text = "\n".join(table.notes(tuned()))
        assert "10240 MB not shown: it has 5.8 processors" in text
        assert "us-east-1 since October 2025" in text
        assert "limited by a quota" in text

    def test_the_advice_ends_in_commands(self):
        lines = [each.strip() for each in table.advice(tuned())]
        assert [each for each in lines if each.startswith("terraform")] == [
            "terraform apply -var memory_size=512",
            "terraform apply -var memory_size=1024",
        ]
        one = table.advice(tuned(tuned().measured[:1]))
        assert one[0].startswith("Costs least, and is the fastest: 128 MB")

    @pytest.mark.parametrize(
        ("value", "text"),
        [(12.346, "$12.35"), (0.35, "$0.35"), (0.0013, "$0.0013"), (0.0002, "$0.00020"), (2e-6, "$2.0e-06")],
    )
    def test_amounts(self, value, text):
        assert table.dollars(value) == text


def test_the_picture_has_a_column_for_each_size_and_names_the_best(tmp_path):
    path = chart.write(tuned(), tmp_path / "new" / "tune.svg")
    drawn = ElementTree.fromstring(path.read_text())
    space = "{http://www.w3.org/2000/svg}"
    texts = [each.text for each in drawn.iter(f"{space}text")]
    assert [each for each in texts if each.endswith(" MB")] == ["128 MB", "512 MB", "1024 MB", "1769 MB"]
    assert "100 / 150 ms" in texts and texts.count("costs least") == texts.count("fastest") == 1
    heights = [float(each.get("height")) for each in drawn.iter(f"{space}rect") if each.get("class") == "amber"][1:]
    assert heights.index(min(heights)) == 1  # 512 MB costs least, and the bars say so, too
