"""Bytecode that Lambda can use: unchecked-hash, with Lambda's paths, the same on every machine."""

import importlib.util
import marshal

import pytest

from build.host import interpreters
from build.layer import bytecode
from build.runtimes import runtime

SOURCE = "def f(x):\n    return {x} <= {'a', 'b', 'c'}\n"


@pytest.fixture
def here():
    return runtime(interpreters.running())


def tree(folder):
    for name in ("package/__init__.py", "package/module.py", "single.py"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(SOURCE)
    return folder


def pycs(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*.pyc")}


def test_each_module_gets_an_unchecked_hash_pyc_of_the_right_magic(tmp_path, here):
    compiled = bytecode.compile_tree(tree(tmp_path / "a"), "/opt/lib", here)
    found = pycs(tmp_path / "a")
    assert compiled == bytecode.Compiled(3)
    assert len(found) == 3
    for data in found.values():
        assert data[:4] == importlib.util.MAGIC_NUMBER
        assert data[4:8] == b"\x01\x00\x00\x00"  # PEP 552: hash-based, and the source is never looked at


def test_tracebacks_show_where_lambda_has_the_file(tmp_path, here):
    bytecode.compile_tree(tree(tmp_path / "a"), "/opt/lib", here)
    data = next(data for name, data in pycs(tmp_path / "a").items() if "module" in name)
    assert marshal.loads(data[16:]).co_filename == "/opt/lib/package/module.py"
    assert str(tmp_path).encode() not in data


def test_two_folders_give_the_same_bytes(tmp_path, here):
    bytecode.compile_tree(tree(tmp_path / "a"), "/opt/lib", here)
    bytecode.compile_tree(tree(tmp_path / "much" / "longer"), "/opt/lib", here)
    assert pycs(tmp_path / "a") == pycs(tmp_path / "much" / "longer")


def test_a_file_that_is_not_python_is_named_and_the_rest_compiled(tmp_path, here):
    (tree(tmp_path / "a") / "template.py").write_text("{{ name }} = \n")
    assert bytecode.compile_tree(tmp_path / "a", "/opt/lib", here) == bytecode.Compiled(3, ("template.py",))


def test_without_the_interpreter_it_says_so_and_ships_none(tmp_path, monkeypatch):
    monkeypatch.setattr(interpreters, "find", lambda python: None)
    compiled = bytecode.compile_tree(tree(tmp_path / "a"), "/opt/lib", runtime("3.13"))
    assert compiled.missing == "this machine has no CPython 3.13"
    assert pycs(tmp_path / "a") == {}


def test_without_the_interpreter_a_build_container_compiles(tmp_path, monkeypatch):
    monkeypatch.setattr(interpreters, "find", lambda python: None)
    asked = []

    def container(script, arguments, folder, stdin):
        asked.append((script.name, arguments, folder, stdin))
        return ""

    todo = [["package/__init__.py", "package/module.py"], ["single.py"]]
    compiled = bytecode.compile_files(tree(tmp_path / "a"), todo, "/opt/lib", runtime("3.13"), container)
    assert compiled == bytecode.Compiled(3)
    files = "package/__init__.py\npackage/module.py\n\nsingle.py"
    assert asked == [("compile_files.py", [".", "/opt/lib"], tmp_path / "a", files)]


def test_python_3_6_has_no_such_bytecode(tmp_path):
    assert "PEP 552" in bytecode.compile_tree(tree(tmp_path / "a"), "/opt/lib", runtime("3.6")).missing
