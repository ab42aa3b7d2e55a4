"""The process of one slot: grades one submission after another, so that torch is loaded and warmed up once."""

import contextlib
import multiprocessing
import os
import signal
import sys
import threading
import time
from dataclasses import dataclass
from multiprocessing.connection import Connection

from scalelab.files.scratch import scratch
from scalelab.grade.classroom.attempt import attempt
from scalelab.grade.classroom.request import ClassOrder
from scalelab.grade.classroom.settings import ClassTerms
from scalelab.grade.classroom.slots import Slot
from scalelab.grade.classroom.submissions import Submission
from scalelab.grade.run.budget import Terms, set_terms
from scalelab.launch.launch import Progress

SECONDS_BETWEEN_REPORTS = 1.0


@dataclass(frozen=True)
class Ready:
    """The process can take work."""


@dataclass(frozen=True)
class Said:
    """What the grader says of the submission in hand."""

    text: str


@dataclass(frozen=True)
class Running:
    """The ranks have been running for so long."""

    seconds: float


class Telling:
    """The audience of a grading, on the other side of a pipe; hears of the run once a second."""

    def __init__(self, pipe: Connection):
        self.pipe, self.told = pipe, 0.0

    def say(self, text: str) -> None:
        self.pipe.send(Said(text))

    def progress(self, progress: Progress, budget_seconds: float) -> None:
        if time.monotonic() - self.told > SECONDS_BETWEEN_REPORTS:
            self.told = time.monotonic()
            self.pipe.send(Running(progress.seconds))


def serve(pipe: Connection, order: ClassOrder, slot: Slot) -> None:
    """Do what comes through the pipe, (Submission, ClassTerms) to grade or None to measure, until it closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the starter's to handle
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # so that `with` ends the ranks
    threading.Thread(target=_end_with_starter, daemon=True).start()
    slot.settle_in()
    telling = Telling(pipe)
    with scratch(), contextlib.suppress(EOFError):
        pipe.send(Ready())
        while True:
            task = pipe.recv()
            with slot.occupied(waiting=lambda: telling.say("Waiting for cores that another grader uses")):
                answer = attempt(order, *task, telling) if task else measure(order, telling)
            pipe.send(answer)


def measure(order: ClassOrder, telling: Telling) -> Terms:
    """The budget as it is measured in this slot."""
    return set_terms(order.of(order.folder, order.out, None), telling.say)


def _end_with_starter() -> None:
    """A starter that was killed has let go of the queue; the guard of the ranks ends them when this process is gone."""
    multiprocessing.parent_process().join()
    os._exit(1)


Task = tuple[Submission, ClassTerms] | None
