"""Libraries that would not load on Lambda are met before they are zipped."""

import dataclasses
import shutil
from pathlib import Path

import numpy
import pytest

from build.host.distributions import Distribution, Distributions
from build.layer import elf
from build.runtimes import architecture, host_architecture, runtime

LIBRARY = next(Path(numpy.__file__).parent.glob("_core/_multiarray_umath*.so"))


@pytest.fixture
def tree(tmp_path):
    (tmp_path / "numpy").mkdir()
    shutil.copy(LIBRARY, tmp_path / "numpy" / "core.so")
    (tmp_path / "numpy" / "script.so").write_text("not a library")
    return tmp_path


FILES = ["numpy/core.so", "numpy/script.so"]
OWNERS = Distributions([Distribution("numpy", "2")], {"numpy/core.so": "numpy"})


def test_counts_what_it_looked_at(tree):
    newest = dataclasses.replace(runtime("3.13"), glibc=(2, 99))
    assert elf.check(tree, FILES, OWNERS, newest, host_architecture()) == 1


def test_reads_the_machine_and_the_newest_glibc():
    machine, glibc = elf.needs(LIBRARY)
    assert machine == host_architecture().elf
    assert (2, 14) <= glibc <= (2, 40)


def test_names_the_first_library_of_another_architecture_and_its_package(tree):
    other = architecture("arm64" if host_architecture().name == "x86_64" else "x86_64")
    with pytest.raises(elf.WrongArchitecture, match=r"numpy/core\.so, of the package numpy, is for "):
        elf.check(tree, FILES, OWNERS, runtime("3.13"), other)


def test_names_the_first_library_that_asks_for_a_newer_glibc_and_its_package(tree):
    old = dataclasses.replace(runtime("3.11"), glibc=(2, 2))
    with pytest.raises(
        elf.GlibcTooNew, match=r"numpy/core\.so, of the package numpy, needs glibc 2\.\d+, and python3\.11"
    ):
        elf.check(tree, FILES, OWNERS, old, host_architecture())


def test_a_damaged_library_is_named(tree):
    (tree / "numpy" / "core.so").write_bytes(b"\x7fELF")
    with pytest.raises(elf.Damaged, match=r"numpy/core\.so, of the package numpy, is a damaged library"):
        elf.check(tree, FILES, OWNERS, runtime("3.13"), host_architecture())
