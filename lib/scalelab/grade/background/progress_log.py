"""A grading's events as JSON lines, for whoever looks on from another process."""

import time
from collections.abc import Sequence
from pathlib import Path

import msgspec

from scalelab.grade.progress import ProgressEvent, ProgressListener, RanksRunning, StepStarted
from scalelab.train.record import Row

SECONDS_BETWEEN_LINES = 0.3


class ProgressLog:
    """Writes each event at once, those of running ranks a few times a second, and passes all on to a listener."""

    def __init__(self, path: Path, other: ProgressListener):
        self.path, self.other = path, other
        self.written_at = 0.0
        self.rows: list[Row] = []
        path.write_bytes(b"")

    def on(self, event: ProgressEvent) -> None:
        """Pass it on, and write it; rows wait for the next line."""
        self.other.on(event)
        if isinstance(event, RanksRunning):
            self.rows += event.rows
            if time.monotonic() - self.written_at <= SECONDS_BETWEEN_LINES:
                return
            event = msgspec.structs.replace(event, rows=self.rows)
            self.written_at, self.rows = time.monotonic(), []
        with self.path.open("ab") as file:
            file.write(msgspec.json.encode(event) + b"\n")


def read_progress(path: Path) -> Sequence[StepStarted | RanksRunning]:
    """All events of one submission so far; none where nothing was told."""
    try:
        lines = path.read_bytes().splitlines(keepends=True)
    except OSError:
        return []
    return [msgspec.json.decode(line, type=StepStarted | RanksRunning) for line in lines if line.endswith(b"\n")]
