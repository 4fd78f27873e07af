"""What of the user's code goes into the function."""

import json

import pytest

from build.package import staging


@pytest.fixture
def code(tmp_path):
    folder = tmp_path / "project"
    (folder / "deep").mkdir(parents=True)
    (folder / "own.py").write_text("x = 1\n")
    (folder / "deep" / "tool").write_text("#!/bin/sh\n")
    (folder / "deep" / "tool").chmod(0o755)
    return folder


@pytest.fixture
def stage(tmp_path):
    def stage(code, out=None):
        folder = (out or tmp_path / "dist") / ".package-1" / "function"
        folder.parent.mkdir(parents=True)
        staging.stage(folder, code)
        return folder

    return stage


def test_a_tool_may_be_executed_still(code, stage):
    assert (stage(code) / "deep" / "tool").stat().st_mode & 0o777 == 0o755


def test_the_folder_of_the_artifacts_is_no_code_nor_is_another_one(code, stage):
    (code / "other").mkdir()
    facts = {"schema_version": 1, "runtime": "python3.13", "architecture": "x86_64"}
    (code / "other" / "manifest.json").write_text(json.dumps(facts))
    staged = stage(code, code / "dist")
    assert (staged / "own.py").is_file()
    assert not (staged / "dist").exists()
    assert not (staged / "other").exists()


def test_a_manifest_of_something_else_is_code(code, stage):
    (code / "deep" / "manifest.json").write_text("[]")
    assert (stage(code) / "deep" / "manifest.json").is_file()


def test_one_module_may_be_named_by_itself(code, stage):
    staged = stage(code / "own.py")
    assert (staged / "own.py").read_text() == "x = 1\n"
    assert not (staged / "deep").exists()


def test_a_module_without_its_source_goes_along_and_a_stale_copy_of_one_does_not(code, stage):
    for name in ("lone.pyc", "own.pyc"):
        (code / name).write_bytes(b"bytecode")
    staged = stage(code)
    assert (staged / "lone.pyc").is_file()
    assert not (staged / "own.pyc").exists()


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("nowhere", r"deep/link, below --code, is a link to nowhere, which does not exist"),
        ("link", r"deep/link, below --code, is a link to link, which does not exist"),
        ("..", r"deep/link, below --code, is a link to a folder that contains it"),
    ],
)
def test_a_link_that_leads_nowhere_is_named_before_the_work(code, target, message):
    (code / "deep" / "link").symlink_to(target)
    with pytest.raises(staging.BrokenLink, match=message):
        staging.check(code)


def test_what_hides_the_handler_is_refused(code, stage):
    (code / "handler.py").write_text("")
    with pytest.raises(staging.CodeInTheWay, match=r"would hide the function's own handler\.py"):
        stage(code)


@pytest.mark.parametrize("name", ["nowhere", "deep/tool"])
def test_what_is_neither_folder_nor_module_is_refused(code, name):
    with pytest.raises(staging.NoCode):
        staging.check(code / name)
