"""The container builder on a real engine: LAMBDA_BUILD_IMAGE names an image with Python 3.11."""

import os
import zipfile

import pytest
import wheels

from build import builders
from build.builders.container import LockInContainer
from build.dist import archive
from build.host import interpreters
from build.layer import elf, layer
from build.layer.libraries import Origin
from build.requirements import local_projects, lockfile
from build.runtimes import host_architecture, runtime

PYPROJECT = """
[build-system]
requires = ["setuptools"]
build-backend = "setuptools.build_meta"
[project]
name = "own-package"
version = "1.0"
[tool.setuptools]
packages = ["own_package"]
"""


def silent(message):
    pass


@pytest.fixture(scope="module")
def image():
    name = os.environ.get("LAMBDA_BUILD_IMAGE")
    if not name:
        pytest.skip("LAMBDA_BUILD_IMAGE names no build image; .ci/run makes one")
    return name


@pytest.fixture
def builder(image):
    return builders.choose("container", image, runtime("3.11"), host_architecture())[0]


def order(image, python="3.11", **options):
    return layer.Order(
        runtime(python), host_architecture(), **{"builder": "container", "image": image, "use_cache": False} | options
    )


def build(out, image, **options):
    return layer.build(out, order(image, **options), silent)


def test_it_builds_the_same_layer_twice(tmp_path, image):
    one, two = (build(tmp_path / name, image) for name in ("one", "two"))
    assert one.entry == two.entry
    assert one.entry["packages"]["scikit-learn"] == "1.7.0"
    assert one.compiled.count > 1000
    assert [path.name for path in (tmp_path / "one").iterdir() if path.stat().st_uid != os.getuid()] == []


def test_without_an_interpreter_here_the_container_compiles(tmp_path, image, monkeypatch):
    (tmp_path / "requirements.txt").write_text("threadpoolctl==3.6.0\n")
    here = build(tmp_path / "here", image, requirements=tmp_path / "requirements.txt")
    monkeypatch.setattr(interpreters, "find", lambda python: None)
    there = build(tmp_path / "there", image, requirements=tmp_path / "requirements.txt")
    assert there.compiled == here.compiled
    assert there.compiled.count == 1


def test_auto_takes_it_when_the_image_is_there(image):
    builder, why = builders.choose("auto", image, runtime("3.11"), host_architecture())
    assert why == f"{builder.engine.name} with {image}: it answers and has the image"


def test_an_image_of_another_python_is_refused(tmp_path, image):
    with pytest.raises(builders.container.InstallFailed, match=r"not Python 3\.12"):
        build(tmp_path, image, python="3.12")


def test_a_library_that_asks_for_a_newer_glibc_is_refused_by_name(tmp_path, image):
    # pip in this image takes any wheel that fits the image; here its glibc is newer than Lambda's 2.26
    (tmp_path / "requirements.txt").write_text("numpy==2.3.5\n")
    with pytest.raises(elf.GlibcTooNew, match=r"of the package numpy, needs glibc 2\.27, and python3\.11 has 2\.26"):
        build(tmp_path / "dist", image, requirements=tmp_path / "requirements.txt")
    assert [path.name for path in (tmp_path / "dist").iterdir()] == [".lock"]


def test_paths_start_where_they_do_for_pip_and_a_rebuilt_wheel_is_in_the_next_layer(tmp_path, image, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sub").mkdir()
    wheel = wheels.write(tmp_path / "with a blank", "aws_lambda_model_one", "x = 1\n")
    wheels.write(tmp_path / "sub" / "links", "aws_lambda_model_two", "y = 1\n")
    asked = tmp_path / "sub" / "own.txt"
    asked.write_text(f"./with a blank/{wheel.name}\n--find-links links\naws_lambda_model_two\n")
    one, again = (build(tmp_path / "dist", image, requirements=asked, use_cache=True) for _ in range(2))
    assert (one.cached, again.cached) == (False, False)  # what pip in there takes is not known before
    assert set(one.entry["packages"]) == {"aws-lambda-model-one", "aws-lambda-model-two"}
    wheels.write(tmp_path / "with a blank", "aws_lambda_model_one", "x = 2\n")
    two = build(tmp_path / "dist", image, requirements=asked, use_cache=True)
    assert two.entry["sha256"] != one.entry["sha256"]


def test_the_lock_beside_the_layer_gives_the_same_layer_again_and_nothing_else(tmp_path, image, monkeypatch):
    monkeypatch.chdir(tmp_path)
    wheel = wheels.write(tmp_path / "wheels", "aws_lambda_model_one", "x = 1\n")
    (tmp_path / "own.txt").write_text(f"./wheels/{wheel.name}\nthreadpoolctl<3.6\n")
    one = build(tmp_path / "dist", image, requirements=tmp_path / "own.txt")
    lock = lockfile.read(tmp_path / "dist" / lockfile.NAME)
    own, other = lock.facts["packages"]
    assert own["archive"] == {"path": str(wheel), "hashes": {"sha256": archive.file_sha256(wheel)}}
    assert (other["name"], other["version"]) == ("threadpoolctl", one.entry["packages"]["threadpoolctl"])
    again = build(tmp_path / "again", image, requirements=tmp_path / "dist" / lockfile.NAME)
    assert again.entry == one.entry
    assert lockfile.read(tmp_path / "again" / lockfile.NAME).identity() == lock.identity()
    wheels.write(tmp_path / "wheels", "aws_lambda_model_one", "x = 2\n")
    with pytest.raises(builders.container.InstallFailed, match="DO NOT MATCH THE HASHES"):
        build(tmp_path / "again", image, requirements=tmp_path / "dist" / lockfile.NAME)


def test_the_lock_is_one_for_uv_too(tmp_path, image):
    (tmp_path / "own.txt").write_text("threadpoolctl==3.5.0\n")
    one = build(tmp_path / "dist", image, requirements=tmp_path / "own.txt")
    again = build(tmp_path / "again", image, requirements=tmp_path / "dist" / lockfile.NAME, builder="uv")
    assert again.entry == one.entry


def test_a_lock_of_what_has_no_digest_is_refused_with_what_to_do(tmp_path, image):
    (tmp_path / "pylock.toml").write_text(
        'lock-version = "1.0"\ncreated-by = "x"\n[[packages]]\nname = "own"\ndirectory = { path = "own" }\n'
    )
    with pytest.raises(LockInContainer, match="Build from it with uv: --builder uv"):
        build(tmp_path / "dist", image, requirements=tmp_path / "pylock.toml")


@pytest.fixture
def project(tmp_path):
    folder = tmp_path / "my own"
    (folder / "own_package").mkdir(parents=True)
    (folder / "pyproject.toml").write_text(PYPROJECT)
    (folder / "own_package" / "__init__.py").write_text("x = 1\n")
    return folder


def test_a_local_project_is_built_there_and_is_in_the_layer_whole(tmp_path, image, project):
    before = sorted(project.rglob("*"))
    (tmp_path / "own.txt").write_text(f"-e {project.as_uri()}\n")
    made = build(tmp_path / "dist", image, requirements=tmp_path / "own.txt")
    with zipfile.ZipFile(made.path) as packed:
        assert packed.read("python/lib/python3.11/site-packages/own_package/__init__.py") == b"x = 1\n"
        assert not [name for name in packed.namelist() if name.endswith(".pth")]
    assert sorted(project.rglob("*")) == before
    assert made.entry["packages"] == {"own-package": "1.0"}


def test_a_local_project_that_cannot_be_built_is_named(tmp_path, image, project):
    (project / "pyproject.toml").write_text(PYPROJECT.replace('packages = ["own_package"]', 'packages = ["nowhere"]'))
    (tmp_path / "own.txt").write_text(f"{project.as_uri()}\n")
    with pytest.raises(local_projects.BuildFailed, match=r"my own:\n[\s\S]*nowhere"):
        build(tmp_path / "dist", image, requirements=tmp_path / "own.txt")


def test_a_library_is_taken_from_the_image_with_where_it_was(tmp_path, image, builder):
    origin = builder.library("libz.so.1", tmp_path / "lib")
    assert isinstance(origin, Origin)
    assert (origin.kind, origin.name) == ("image", image)
    assert origin.version == builder.engine.image_id(image)
    assert origin.path.startswith("/") and "/libz.so.1" in origin.path
    assert elf.is_elf(tmp_path / "lib" / "libz.so.1")
    assert builder.library("libnowhere.so.3", tmp_path / "lib") is None
