"""Paths as the caller gives them, and as they are shown."""

from __future__ import annotations

import inspect
from pathlib import Path

import pytest

import tasks
from build.errors import UserError
from build.host.paths import absolute, given_as_text, shown


@given_as_text
def command(c, name="a", out: Path = Path("dist"), code: Path | None = None):
    return name, out, code


class TestCommands:
    def test_what_a_path_is_relative_to_is_settled_when_it_is_given(self, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        assert command(None, out="x/y", code="../code") == ("a", tmp_path / "x/y", tmp_path / "../code")

    def test_a_default_is_one_that_was_given(self, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        assert command(None) == ("a", tmp_path / "dist", None)

    def test_an_absolute_path_stays(self, tmp_path):
        assert command(None, "b", str(tmp_path)) == ("b", tmp_path, None)

    def test_invoke_is_told_of_text(self):
        defaults = {name: each.default for name, each in inspect.signature(command).parameters.items()}
        assert defaults == {"c": inspect.Parameter.empty, "name": "a", "out": "dist", "code": None}

    def test_a_link_stays_a_link(self, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        (tmp_path / "latest").symlink_to("2026-11")
        assert absolute("latest") == tmp_path / "latest"

    @pytest.mark.parametrize("name", sorted(tasks.namespace.task_names))
    def test_every_option_that_names_a_file_or_folder_is_a_path(self, name):
        parameters = inspect.signature(inspect.unwrap(tasks.namespace[name].body)).parameters
        help_ = tasks.namespace.to_contexts()
        told = next(each for each in help_ if each.name == name).args
        for option, parameter in parameters.items():
            words = (told[option].help or "").lower() if option in told else ""
            if option == "out" or any(word in words for word in ("file", "folder")):
                assert "Path" in str(parameter.annotation), f"{name} --{option}: {words}"


class TestShown:
    def test_below_the_callers_folder_it_is_relative(self, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        assert shown(tmp_path / "dist" / "layer.zip") == "dist/layer.zip"

    def test_elsewhere_it_is_whole(self, tmp_path, monkeypatch):
        (tmp_path / "a").mkdir()
        monkeypatch.chdir(tmp_path / "a")
        assert shown(tmp_path / "b") == str(tmp_path / "b")

    def test_an_error_shows_its_paths_so(self, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        assert str(UserError(message=tmp_path / "model.pkl")) == "model.pkl"
