"""The packaged function at the processor share of memory sizes. How long that takes is not asked here."""

import os
import subprocess
import sys

import pytest

from local import packaged
from local.tune import cgroups, limits, measure


def tune(built, memory_sizes, limiter=None, request=None, rows=None):
    return measure.tune(built.out, request or built.example.request, memory_sizes, rows, 2, 4, print, limiter)


def left_behind():
    own, _ = cgroups._own()
    return [] if own is None else list(own.glob("lambda-model-tune-*"))


def test_each_size_has_fresh_environments_that_wait_for_processor_time(built):
    found = tune(built, [128, 512, 10240])
    more = cgroups.processors() >= 5.8
    assert [each.memory_size for each in found.measured] == ([128, 512, 10240] if more else [128, 512])
    assert more or "this machine" in found.not_shown[10240]
    for each in found.measured:
        assert (len(each.inits), len(each.firsts), len(each.warm)) == (2, 2, 8)
        assert min(each.inits) > 0 and min(each.firsts) > 0 and each.p50 <= each.p99
    assert found.measured[0].throttled > 0  # a first prediction alone needs more than the 1.4 ms of a period
    assert 30e6 < found.peak < 128 * 2**20
    assert left_behind() == []


def test_a_size_that_the_function_does_not_fit_in_is_not_shown(built):
    found = tune(built, [128, 1024], rows=20_000)
    assert found.rows == 20_000
    assert ("does not fit" in found.not_shown.get(128, "")) == (found.peak > 128 * 2**20)
    assert [each.memory_size for each in found.measured][-1] == 1024


def test_signals_do_it_where_there_is_no_quota(built):
    try:
        found = tune(built, [256], limits.BY_SIGNALS)
    except measure.NothingToShow as error:
        assert "too busy to stop it in time" in str(error)
    else:
        assert found.measured[0].throttled > 0 and len(found.measured[0].warm) == 8


def test_a_request_that_the_model_refuses(built, tmp_path):
    (tmp_path / "request.json").write_text('{"instances": [["no", "such", "row"]]}')
    with pytest.raises(measure.RequestRefused, match="statusCode 400: row 0"):
        tune(built, [1024], request=tmp_path / "request.json")


def test_nothing_packaged(tmp_path):
    with pytest.raises(packaged.NotPackaged, match="invoke package"):
        measure.tune(tmp_path, None, [1024], None, 1, 1, print)


def test_the_command_prints_a_table_and_draws_it(root, built, tmp_path):
    words = [
        "--memory-sizes",
        "512,1024",
        "--rounds",
        "1",
        "--calls",
        "3",
        "--rows",
        "50",
        "--chart",
        "new/picture.svg",
    ]
    done = subprocess.run(
        [sys.executable, "-m", "invoke", "--search-root", str(root), "tune", *words, "--out", str(built.out)],
        cwd=tmp_path,
        env={**os.environ, "COLUMNS": "80"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    for said in ("requests of 50 rows", "a million", "512 MB", "terraform apply -var memory_size=", "new/picture.svg"):
        assert said in done.stdout
    assert (tmp_path / "new" / "picture.svg").read_text().startswith("<svg")
    assert not (built.out / "tune.svg").exists()
