"""The variables that are made here are the ones that the handler reads, with the values that were meant."""

import ast
from pathlib import Path

from serving.loading.settings import Settings

from build.package import handler_variables

NAMES = {
    f"MODEL_{name}" for name in ("SHA256", "FORMAT", "SKLEARN_VERSION", "TRUSTED", "FILE", "BUCKET", "KEY", "DOCS")
}
NAMES |= {"MODEL_VERSION_ID"}

MODEL = {"sha256": "ab12", "format": "skops", "sklearn_version": "1.9.1", "trusted": ["a.B", "c.D"]}


def test_a_packaged_model_in_a_file(tmp_path):
    variables = handler_variables.of_entry(MODEL) | handler_variables.in_file(tmp_path / "model.skops")
    settings = Settings.from_variables(variables)
    assert (settings.sha256, settings.format, settings.sklearn_version) == ("ab12", "skops", "1.9.1")
    assert settings.trusted == ("a.B", "c.D")
    assert settings.file == tmp_path / "model.skops"


def test_a_packaged_model_in_s3():
    variables = handler_variables.of_entry(MODEL) | handler_variables.in_bucket("b", "k", "v")
    settings = Settings.from_variables(variables)
    assert (settings.bucket, settings.key, settings.version_id, settings.file) == ("b", "k", "v", None)


def test_a_file_of_this_machine(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    settings = Settings.from_variables(handler_variables.of_file(Path("model.pkl"), "ab", "pickle"))
    assert settings.file == tmp_path / "model.pkl"
    assert (settings.trusted, settings.sklearn_version) == ((), None)


def written(path):
    """The variables that code writes: as keys of a dict, or by an assignment to one."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Dict):
            yield from (key.value for key in node.keys if isinstance(key, ast.Constant))
        elif (
            isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store) and isinstance(node.slice, ast.Constant)
        ):
            yield node.slice.value


def test_no_other_code_writes_them(root):
    paths = [path for folder in ("build", "local", "bench", "cli") for path in sorted((root / folder).rglob("*.py"))]
    writers = {path.relative_to(root).as_posix() for path in paths if NAMES.intersection(written(path))}
    assert writers == {"build/package/handler_variables.py"}


def test_all_of_them_are_made(root):
    made = {*handler_variables.of_entry(MODEL), *handler_variables.in_file("f"), *handler_variables.PAGE}
    assert made | {*handler_variables.in_bucket("b", "k", "v")} == NAMES
