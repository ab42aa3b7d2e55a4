"""The run record: how a training script tells what it is doing, one JSON line a report.

Rank 0 writes, anybody may read along: a live chart, a comparison of runs, the terminal's progress bar.
Nothing in it counts towards a grade.
"""

import contextlib
import os
import time
from pathlib import Path
from typing import Any

import msgspec

from scalelab.files.untrusted import open_plain

RECORD_NAME = "metrics.jsonl"
MOST_BYTES = 1 << 20


class Row(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One report. `seconds` and `images` count from the start of the run, over all ranks.

    `effective_batch_size` is the batch size of one worker times the number of workers; `training_seconds` counts as
    `seconds` does, but without what was spent on measuring accuracy.
    """

    seconds: float
    epoch: float
    images: int
    images_per_second: float
    loss: float
    train_accuracy: float | None = None
    validation_accuracy: float | None = None
    lr: float | None = None
    effective_batch_size: int | None = None
    training_seconds: float | None = None

    def in_words(self) -> str:
        """The report of a training script after an epoch, as a line on the screen."""
        return (
            f"epoch {self.epoch:2g}  loss {self.loss:.3f}  training accuracy {self.train_accuracy:.3f}  "
            f"validation accuracy {self.validation_accuracy:.3f}  after {self.training_seconds:.1f} s of training"
        )

    def summary(self) -> str:
        """The report in one short line, with the accuracies that it has."""
        parts = [f"epoch {self.epoch:g}", f"loss {self.loss:.3f}"]
        if self.train_accuracy is not None:
            parts.append(f"training {self.train_accuracy:.3f}")
        if self.validation_accuracy is not None:
            parts.append(f"validation {self.validation_accuracy:.3f}")
        return "  ".join([*parts, f"{self.images_per_second:,.0f} images/s"])


class RunRecord:
    """Appends rows to FOLDER/metrics.jsonl on rank 0 and does nothing on the other ranks.

    The clock starts when the record is made, so make it before the first step.
    """

    def __init__(self, folder: Path, rank: int = 0):
        self.path = Path(folder) / RECORD_NAME if rank == 0 else None
        self.start = self.last_seconds = time.perf_counter()
        self.last_images = 0
        if self.path:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self.path.write_bytes(b"")

    def write(self, *, images: int, **values: Any) -> Row:
        """Append one row; `values` are the other fields of `Row`, all but the two that the clock gives.

        `images_per_second` is the throughput since the row before.
        """
        now = time.perf_counter()
        speed = (images - self.last_images) / max(now - self.last_seconds, 1e-9)
        row = Row(seconds=now - self.start, images=images, images_per_second=speed, **values)
        self.last_seconds, self.last_images = now, images
        if self.path:
            with self.path.open("ab") as file:
                file.write(msgspec.json.encode(row) + b"\n")
        return row


class RecordReader:
    """Reads a record that is still being written: each call of `new_rows` gives what has come since the last.

    `after`: what is there already belongs to an earlier run, and the record is about to be begun anew.
    """

    def __init__(self, folder: Path, after: bool = False):
        self.path, self.position = Path(folder) / RECORD_NAME, 0
        if after:
            with contextlib.suppress(OSError):
                self.position = self.path.stat().st_size

    def new_rows(self) -> list[Row]:
        """Whole lines only, at most MOST_BYTES a call.

        A line that is no `Row`, or longer than that, is passed over: the record may come from a stranger.
        """
        try:
            with open_plain(self.path) as file:
                if os.fstat(file.fileno()).st_size < self.position:  # a new run has begun its own
                    self.position = 0
                file.seek(self.position)
                text = file.read(MOST_BYTES)
        except OSError:
            return []
        whole = text.rfind(b"\n") + 1
        overlong = not whole and len(text) == MOST_BYTES
        self.position += len(text) if overlong else whole
        return [row for line in text[:whole].splitlines() if (row := _parse(line))]


def read_record(folder: Path) -> list[Row]:
    """All rows of FOLDER/metrics.jsonl so far; none where there is no record."""
    reader, rows, before = RecordReader(folder), [], -1
    while reader.position > before:
        before = reader.position
        rows += reader.new_rows()
    return rows


def _parse(line: bytes) -> Row | None:
    try:
        return msgspec.json.decode(line, type=Row)
    except msgspec.DecodeError:
        return None
