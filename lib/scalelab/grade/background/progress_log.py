"""A grading told as JSON lines, for whoever looks on from another process."""

import time
from collections.abc import Sequence
from pathlib import Path

import msgspec

from scalelab.grade.request import Audience
from scalelab.launch.launch import Progress
from scalelab.train import Row

SECONDS_BETWEEN_LINES = 0.3


class Step(msgspec.Struct, frozen=True, tag=True):
    """A step has begun."""

    text: str


class Ran(msgspec.Struct, frozen=True, tag=True):
    """The ranks have run for so many seconds of the budget; `rows` is what they have reported since the line before."""

    seconds: float
    budget_seconds: float
    rows: list[Row] = []


class Telling:
    """An audience that writes each line at once, and passes everything on to another audience."""

    def __init__(self, path: Path, other: Audience):
        self.path, self.other = path, other
        self.told_at, self.rows = 0.0, []
        path.write_bytes(b"")

    def say(self, text: str) -> None:
        """A step has begun."""
        self.other.say(text)
        self._write(Step(text))

    def progress(self, progress: Progress, budget_seconds: float) -> None:
        """The ranks are running; a few lines a second."""
        self.other.progress(progress, budget_seconds)
        self.rows += progress.rows
        if time.monotonic() - self.told_at > SECONDS_BETWEEN_LINES:
            self._write(Ran(progress.seconds, budget_seconds, self.rows))
            self.told_at, self.rows = time.monotonic(), []

    def _write(self, line: Step | Ran) -> None:
        with self.path.open("ab") as file:
            file.write(msgspec.json.encode(line) + b"\n")


def read_telling(path: Path) -> Sequence[Step | Ran]:
    """All lines so far; none where nothing was told."""
    try:
        lines = path.read_bytes().splitlines(keepends=True)
    except OSError:
        return []
    return [msgspec.json.decode(line, type=Step | Ran) for line in lines if line.endswith(b"\n")]
