"""Trees do without the OpenBLAS that only ellipsoidal harmonics need."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import scipy

from build.layer import elf, unused_lapack

SITE_PACKAGES = Path(scipy.__file__).parents[1]
UFUNCS = "scipy/special/_ufuncs"
LOADS = """
import sys, types
for name in ("scipy", "scipy.special", "scipy.linalg"):  # not the packages' own modules, which import all else
    sys.modules[name] = package = types.ModuleType(name)
    package.__path__ = [f"{sys.argv[1]}/{name.replace('.', '/')}"]
import scipy.special._ufuncs as ufuncs
print(ufuncs.xlogy(2.0, 3.0))
"""


@pytest.fixture
def tree(tmp_path):
    """SciPy with the modules that compute its special functions, and those that these import."""
    for folder in ("scipy", "scipy.libs"):
        shutil.copytree(SITE_PACKAGES / folder, tmp_path / folder, ignore=shutil.ignore_patterns("tests", "*.pyc"))
    for info in SITE_PACKAGES.glob("scipy-*.dist-info"):
        shutil.copytree(info, tmp_path / info.name)
    return tmp_path


@pytest.fixture
def kept(tree):
    """What a model keeps that takes the logarithm."""
    takes = any(unused_lapack.NAMED in path.read_bytes() for path in tree.glob(f"{UFUNCS}.*.so"))
    names = ("scipy/special/", *([unused_lapack.MODULE] if takes else []))  # SciPy before 1.18 calls OpenBLAS itself
    files = [path.relative_to(tree).as_posix() for path in tree.rglob("*") if path.is_file()]
    return {each for each in files if each.startswith(names)} | {each for each in files if ".libs/" in each}


def test_the_special_functions_load_and_compute_without_openblas(tree, kept):
    changed = unused_lapack.drop(tree, kept)
    assert any(each.startswith(UFUNCS) or each.startswith(unused_lapack.MODULE) for each in changed)
    needed = elf.libraries_needed(tree, kept)
    assert not any("openblas" in each for each in {*needed, *kept})
    for library in tree.glob("scipy.libs/*openblas*"):
        library.unlink()
    done = subprocess.run([sys.executable, "-c", LOADS, tree], check=False, capture_output=True, text=True)
    assert float(done.stdout) == pytest.approx(2.1972245773362196), done.stderr


def test_without_the_change_they_do_not_load(tree):
    for library in tree.glob("scipy.libs/*openblas*"):
        library.unlink()
    done = subprocess.run([sys.executable, "-c", LOADS, tree], check=False, capture_output=True, text=True)
    assert "openblas" in done.stderr and done.returncode


def test_a_harmonic_says_what_was_left_out(tree, kept):
    (tree / "scipy/special/__pycache__").mkdir(exist_ok=True)
    compiled = "scipy/special/__pycache__/_ellip_harm.cpython-311.pyc"
    kept.add(compiled)
    assert unused_lapack.HARMONICS in unused_lapack.drop(tree, kept)
    assert compiled not in kept
    names: dict = {}
    exec((tree / unused_lapack.HARMONICS).read_text(), names)
    with pytest.raises(ImportError, match=r"scipy\.special\.ellip_normal needs .* left out of the layer.* --trim-for"):
        names["ellip_normal"](8, 5, 2, 1)


@pytest.mark.parametrize(
    "more",
    [
        next(path.relative_to(SITE_PACKAGES).as_posix() for path in SITE_PACKAGES.glob("scipy/linalg/cython_blas*.so")),
        next(path.relative_to(SITE_PACKAGES).as_posix() for path in SITE_PACKAGES.glob("scipy/linalg/_flapack*.so")),
        next(path.relative_to(SITE_PACKAGES).as_posix() for path in SITE_PACKAGES.glob("scipy/spatial/_qhull*.so")),
    ],
)
def test_where_something_else_needs_it_nothing_changes(tree, kept, more):
    kept.add(more)
    before, files = set(kept), {each: (tree / each).read_bytes() for each in kept}
    assert unused_lapack.drop(tree, kept) == []
    assert kept == before
    assert files == {each: (tree / each).read_bytes() for each in kept}


@pytest.mark.parametrize("text", ["from scipy.special import ellip_harm", "'scipy.linalg.cython_lapack'"])
def test_code_that_computes_a_harmonic_keeps_it(tree, kept, text):
    own = tree / "own.py"
    own.write_text(text)
    assert unused_lapack.drop(tree, set(kept), [own]) == []
    assert unused_lapack.drop(tree, {*kept, "own.py"}) == []
