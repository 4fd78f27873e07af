"""The variables that are made here are the ones that the handler reads, with the values that were meant."""

from pathlib import Path

import pytest
from serving.loading.settings import Settings

from build.package import handler_variables

MODEL = {"sha256": "ab12", "format": "skops", "sklearn_version": "1.9.1", "trusted": ["a.B", "c.D"]}


def test_a_packaged_model_in_a_file(tmp_path):
    variables = handler_variables.of_entry(MODEL) | handler_variables.in_file(tmp_path / "model.skops")
    settings = Settings.from_environment(variables)
    assert (settings.sha256, settings.format, settings.sklearn_version) == ("ab12", "skops", "1.9.1")
    assert settings.trusted == ("a.B", "c.D")
    assert settings.file == tmp_path / "model.skops"


def test_a_packaged_model_in_s3():
    settings = Settings.from_environment(handler_variables.of_entry(MODEL) | handler_variables.in_bucket("b", "k"))
    assert (settings.bucket, settings.key, settings.file) == ("b", "k", None)


def test_a_file_of_this_machine(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    settings = Settings.from_environment(handler_variables.of_file(Path("model.pkl"), "ab", "pickle"))
    assert settings.file == tmp_path / "model.pkl"
    assert (settings.trusted, settings.sklearn_version) == ((), None)


@pytest.mark.parametrize("folder", ["build", "local"])
def test_nothing_else_in_python_writes_them(root, folder):
    writers = [
        path.relative_to(root).as_posix()
        for path in sorted((root / folder).rglob("*.py"))
        if '"MODEL_' in path.read_text(encoding="utf-8")
    ]
    assert writers == {"build": ["build/package/handler_variables.py"], "local": ["local/prune.py"]}[folder]  # it reads
