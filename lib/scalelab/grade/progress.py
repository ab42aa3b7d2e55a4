"""Progress of a grading: one small union of events, and one protocol for whoever listens.

The terminal, a notebook, a log file and a pipe are listeners; a file and a pipe carry the events on to another process.
"""

from typing import Protocol

import msgspec

from scalelab.train.record import Row


class StepStarted(msgspec.Struct, frozen=True, tag=True):
    """A step of the grading has begun."""

    text: str


class RanksRunning(msgspec.Struct, frozen=True, tag=True):
    """The ranks have run for `seconds` of the budget; `rows` is what they have reported since the event before, `doing`
    what they do while they have reported nothing.
    """

    seconds: float
    budget_seconds: float
    rows: list[Row] = []
    doing: str = ""


class ClassStarted(msgspec.Struct, frozen=True, tag=True):
    """A class: how many submissions there are, how many of them have a result, how many will be graded, and how."""

    submissions: int
    graded_before: int
    todo: int
    workers: int
    budget_seconds: float
    seed: int
    dataset: str


class InSubmission(msgspec.Struct, frozen=True, tag=True):
    """What is told of one student's submission; of none where `student` is empty."""

    student: str
    event: StepStarted | RanksRunning


class SubmissionEnded(msgspec.Struct, frozen=True, tag=True):
    """A submission was graded, or could not be, with its row in words; `seconds_left` is an estimate for the rest."""

    student: str
    row: str
    seconds_left: float


ProgressEvent = StepStarted | RanksRunning | ClassStarted | InSubmission | SubmissionEnded


class ProgressListener(Protocol):
    """Whoever looks on."""

    def on(self, event: ProgressEvent) -> None:
        """Something has happened; called some ten times a second while ranks run."""


class Silence:
    """A listener that tells nobody."""

    def on(self, event: ProgressEvent) -> None:
        """Not heard."""
