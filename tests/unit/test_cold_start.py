"""The comparison of first calls: what it reads from logs, what it makes of numbers, and its picture."""

import json
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from bench import cold_start
from bench.cold_start import Measured, timings_in
from local import cold_start_chart
from local.emulator import Environment

RECIPE = [
    {"boto3": 200.0, "fetch": 30.0, "unpickle": 1000.0, "predict": 10.0},
    {"boto3": 900.0, "fetch": 0.0, "unpickle": 5.0, "predict": 2.0},
]


def test_our_timings_are_those_of_the_first_invocations_telemetry():
    line = {"_aws": {}, "PredictMilliseconds": 4.0, "phases": {"import": 100.0, "init": 130.0}}
    log = "\n".join(["START", json.dumps(line), json.dumps({"_aws": {}, "PredictMilliseconds": 1.0})])
    assert timings_in(log) == {"import": 100.0, "init": 130.0, "predict": 4.0}


def test_a_recipes_imports_are_what_unpickling_takes_longer_the_first_time():
    found = timings_in("\n".join(json.dumps({"recipe": each}) for each in RECIPE))
    assert (found["import"], found["unpickle"], found["wait"], found["predict"]) == (1195.0, 5.0, 30.0, 10.0)


def test_a_log_that_tells_nothing_has_no_timings():
    assert timings_in("START\n[1, 2]\n{\n") == {}


def test_peak_memory_is_that_of_the_child():
    grow = "x = bytearray(100_000_000); del x; print(flush=True); input()"
    script = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {grow!r}])"
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", script], **pipes) as process:
        process.stdout.readline()
        assert 100e6 < Environment("", Path(), process.pid).peak_rss() < 200e6
        process.stdin.close()


def seen(first, **timings):
    return Measured(first=[first], second=[1.0], warm=[1.0, 2.0, 3.0], rss=[50.0], timings=[timings] if timings else [])


@pytest.fixture
def found():
    small = {
        "recipe": seen(4000.0, wait=20.0, **{"import": 3000.0}),
        "recipe, valid bytecode": seen(1000.0, **{"import": 900.0}),
        "s3": seen(500.0, wait=50.0, **{"import": 200.0}),
        "bundle": seen(250.0, init=220.0, **{"import": 200.0}),
        "floor": Measured(first=[250.0]),
        "libraries alone": Measured(first=[200.0]),
        "libraries in the runtime": seen(300.0),
        "fetch alone": seen(400.0, fetch=300.0),
    }
    big = {
        "s3": seen(900.0, init=880.0, unpickle=300.0, **{"import": 210.0}),
        "fetch alone": seen(800.0, fetch=500.0),
    }
    pipeline = {
        "recipe": seen(5000.0),
        "recipe, valid bytecode": seen(1500.0),
        "recipe, SAM's layer": seen(4000.0),
        "bundle": seen(300.0),
        "bundle, with pandas": seen(600.0),
    }
    warm = {"handler": 1.25, "predict": 1.0, "ping": 0.1}
    overhead = {"0.1": warm, "pipeline": {"handler": 4.0, "predict": 8.0, "ping": 0.1}}
    return cold_start._results({"0.1": small, "pipeline": pipeline, "100": big}, overhead, 1)


def test_ratios_are_of_medians_of_the_same_run(found):
    assert found["ratios"] == {
        "first_call_vs_recipe": 0.062,
        "first_call_vs_recipe_with_bytecode": 0.25,
        "first_call_vs_floor": 1.0,
        "first_call_vs_libraries": 1.25,
        "first_call_vs_libraries_in_runtime": 0.833,
        "warm_overhead_ms": 0.25,
        "pipeline_first_call_vs_recipe": 0.06,
        "pipeline_first_call_vs_recipe_with_bytecode": 0.2,
        "pipeline_first_call_vs_sam": 0.075,
        "pipeline_first_call_vs_with_pandas": 0.5,
        "pipeline_first_call_vs_forest": 1.2,
        "pipeline_warm_call_vs_own_predict": 0.5,
        "s3_100mb_vs_slower_of_fetch_and_import": 1.1,
    }


def test_those_that_answer_otherwise_are_not_compared():
    recipe, ours = Measured(answers=[[1.0], [1.0]]), Measured(answers=[[1.0], [1.0]])
    shown = {"recipe": recipe, "s3": ours, "runtime alone": Measured(answers=[None])}
    cold_start.compare("10", shown)
    ours.answers.append([1.5])
    with pytest.raises(cold_start.AnswersDiffer, match=r"'10 MB', s3 answers \[1.5\], and recipe answers \[1.0\]"):
        cold_start.compare("10", shown)


def test_the_picture_has_a_bar_for_each_and_its_segments_add_up(found):
    drawn = ElementTree.fromstring(cold_start_chart.draw(cold_start._bars(found["models"])))
    space = "{http://www.w3.org/2000/svg}"
    labels = [each.text for each in drawn.iter(f"{space}text")]
    assert {
        "A forest of 0.1 MB",
        "A forest of 100 MB",
        "A pipeline on a DataFrame",
        "recipe",
        "s3",
        "bundle",
        "floor",
    } <= set(labels)
    assert "fetch alone" not in labels
    told = [each.text for each in drawn.iter(f"{space}title") if each.text.startswith("s3, ")]
    assert told[:3] == ["s3, start: 250 ms", "s3, fetch: 50 ms", "s3, import: 200 ms"]
