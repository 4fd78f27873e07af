"""How many threads the numerical libraries may start. They read this when they are first imported."""

from __future__ import annotations

from collections.abc import MutableMapping

MEMORY_OF_ONE_VCPU = 1769  # MB
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def set_threads(environ: MutableMapping[str, str]) -> None:
    """One thread per vCPU that the memory size buys: the cores that a small function sees are not its own.

    What the function's own environment says stays as it is.
    """
    # joblib's processes need /dev/shm, which Lambda has not; without this, n_jobs=-1 fails at the first prediction
    environ.setdefault("JOBLIB_MULTIPROCESSING", "0")
    memory = environ.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE")
    if memory:
        count = max(1, round(int(memory) / MEMORY_OF_ONE_VCPU))
        for name in THREADS:
            environ.setdefault(name, str(count))
