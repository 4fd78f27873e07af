"""The picture of the user's own first call."""

import pytest

from local import cold_start, packaged


def silent(message):
    pass


def test_both_modes_are_run_and_drawn(built, tmp_path):
    out = tmp_path / "dist"
    out.mkdir()
    for path in built.out.iterdir():
        (out / path.name).symlink_to(path)
    found = cold_start.profile(out, built.example.request, 1, silent)
    assert {each.mode for each in found} == {"s3", "bundle"}
    for each in found:
        assert each.second_call < each.first_call
        assert 0 < each.phases["import"] < each.first_call
        assert 30e6 < each.rss < each.memory_size * 2**20 and each.memory_size % 128 == 0
    drawn = (out / cold_start.PICTURE).read_text()
    assert "Pipeline, 1." in drawn and "mode = s3" in drawn and "import:" in drawn


def test_nothing_packaged(tmp_path):
    with pytest.raises(packaged.NotPackaged, match="invoke package"):
        cold_start.profile(tmp_path, None, 1, silent)
