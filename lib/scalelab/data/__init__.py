"""A noisy line, and images for training: real files read and checked, divided among ranks, augmented in batches.

`load("cifar10")` is the usual way in. What is used is named in `Dataset.source`; show it.
Each is loaded when it is asked for: the command line refuses what it cannot do before it has loaded PyTorch.
"""

import importlib
from typing import Any

_HOMES = {
    "Dataset": "images",
    "Found": "search",
    "Images": "images",
    "Line": "line",
    "Statistics": "splits",
    "augment": "augmentation",
    "batches": "partitions",
    "cache_folder": "search",
    "download": "downloads",
    "draw": "partitions",
    "find_all": "search",
    "load": "search",
    "noisy_line": "line",
    "partition": "partitions",
    "read_cifar10": "cifar10",
    "read_fashion_mnist": "fashion_mnist",
    "split": "splits",
    "standardise": "splits",
    "statistics": "splits",
    "write_cifar10": "cifar10",
}
__all__ = list(_HOMES)  # noqa: PLE0604


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
