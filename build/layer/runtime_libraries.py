"""Lists the shared libraries in Lambda's images, by runtime.

The list has the libraries of glibc and of the compiler's runtime, and those that Python itself is linked to. The images
have some more, which no document promises. None of them has libgomp.
"""

from __future__ import annotations

from build.runtimes import RUNTIMES

Versions = dict[str, tuple[int, ...]]  # the newest version in each family of symbols: {"GLIBCXX": (3, 4, 29)}

LOADERS = ("ld-linux-x86-64.so.2", "ld-linux-aarch64.so.1")
GLIBC = ("libc.so.6", "libm.so.6", "libpthread.so.0", "libdl.so.2", "librt.so.1", "libutil.so.1", "libresolv.so.2")
COMPRESSION = ("libz.so.1", "libbz2.so.1", "liblzma.so.5")

# The runtime of GCC in Amazon Linux 1 (GCC 4.8), 2 (GCC 7) and 2023 (GCC 11)
CXX: dict[str, Versions] = {
    "1": {"GLIBCXX": (3, 4, 19), "CXXABI": (1, 3, 7)},
    "2": {"GLIBCXX": (3, 4, 24), "CXXABI": (1, 3, 11)},
    "2023": {"GLIBCXX": (3, 4, 29), "CXXABI": (1, 3, 13)},
}
# The libraries that the standard library's own extension modules are linked to
PYTHON = {
    "1": ("libffi.so.6", "libssl.so.10", "libcrypto.so.10"),
    "2": ("libffi.so.6", "libssl.so.10", "libcrypto.so.10"),
    "2, OpenSSL 1.1": ("libffi.so.6", "libssl.so.1.1", "libcrypto.so.1.1"),
    "2023": ("libffi.so.8", "libssl.so.3", "libcrypto.so.3"),
}


def _system(python: str, glibc: tuple[int, int]) -> dict[str, Versions]:
    linux = {(2, 17): "1", (2, 26): "2"}.get(glibc, "2023")
    own = PYTHON["2, OpenSSL 1.1" if python in ("3.10", "3.11") else linux]
    return {
        **{name: {} for name in (*LOADERS, *GLIBC, *COMPRESSION, *own, "libgcc_s.so.1")},
        "libstdc++.so.6": CXX[linux],
    }


SYSTEM: dict[str, dict[str, Versions]] = {
    runtime.python: _system(runtime.python, runtime.glibc) for runtime in RUNTIMES
}

# Extension modules that their package does not need, with the library that each of them lacks
OPTIONAL = {
    ("tbbpool", "libtbb.so.12"),  # Numba uses another one of its thread pools
    ("tbbpool", "libtbb.so.2"),
    ("omppool", "libgomp.so.1.0.0"),
}

GRAPHICS = "Use a build of the package without graphics: for opencv-python, that is opencv-python-headless."
# What to do about a library that is missing; "" stands for all libraries that are not listed
REMEDIES = {
    **dict.fromkeys(("libGL.so.1", "libX11.so.6", "libXext.so.6", "libSM.so.6", "libICE.so.6"), GRAPHICS),
    **dict.fromkeys(("libgthread-2.0.so.0", "libglib-2.0.so.0", "libgobject-2.0.so.0", "libXrender.so.1"), GRAPHICS),
    "libgomp.so.1": (
        "Add scikit-learn to the requirements: its wheels contain a copy, which the layer then supplies. "
        "Or build in Lambda's own build image, which has it: --builder container"
    ),
    "": (
        "Require another version of {package}, or a wheel that contains {name}, or build in an image that has it: "
        "--builder container --image IMAGE"
    ),
}
