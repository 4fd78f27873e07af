"""Lock files: what they are known by, and what they do not give away."""

import json
import sys
from pathlib import Path

import pytest
import wheels

from build.dist import archive
from build.host import commands
from build.requirements import lockfile

TEXT = """\
lock-version = "1.0"
created-by = "uv"
requires-python = ">=3.13"

[[packages]]
name = "own"
version = "1.0"
archive = { path = "wheels/own-1.0-py3-none-any.whl", hashes = { sha256 = "00" } }

[[packages]]
name = "other"
version = "2.0"
wheels = [{ url = "https://me:secret@host/other-2.0-py3-none-any.whl", hashes = { sha256 = "11" } }]
"""


def parse(text=TEXT, base="/somewhere"):
    return lockfile.parse(text, Path(base))


def test_it_is_known_by_its_files_wherever_they_lie():
    assert parse().identity() == parse(base="/elsewhere").identity()
    assert parse().identity() == parse(TEXT.replace("me:secret@host", "mirror")).identity()


MARKED = '"other"\nmarker = "python_version > \'3\'"'


@pytest.mark.parametrize("change", [('"00"', '"22"'), ("2.0", "2.1"), ('"11"', '"22"'), ('"other"', MARKED)])
def test_other_files_make_it_another(change):
    assert parse().identity() != parse(TEXT.replace(*change)).identity()


def test_files_without_a_digest_are_not_known():
    lock = parse()
    del lock.facts["packages"][1]["wheels"][0]["hashes"]
    assert lock.identity() is None


def test_a_folder_is_known_by_all_that_is_in_it(tmp_path):
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "pyproject.toml").write_text("[project]\n")
    wheel = 'archive = { path = "wheels/own-1.0-py3-none-any.whl", hashes = { sha256 = "00" } }'
    text = TEXT.replace(wheel, 'directory = { path = "own" }')
    before = parse(text, tmp_path).identity()
    assert parse(text, tmp_path).identity() == before
    (tmp_path / "own" / "own.py").write_text("x = 1\n")
    assert parse(text, tmp_path).identity() != before


def test_written_it_has_absolute_paths_no_password_and_reads_as_it_was(tmp_path):
    written = parse().write(tmp_path)
    assert "secret" not in written.read_text()
    assert lockfile.read(written).facts == parse().facts
    assert (
        lockfile.read(written).facts["packages"][0]["archive"]["path"] == "/somewhere/wheels/own-1.0-py3-none-any.whl"
    )


@pytest.mark.parametrize(
    ("bound", "kept"),
    [
        ({}, True),
        ({"own": {"sha256:00"}, "other": {"sha256:11", "sha256:22"}}, True),
        ({"own": {"sha256:00"}, "other": {"sha256:22"}}, False),
        ({"own": {"sha256:00"}}, False),
    ],
)
def test_it_keeps_to_the_digests_that_requirements_are_bound_to(bound, kept):
    assert parse().keeps_to(bound) is kept


class TestWhatPipReports:
    @pytest.fixture
    def report(self, tmp_path):
        """What pip itself says of a wheel that a file names, and of one that it found."""
        own = wheels.write(tmp_path / "a blank", "own", needs=["other"])
        other = wheels.write(tmp_path / "links", "other")
        argv = [sys.executable, "-m", "pip", "install", "--quiet", "--dry-run", "--report", tmp_path / "report.json"]
        argv += ["--ignore-installed", "--no-index", "--find-links", other.parent, own]
        commands.run(argv)
        return json.loads((tmp_path / "report.json").read_text())

    def test_is_a_lock_of_the_same_files(self, report, tmp_path):
        lock = lockfile.of_pip(report)
        other, own = lock.facts["packages"]
        path = tmp_path / "a blank" / "own-1.0-py3-none-any.whl"
        assert own["archive"] == {"path": str(path), "hashes": {"sha256": archive.file_sha256(path)}}
        path = tmp_path / "links" / "other-1.0-py3-none-any.whl"
        assert other["wheels"] == [{"path": str(path), "hashes": {"sha256": archive.file_sha256(path)}}]
        assert lock.identity() == lockfile.read(lock.write(tmp_path)).identity()

    def test_can_be_given_back_to_pip(self, report, tmp_path):
        (tmp_path / "own.txt").write_text(lockfile.of_pip(report).as_requirements())
        argv = [sys.executable, "-m", "pip", "install", "--quiet", "--no-index", "--target", tmp_path / "tree"]
        commands.run([*argv, "--requirement", tmp_path / "own.txt"])
        assert {path.name for path in (tmp_path / "tree").iterdir()} >= {"own", "other"}

    def test_a_repository_is_known_by_its_commit_and_pip_cannot_be_bound_to_it(self, report):
        report["install"][0]["download_info"] = {
            "url": "https://me:secret@host/own.git",
            "vcs_info": {"vcs": "git", "commit_id": "a" * 40},
        }
        lock = lockfile.of_pip(report)
        assert "secret" not in str(lock.facts)
        assert "a" * 40 in lock.identity()
        assert lock.as_requirements() is None

    def test_a_file_of_an_index_that_tells_no_digest_gives_no_lock(self, report):
        report["install"][0]["download_info"] = {"url": "https://host/own-1.0-py3-none-any.whl", "archive_info": {}}
        assert lockfile.of_pip(report) is None


def test_a_lock_for_several_platforms_lets_pip_choose_among_its_files():
    other = '{ url = "https://host/other-2.0-cp313-cp313-linux_x86_64.whl", hashes = { sha256 = "22" } }'
    lock = parse(TEXT.replace('"11" } }]', f'"11" }} }}, {other}]').replace('"other"', MARKED, 1))
    assert lock.as_requirements().splitlines() == [
        "file:///somewhere/wheels/own-1.0-py3-none-any.whl --hash=sha256:00",
        "other==2.0 ; python_version > '3' --hash=sha256:11 --hash=sha256:22",
    ]
