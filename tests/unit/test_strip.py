"""Stripping loses what is not loaded, and nothing else."""

import shutil
import struct
import subprocess
import sys
from pathlib import Path

import numpy
import pytest
import scipy

from build.layer import strip

PACKAGES = [Path(each.__file__).parent for each in (numpy, scipy)]
EXTENSIONS = sorted(path for folder in PACKAGES for path in folder.rglob("*.so"))
# What auditwheel has put beside them: stripped with binutils, numpy does not import any more.
GRAFTED = sorted(path for folder in PACKAGES for path in folder.with_name(f"{folder.name}.libs").iterdir())


def image(data):
    """What the loader maps: address, flags, size in memory and bytes of each segment that is loaded."""
    return [
        (each.address, each.flags, each.memory_size, data[each.offset : each.offset + each.file_size])
        for each in strip.read(data)
        if each.type == strip.LOAD
    ]


SOME = [EXTENSIONS[0], EXTENSIONS[-1], *GRAFTED]


@pytest.mark.parametrize("path", SOME, ids=lambda path: path.name)
def test_what_is_loaded_stays_the_same_but_for_the_headers_themselves(path):
    before = path.read_bytes()
    after = strip.stripped(before)
    assert after is not None
    assert len(after) < len(before)
    assert len(image(after)) == len(image(before))
    for one, two in zip(image(before), image(after), strict=True):
        assert one[:3] == two[:3]
        different = sum(a != b for a, b in zip(one[3], two[3], strict=True))
        assert different <= 64 + 56 * len(strip.read(before))
    for each in strip.read(after):
        assert each.type != strip.LOAD or (each.address - each.offset) % each.align == 0


def test_every_library_of_numpy_and_scipy_still_loads_and_computes(tmp_path):
    count = 0
    for folder in PACKAGES:
        for part in (folder, folder.with_name(f"{folder.name}.libs")):
            shutil.copytree(part, tmp_path / part.name, ignore=shutil.ignore_patterns("__pycache__"))
    for path in tmp_path.rglob("*.so*"):
        smaller = strip.stripped(path.read_bytes())
        if smaller:
            path.write_bytes(smaller)
            count += 1
    assert count > 100
    script = (
        "import ctypes, pathlib, sys, numpy, scipy.linalg\n"
        "assert numpy.__file__.startswith(sys.argv[1])\n"
        "for path in pathlib.Path(sys.argv[1]).rglob('*.so*'): ctypes.CDLL(str(path))\n"
        "print(scipy.linalg.svd(numpy.arange(12.).reshape(3, 4))[1].round(9).tolist())\n"
    )
    ours = [sys.executable, "-S", "-s", "-B", "-c", script, str(tmp_path)]
    printed = subprocess.run(ours, env={"PYTHONPATH": str(tmp_path)}, capture_output=True, text=True, check=False)
    assert printed.returncode == 0, printed.stderr
    expected = scipy.linalg.svd(numpy.arange(12.0).reshape(3, 4))[1].round(9).tolist()
    assert printed.stdout.strip() == str(expected)


def test_a_library_cannot_be_stripped_twice():
    once = strip.stripped(EXTENSIONS[0].read_bytes())
    assert strip.stripped(once) is None


@pytest.mark.parametrize("data", [b"", b"text", b"\x7fELF\x01\x01" + bytes(64), b"\x7fELF\x02\x02" + bytes(64)])
def test_what_it_does_not_know_is_left_alone(data):
    assert strip.stripped(data) is None


def test_a_library_with_a_misaligned_segment_is_left_alone():
    data = bytearray(EXTENSIONS[0].read_bytes())
    start = struct.unpack_from("<Q", data, strip.E_PHOFF)[0]
    number = next(n for n, each in enumerate(strip.read(bytes(data))) if each.type == strip.LOAD and each.offset)
    at = start + number * strip.PROGRAM_HEADER.size + 16  # p_vaddr
    struct.pack_into("<Q", data, at, struct.unpack_from("<Q", data, at)[0] + 8)
    assert strip.stripped(bytes(data)) is None
