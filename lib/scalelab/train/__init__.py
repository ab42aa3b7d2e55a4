"""What training needs beside its loop: a setting, a run record, checkpoints, accuracy, speed, memory."""

from scalelab.train.accuracy import accuracy
from scalelab.train.checkpoint import save_checkpoint
from scalelab.train.memory import MemoryProbe, probe_memory
from scalelab.train.record import Row, RunRecord, read_record
from scalelab.train.setting import Setting, choose_setting
from scalelab.train.throughput import throughput_rounds, training_step, wait_for

__all__ = [
    "MemoryProbe",
    "Row",
    "RunRecord",
    "Setting",
    "accuracy",
    "choose_setting",
    "probe_memory",
    "read_record",
    "save_checkpoint",
    "throughput_rounds",
    "training_step",
    "wait_for",
]
