"""What training needs beside its loop: a setting, a run record, checkpoints, accuracy, speed, memory.

Each is loaded when it is asked for: who starts ranks and reads their records does not wait for PyTorch.
"""

import importlib
from typing import Any

_HOMES = {
    "MemoryProbe": "memory",
    "Row": "record",
    "RunRecord": "record",
    "ExperimentConfig": "preset",
    "accuracy": "measure",
    "autocast": "mixed_precision",
    "choose_preset": "preset",
    "probe_memory": "memory",
    "read_record": "record",
    "save_checkpoint": "checkpoint",
    "throughput_rounds": "throughput",
    "training_step": "throughput",
    "wait_for": "throughput",
}
__all__ = list(_HOMES)  # noqa: PLE0604


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
