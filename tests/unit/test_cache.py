"""What the cache gives is what was put there, or it gives nothing and it is made anew."""

import pytest

from build.host import cache

DAMAGES = {
    "flip": lambda data: bytes([data[0] ^ 1]) + data[1:],
    "truncate": lambda data: data[: len(data) // 2],
    "empty": lambda data: b"",
}


@pytest.fixture
def kept(tmp_path):
    """A cache with one entry of two files."""
    for name in ("layer.zip", "layer.json"):
        (tmp_path / name).write_text(f"what is in {name}")
    cache.keep(tmp_path / "kept", "key", {name: tmp_path / name for name in ("layer.zip", "layer.json")})
    (tmp_path / "target").mkdir()
    return tmp_path / "kept"


def test_it_gives_copies_of_what_was_put_there(kept, tmp_path):
    copies = cache.fetch(kept, "key", tmp_path / "target")
    assert {path.name: path.read_text() for path in copies} == {
        "layer.json": "what is in layer.json",
        "layer.zip": "what is in layer.zip",
    }
    assert cache.fetch(kept, "other", tmp_path / "target") is None


@pytest.mark.parametrize("how", DAMAGES)
@pytest.mark.parametrize("name", ["layer.zip", "layer.json", cache.SUMS])
class TestADamagedEntry:
    def damage(self, kept, name, how):
        path = kept / "key" / name
        path.write_bytes(DAMAGES[how](path.read_bytes()))

    def test_is_dropped_and_leaves_no_copy(self, kept, tmp_path, name, how):
        self.damage(kept, name, how)
        assert cache.fetch(kept, "key", tmp_path / "target") is None
        assert list((tmp_path / "target").iterdir()) == []
        assert list(kept.iterdir()) == []

    def test_is_not_found(self, kept, name, how):
        self.damage(kept, name, how)
        assert cache.find(kept, "key") is None
        assert list(kept.iterdir()) == []

    def test_is_made_anew(self, kept, name, how):
        self.damage(kept, name, how)
        made = cache.make(kept, "key", lambda folder: (folder / "new").write_text("new"), 3)
        assert sorted(path.name for path in made.iterdir()) == [cache.SUMS, "new"]


@pytest.mark.parametrize("change", ["lost", "added"])
@pytest.mark.parametrize("how", ["find", "fetch"])
def test_an_entry_with_a_file_less_or_more_is_dropped(kept, tmp_path, change, how):
    if change == "lost":
        (kept / "key" / "layer.zip").unlink()
    else:
        (kept / "key" / "sitecustomize.py").write_text("")
    target = tmp_path / "target"
    assert (cache.find(kept, "key") if how == "find" else cache.fetch(kept, "key", target)) is None
    assert [*kept.iterdir(), *target.iterdir()] == []


def test_filling_that_fails_leaves_nothing(tmp_path):
    def fill(folder):
        (folder / "half").write_text("")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        cache.make(tmp_path / "kept", "key", fill, 3)
    assert list((tmp_path / "kept").iterdir()) == []
