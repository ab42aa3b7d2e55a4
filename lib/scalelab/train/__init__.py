"""What a training script needs beside its loop: a run record, checkpoints, and accuracy."""

from scalelab.train.accuracy import accuracy
from scalelab.train.checkpoint import save_checkpoint
from scalelab.train.record import Row, RunRecord, read_record

__all__ = ["Row", "RunRecord", "accuracy", "read_record", "save_checkpoint"]
