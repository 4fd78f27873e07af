"""The zip's bytes depend on its members and on nothing else."""

import os
import zipfile

import pytest

from build.dist import archive

CONTENTS = {"b.py": b"print()\n" * 100, "a/ü.txt": "ümlaut".encode(), "a/empty": b"", "noise": b"\x00"}


def tree(folder, mtime):
    for name, data in CONTENTS.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        os.utime(path, (mtime, mtime))
    return folder


def test_other_times_modes_and_order_give_the_same_bytes(tmp_path):
    first = tree(tmp_path / "one", 1_000_000_000)
    second = tree(tmp_path / "two", 1_700_000_001)
    (second / "b.py").chmod(0o600)
    one = archive.write(tmp_path / "one.zip", first, CONTENTS)
    two = archive.write(tmp_path / "two.zip", second, reversed(CONTENTS))
    assert one == two
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()


def test_the_standard_library_reads_it_back(tmp_path):
    written = archive.write(tmp_path / "x.zip", tree(tmp_path / "tree", 1_000_000_000), CONTENTS)
    with zipfile.ZipFile(tmp_path / "x.zip") as packed:
        assert packed.testzip() is None
        assert packed.namelist() == sorted(CONTENTS)
        assert {name: packed.read(name) for name in CONTENTS} == CONTENTS
        assert {info.date_time for info in packed.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert {info.external_attr >> 16 for info in packed.infolist()} == {0o100644}
    assert written.unzipped_bytes == sum(map(len, CONTENTS.values()))
    assert written.zip_bytes == (tmp_path / "x.zip").stat().st_size
    assert written.sha256 == archive.file_sha256(tmp_path / "x.zip")


def test_members_are_read_back_as_they_were_written_and_can_be_written_again(tmp_path):
    written = archive.write(tmp_path / "x.zip", tree(tmp_path / "tree", 1_000_000_000), CONTENTS)
    members = archive.read_members(tmp_path / "x.zip")
    assert {name: bytes(member.unpacked()) for name, member in members.items()} == CONTENTS
    assert archive.write_members(tmp_path / "y.zip", members) == written


def test_a_write_that_fails_leaves_the_old_zip_and_nothing_else(tmp_path):
    (tmp_path / "x.zip").write_bytes(b"old")
    with pytest.raises(FileNotFoundError):
        archive.write(tmp_path / "x.zip", tmp_path, ["gone"])
    assert [path.name for path in tmp_path.iterdir()] == ["x.zip"]
    assert (tmp_path / "x.zip").read_bytes() == b"old"


def test_the_digest_in_base64_is_the_same_digest():
    made = archive.Archive(sha256="00" * 31 + "ff", zip_bytes=1, unzipped_bytes=1)
    assert made.sha256_base64 == "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAP8="


def test_what_may_be_executed_may_be_so_in_lambda_and_no_other_bit_of_a_mode_counts(tmp_path):
    (tmp_path / "tree").mkdir()
    for name, mode in {"tool": 0o700, "data": 0o666}.items():
        (tmp_path / "tree" / name).write_text(name)
        (tmp_path / "tree" / name).chmod(mode)
    archive.write(tmp_path / "a.zip", tmp_path / "tree", ["tool", "data"])
    archive.write_members(tmp_path / "b.zip", archive.read_members(tmp_path / "a.zip"))
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()
    archive.unpack(tmp_path / "b.zip", tmp_path / "opt")
    modes = {path.name: oct(path.stat().st_mode & 0o777) for path in (tmp_path / "opt").iterdir()}
    assert modes["tool"] == "0o755"
    assert modes["data"] == "0o644"
