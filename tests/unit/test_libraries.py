"""Every library finds what it needs: in the layer, in Lambda's image, or below /opt/lib."""

import shutil
import subprocess
from pathlib import Path

import numpy
import pytest

from build.host.distributions import Distribution, Distributions
from build.layer import libraries
from build.layer.runtime_libraries import SYSTEM
from build.runtimes import RUNTIMES, host_architecture, runtime

TARGET = runtime("3.13")
CC = shutil.which("cc") or shutil.which("gcc")
pytestmark = pytest.mark.skipif(not CC, reason="there is no C compiler to make libraries with")


@pytest.fixture
def tree(tmp_path):
    folder = tmp_path / TARGET.site_packages
    folder.mkdir(parents=True)
    return folder


@pytest.fixture
def link(tree, tmp_path):
    """Make a library in the tree that needs others, by their names."""

    def link(path, *needed, options=()):
        (tree / path).parent.mkdir(parents=True, exist_ok=True)
        stubs = []
        for name in needed:
            stubs.append(tmp_path / name)
            stub = [CC, "-shared", "-o", stubs[-1], f"-Wl,-soname,{name}", "-nostdlib", "-x", "c", "/dev/null"]
            subprocess.run(stub, check=True)
        argv = [
            CC,
            "-shared",
            "-nostdlib",
            "-Wl,--no-as-needed",
            "-o",
            tree / path,
            "-x",
            "c",
            "/dev/null",
            "-x",
            "none",
            *stubs,
        ]
        subprocess.run([*argv, *options], check=True)

    return link


def complete(tree, fetch=lambda name, folder: None):
    owners = {path.relative_to(tree).as_posix(): path.relative_to(tree).parts[0] for path in tree.rglob("*.*")}
    found = Distributions([Distribution(name, "1") for name in sorted(set(owners.values()))], owners)
    supplied = libraries.complete(tree, found, TARGET, host_architecture(), fetch)
    return {name: (each.owner, each.origin) for name, each in supplied.items()}


def wheel(name, path):
    return libraries.Origin("wheel", name, "1", path)


def test_a_library_that_nobody_has_is_refused_with_its_package_and_a_remedy(tree, link):
    link("one/fast.so", "libnowhere.so.3")
    with pytest.raises(
        libraries.LibraryMissing,
        match=r"(?s)one/fast\.so, of the package one, needs libnowhere\.so\.3, which neither .*--builder container",
    ):
        complete(tree)


def test_what_lambdas_image_has_needs_no_copy(tree, link):
    link("one/fast.so", "libc.so.6", "libz.so.1", "libstdc++.so.6", "libpython3.13.so.1.0")
    assert complete(tree) == {}


@pytest.mark.parametrize("tag", ["--enable-new-dtags", "--disable-new-dtags"])  # RUNPATH, and RPATH
def test_what_the_library_itself_says_where_to_find_is_found_there(tree, link, tag):
    link("one.libs/libown.so.1")
    link("one/deep/fast.so", "libown.so.1", options=["-Wl,-rpath,$ORIGIN/../../one.libs", f"-Wl,{tag}"])
    assert complete(tree) == {}


def test_a_library_that_lies_where_nobody_looks_is_supplied(tree, link):
    link("two/libown.so.1")
    link("one/fast.so", "libown.so.1", options=["-Wl,-rpath,$ORIGIN/../three"])
    assert complete(tree) == {"libown.so.1": ("two", wheel("two", "two/libown.so.1"))}
    assert (libraries.folder_of(tree, TARGET) / "libown.so.1").is_file()


def test_a_copy_that_a_wheel_carries_under_another_name_is_supplied_under_the_name_that_is_needed(tree, link):
    link("learn/libgomp-1a2b3c4d.so.1.0.0")
    link("one/fast.so", "libgomp.so.1")
    assert complete(tree) == {"libgomp.so.1": ("learn", wheel("learn", "learn/libgomp-1a2b3c4d.so.1.0.0"))}


def test_what_the_supplied_library_needs_is_looked_for_too(tree, link):
    link("learn/libgomp-1a2b3c4d.so.1.0.0", "libnowhere.so.3")
    link("one/fast.so", "libgomp.so.1")
    with pytest.raises(libraries.LibraryMissing, match=r"needs libnowhere\.so\.3"):
        complete(tree)


def test_the_builder_is_asked_for_what_the_layer_lacks(tree, link, tmp_path):
    link("one/fast.so", "libgomp.so.1")

    def fetch(name, folder):
        folder.mkdir()
        shutil.copyfile(tmp_path / name, folder / name)
        return libraries.Origin("image", "own:1", "sha256:11", "/usr/lib64/libgomp.so.1")

    (owner, origin) = complete(tree, fetch)["libgomp.so.1"]
    assert (owner, origin.name) == ("one", "own:1")


def test_a_module_that_its_package_does_without_is_let_be(tree, link):
    link("numba/np/ufunc/tbbpool.cpython-313-x86_64-linux-gnu.so", "libtbb.so.12")
    assert complete(tree) == {}


def test_no_runtime_has_libgomp_and_each_has_the_c_library():
    assert SYSTEM.keys() == {each.python for each in RUNTIMES}
    assert all("libc.so.6" in names and "libgomp.so.1" not in names for names in SYSTEM.values())


def test_a_c_plus_plus_runtime_that_is_too_old_is_met(tree, monkeypatch):
    installed = Path(numpy.__file__).parent
    extension = next(installed.glob("_core/_multiarray_umath*.so"))
    (tree / "numpy" / "_core").mkdir(parents=True)
    shutil.copy(extension, tree / "numpy" / "_core" / "core.so")
    shutil.copytree(installed.with_name("numpy.libs"), tree / "numpy.libs")
    monkeypatch.setitem(SYSTEM["3.13"], "libstdc++.so.6", {"GLIBCXX": (3, 3, 0)})
    with pytest.raises(libraries.LibraryTooOld, match=r"numpy/_core/core\.so, of the package numpy, needs libstdc\+\+"):
        complete(tree)
