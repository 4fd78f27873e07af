"""The zip's bytes depend on its members and on nothing else."""

import os
import zipfile

import pytest

from build import archive


def tree(folder, mtime):
    folder.mkdir()
    contents = {"b.py": b"print()\n" * 100, "a/ü.txt": "ümlaut".encode(), "a/empty": b"", "noise": b"\x00"}
    for name, data in contents.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)
        os.utime(path, (mtime, mtime))
    return {name: folder / name for name in contents}, contents


def test_other_times_modes_and_order_give_the_same_bytes(tmp_path):
    first, _ = tree(tmp_path / "one", 1_000_000_000)
    second, _ = tree(tmp_path / "two", 1_700_000_001)
    second["b.py"].chmod(0o755)
    one = archive.write(tmp_path / "one.zip", first)
    two = archive.write(tmp_path / "two.zip", dict(reversed(second.items())))
    assert one == two
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()


def test_the_standard_library_reads_it_back(tmp_path):
    members, contents = tree(tmp_path / "tree", 1_000_000_000)
    written = archive.write(tmp_path / "x.zip", members)
    with zipfile.ZipFile(tmp_path / "x.zip") as packed:
        assert packed.testzip() is None
        assert packed.namelist() == sorted(contents)
        assert {name: packed.read(name) for name in contents} == contents
        assert {info.date_time for info in packed.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert {info.external_attr >> 16 for info in packed.infolist()} == {0o100644}
    assert written.unzipped_bytes == sum(map(len, contents.values()))
    assert written.zip_bytes == (tmp_path / "x.zip").stat().st_size
    assert written.sha256 == archive.file_sha256(tmp_path / "x.zip")


def test_a_write_that_fails_leaves_the_old_zip_and_nothing_else(tmp_path):
    (tmp_path / "x.zip").write_bytes(b"old")
    with pytest.raises(FileNotFoundError):
        archive.write(tmp_path / "x.zip", {"gone": tmp_path / "gone"})
    assert [path.name for path in tmp_path.iterdir()] == ["x.zip"]
    assert (tmp_path / "x.zip").read_bytes() == b"old"


def test_the_digest_in_base64_is_the_same_digest():
    made = archive.Archive(sha256="00" * 31 + "ff", zip_bytes=1, unzipped_bytes=1)
    assert made.sha256_base64 == "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAP8="
