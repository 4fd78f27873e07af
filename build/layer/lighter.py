"""Names smaller packages that can take the place of others: they have the same modules, without what Lambda lacks."""

from __future__ import annotations

from collections.abc import Iterable

# Lambda has no GPU and no screen. By package: the other package, and what it does not have.
SAME_WITHOUT = {
    "xgboost": ("xgboost-cpu", "the libraries for GPUs"),
    "nvidia-nccl-cu12": ("xgboost-cpu in place of xgboost", "the libraries for GPUs"),
    "nvidia-nccl-cu13": ("xgboost-cpu in place of xgboost", "the libraries for GPUs"),
    "tensorflow": ("tensorflow-cpu", "the libraries for GPUs"),
    "onnxruntime-gpu": ("onnxruntime", "the libraries for GPUs"),
    "faiss-gpu-cu12": ("faiss-cpu", "the libraries for GPUs"),
    "opencv-python": ("opencv-python-headless", "the code that shows windows"),
    "opencv-contrib-python": ("opencv-contrib-python-headless", "the code that shows windows"),
    "torch": ("the wheels of https://download.pytorch.org/whl/cpu (--extra-index-url)", "the libraries for GPUs"),
}


def advice(packages: Iterable[str]) -> str:
    """Return one line for each of the packages that has a smaller form."""
    return "".join(
        f"Instead of {name}, you can require {other}, which comes without {what}.\n"
        for name in packages
        for other, what in [SAME_WITHOUT.get(name, (None, None))]
        if other
    )
