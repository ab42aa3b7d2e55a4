"""What a training script needs beside its loop: a run record and checkpoints."""

from scalelab.train.checkpoint import save_checkpoint
from scalelab.train.record import Row, RunRecord, read_record

__all__ = ["Row", "RunRecord", "read_record", "save_checkpoint"]
