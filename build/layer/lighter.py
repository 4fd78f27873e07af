"""Packages that are published once more, smaller, with the same modules for what Lambda has: a table."""

from __future__ import annotations

from collections.abc import Iterable

# Lambda has no GPU and no screen.
SAME_WITHOUT = {
    "xgboost": ("xgboost-cpu", "the libraries for GPUs"),
    "nvidia-nccl-cu12": ("xgboost-cpu in place of xgboost", "the libraries for GPUs"),
    "nvidia-nccl-cu13": ("xgboost-cpu in place of xgboost", "the libraries for GPUs"),
    "tensorflow": ("tensorflow-cpu", "the libraries for GPUs"),
    "onnxruntime-gpu": ("onnxruntime", "the libraries for GPUs"),
    "faiss-gpu-cu12": ("faiss-cpu", "the libraries for GPUs"),
    "opencv-python": ("opencv-python-headless", "what shows windows"),
    "opencv-contrib-python": ("opencv-contrib-python-headless", "what shows windows"),
    "torch": ("the wheels of https://download.pytorch.org/whl/cpu (--extra-index-url)", "the libraries for GPUs"),
}


def advice(packages: Iterable[str]) -> str:
    """For those of the packages that have a lighter form, a line each that names it."""
    return "".join(
        f"{name} can be asked for as {other}, without {what}.\n"
        for name in packages
        for other, what in [SAME_WITHOUT.get(name, (None, None))]
        if other
    )
