"""Reads what a script reported of its own run: drawn for the learner, worth nothing."""

from collections.abc import Callable
from pathlib import Path

import msgspec

from scalelab.train import Row
from scalelab.train.record import RecordReader

FASTEST = 1e9  # images per second; no machine that grades is


def reported(folder: Path, seconds: float, counted: Callable[[float], float] = float) -> list[Row]:
    """Rows of the record in the folder that fit a run of so many seconds; of a record too long, the first of them.

    `counted`: makes of a row's seconds those that its run's clock counted.
    """
    rows = (row for row in RecordReader(folder).new_rows() if _can_be(row, seconds))
    return [msgspec.structs.replace(row, seconds=counted(row.seconds)) for row in rows]


def _can_be(row: Row, seconds: float) -> bool:
    shares = [share for share in (row.train_accuracy, row.validation_accuracy) if share is not None]
    return (
        0 <= row.seconds <= seconds
        and 0 <= row.images_per_second <= FASTEST
        and all(0 <= share <= 1 for share in shares)
    )
