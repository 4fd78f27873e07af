"""What requirements files name on this machine's disk."""

import pytest

from build.requirements import requirement_files


@pytest.fixture
def here(tmp_path, monkeypatch):
    for name in ("here", "here/links", "here/with a blank", "here/own", "there", "there/links", "there/sub", "wheels"):
        (tmp_path / name).mkdir()
    for name in ("wheels/a-1-py3-none-any.whl", "here/with a blank/b-1-py3-none-any.whl"):
        (tmp_path / name).write_text("")
    monkeypatch.chdir(tmp_path / "here")
    return tmp_path


def test_all_places_that_an_installation_has_to_see_are_found(here):
    (here / "there" / "own.txt").write_text(
        f"-r sub/more.txt\n-c ../most.txt\na @ file://{here}/wheels/a-1-py3-none-any.whl\n"
        "./with a blank/b-1-py3-none-any.whl\n-e ./own\n--find-links links\nnumpy>=2\n--find-links https://x/links\n"
    )
    (here / "there" / "sub" / "more.txt").write_text("pandas\n")
    (here / "most.txt").write_text("pandas<9\n")
    found = requirement_files.places(here / "there" / "own.txt")
    assert [path.relative_to(here).as_posix() for path in found] == [
        "here/own",
        "here/with a blank/b-1-py3-none-any.whl",
        "most.txt",
        "there/links",
        "there/own.txt",
        "there/sub/more.txt",
        "wheels/a-1-py3-none-any.whl",
    ]


@pytest.mark.parametrize(
    ("text", "bound"),
    [
        ("a==1 --hash=sha256:00\n", True),
        ("a==1 \\\n    --hash=sha256:00 \\\n    --hash=sha256:11\nb==1 --hash=sha256:22\n", True),
        ("a==1 --hash=sha256:00\nb==1\n", False),
        ("a==1\n", False),
        ("# a==1 --hash=sha256:00\n", False),
        ("", False),
        ("-r other.txt\n", False),
        ("a==1 --hash=sha256:00\n-c other.txt\n", True),
    ],
)
def test_digests_bind_only_if_all_have_one(here, text, bound):
    (here / "own.txt").write_text(text)
    (here / "other.txt").write_text("b\n")
    assert requirement_files.all_have_hashes(here / "own.txt") is bound


def test_a_file_whose_links_uv_finds_too_is_given_to_it_as_it_is(here):
    (here / "there" / "own.txt").write_text("--find-links links\na\n")
    assert requirement_files.for_uv(here / "there" / "own.txt", here) == here / "there" / "own.txt"


def test_else_it_gets_one_with_their_places_written_out(here):
    (here / "there" / "links").rmdir()
    (here / "there" / "own.txt").write_text("-c most.txt\n--find-links links\n--pre\na>1 ; python_version > '3'\n")
    (here / "there" / "most.txt").write_text("a<9\n")
    written = requirement_files.for_uv(here / "there" / "own.txt", here / "wheels")
    assert written.read_text().splitlines() == [
        "a>1 ; python_version > '3'",
        f"--find-links {here}/here/links",
        "--pre",
        "-c constraints.txt",
    ]
    assert (here / "wheels" / "constraints.txt").read_text() == "a<9\n"
