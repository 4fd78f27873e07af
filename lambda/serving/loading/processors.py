"""Limits the threads of the numerical libraries, which read these variables when they are first imported."""

from __future__ import annotations

from collections.abc import MutableMapping

MEMORY_OF_ONE_VCPU = 1769  # MB
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def set_threads(environ: MutableMapping[str, str]) -> None:
    """Allow one thread for each vCPU that the memory size buys. A small function sees more cores than it may use.

    Variables that the function already has stay as they are.
    """
    # joblib's processes need /dev/shm, which Lambda does not have. Without this, n_jobs=-1 fails at its first use
    environ.setdefault("JOBLIB_MULTIPROCESSING", "0")
    memory = environ.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE")
    if memory:
        count = max(1, round(int(memory) / MEMORY_OF_ONE_VCPU))
        for name in THREADS:
            environ.setdefault(name, str(count))
