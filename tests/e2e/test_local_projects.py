"""Local projects are in the layer whole, however requirements name them."""

import zipfile

import pytest
import wheels

from build.layer import layer, verify
from build.requirements import local_projects
from build.runtimes import host_architecture, runtime

PYPROJECT = """
[build-system]
requires = ["setuptools"]
build-backend = "setuptools.build_meta"
[project]
name = "own-package"
version = "1.0"
[project.optional-dependencies]
more = ["threadpoolctl"]
[tool.setuptools]
packages = ["own_package"]
[tool.setuptools.package-data]
own_package = ["data.txt"]
"""


@pytest.fixture
def project(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "my own" / "pkg"
    (folder / "own_package").mkdir(parents=True)
    (folder / "pyproject.toml").write_text(PYPROJECT)
    (folder / "own_package" / "__init__.py").write_text("x = 1\n")
    (folder / "own_package" / "data.txt").write_text("data\n")
    (tmp_path / "pkg").symlink_to(folder)
    return folder


@pytest.fixture
def build(tmp_path):
    def build(text, name="requirements.txt"):
        (tmp_path / name).write_text(text)
        order = layer.Order(
            runtime("3.13"), host_architecture(), requirements=tmp_path / "requirements.txt", builder="uv"
        )
        made = layer.build(tmp_path / "dist", order, lambda message: None)
        with zipfile.ZipFile(made.path) as packed:
            return made, {name.split("/site-packages/")[-1]: packed.read(name) for name in packed.namelist()}

    return build


@pytest.mark.parametrize("line", ["-e ./pkg", "./pkg", "--editable=pkg/", "own-package @ {url}", "-e {url}"])
def test_it_is_there_with_its_data_and_no_path_of_this_machine(project, build, line):
    before = sorted(project.rglob("*"))
    _, held = build(line.format(url=project.as_uri()) + "\n")
    assert held["own_package/__init__.py"] == b"x = 1\n"
    assert held["own_package/data.txt"] == b"data\n"
    assert not [name for name in held if name.endswith(".pth") or "__editable__" in name]
    assert not [name for name, data in held.items() if str(project).encode() in data]
    assert sorted(project.rglob("*")) == before


def test_extras_and_included_files_count(project, build, tmp_path):
    (tmp_path / "base").mkdir()
    (tmp_path / "base" / "own.txt").write_text("-e ./pkg[more] ; python_version > '3'\n")
    made, _ = build("-r base/own.txt\n")
    assert made.entry["packages"].keys() == {"own-package", "threadpoolctl"}


def test_a_change_in_it_is_a_change_of_the_layer_and_no_change_is_none(project, build):
    assert [build("-e ./pkg\n")[0].cached for _ in range(2)] == [False, True]
    (project / "own_package" / "__init__.py").write_text("x = 2\n")
    made, held = build("-e ./pkg\n")
    assert (made.cached, held["own_package/__init__.py"]) == (False, b"x = 2\n")


def test_links_beside_an_included_file_are_still_found(project, build, tmp_path):
    wheels.write(tmp_path / "base" / "with a blank", "aws_lambda_model_own", "x = 1\n")
    (tmp_path / "base" / "own.txt").write_text('--find-links "./with a blank"\naws_lambda_model_own\n./pkg\n')
    made, _ = build("-r base/own.txt\n")
    assert made.entry["packages"].keys() == {"aws-lambda-model-own", "own-package"}


def test_another_build_from_the_same_project_gives_the_same_bytes(project, build, tmp_path):
    made, _ = build("-e ./pkg\n")
    order = layer.Order(runtime("3.13"), host_architecture(), requirements=tmp_path / "requirements.txt", builder="uv")
    assert verify.verify(tmp_path / "dist", order, lambda message: None).entry["sha256"] == made.entry["sha256"]


def test_a_folder_that_is_no_project_is_refused(project, build):
    with pytest.raises(local_projects.NotAProject, match=r"neither pyproject\.toml nor setup\.py"):
        build("./pkg/own_package\n")


def test_a_project_that_does_not_build_says_why(project, build):
    (project / "pyproject.toml").write_text(PYPROJECT.replace('packages = ["own_package"]', 'packages = ["nowhere"]'))
    with pytest.raises(local_projects.BuildFailed, match="nowhere"):
        build("./pkg\n")


def test_compiled_code_is_for_the_container(project, build):
    (project / "fast.c").write_text("int x;\n")
    (project / "setup.py").write_text(
        "from setuptools import Extension, setup\nsetup(ext_modules=[Extension('own_package.fast', ['fast.c'])])\n"
    )
    with pytest.raises(local_projects.HasCompiledCode, match=r"Lambda's own image: --builder container"):
        build("./pkg\n")
