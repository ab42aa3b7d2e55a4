"""Reads what a script reported of its own run: drawn for the learner, worth nothing."""

from pathlib import Path

from scalelab.train import Row
from scalelab.train.record import RecordReader

FASTEST = 1e9  # images per second; no machine that grades is


def reported(folder: Path, seconds: float) -> list[Row]:
    """Rows of the record in the folder that fit a run of so many seconds; of a record too long, the first of them."""
    return [row for row in RecordReader(folder).new_rows() if _can_be(row, seconds)]


def _can_be(row: Row, seconds: float) -> bool:
    shares = [share for share in (row.train_accuracy, row.validation_accuracy) if share is not None]
    return (
        0 <= row.seconds <= seconds
        and 0 <= row.images_per_second <= FASTEST
        and all(0 <= share <= 1 for share in shares)
    )
