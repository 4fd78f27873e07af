"""Lock files: what they are known by, and what they do not give away."""

from pathlib import Path

import pytest

from build import lockfile

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
