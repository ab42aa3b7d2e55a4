"""The process of one slot: grades one submission after another, so that torch loads and warms up once."""

import contextlib
import multiprocessing
import os
import signal
import sys
import threading
import time
from dataclasses import dataclass
from multiprocessing.connection import Connection

import msgspec

from scalelab.files.scratch import scratch
from scalelab.grade.classroom.attempt import Ended, attempt
from scalelab.grade.classroom.request import ClassRequest
from scalelab.grade.classroom.settings import ClassSettings
from scalelab.grade.classroom.slots import Slot
from scalelab.grade.classroom.submissions import Submission
from scalelab.grade.measure.warm_evaluator import WarmEvaluator
from scalelab.grade.progress import ProgressEvent, ProgressListener, RanksRunning, StepStarted
from scalelab.grade.run.budget import Budget, resolve_budget

SECONDS_BETWEEN_REPORTS = 1.0
WAITS = StepStarted("Waiting for cores that another grader uses")


@dataclass(frozen=True)
class Ready:
    """The process can take work."""


class PipeListener:
    """Sends the events of a grading through a pipe, those of running ranks once a second and without their reports."""

    def __init__(self, pipe: Connection):
        self.pipe, self.sent_at = pipe, 0.0

    def on(self, event: ProgressEvent) -> None:
        """Send it."""
        if isinstance(event, RanksRunning):
            if time.monotonic() - self.sent_at <= SECONDS_BETWEEN_REPORTS:
                return
            event, self.sent_at = msgspec.structs.replace(event, rows=[]), time.monotonic()
        self.pipe.send(event)


def serve(pipe: Connection, request: ClassRequest, slot: Slot) -> None:
    """Do what comes through the pipe, (Submission, ClassTerms) to grade or None to measure, until it closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the starter's to handle
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # so that `with` ends the ranks
    threading.Thread(target=_end_with_starter, daemon=True).start()
    slot.settle_in()
    listener = PipeListener(pipe)
    with scratch(), WarmEvaluator() as warm, contextlib.suppress(EOFError):
        pipe.send(Ready())
        while True:
            task = pipe.recv()
            with slot.occupied(waiting=lambda: listener.on(WAITS)):
                pipe.send(_do(task, request, listener, warm))


def _do(task: "Task", request: ClassRequest, listener: ProgressListener, warm: WarmEvaluator) -> Ended | Budget:
    if task is None:
        return measure(request, listener)
    submission, settings = task
    return attempt(request, submission, settings, listener, warm)


def measure(request: ClassRequest, listener: ProgressListener) -> Budget:
    """The budget as it is measured in this slot."""
    return resolve_budget(request.of(request.folder, request.out, None), listener)


def _end_with_starter() -> None:
    """A starter that was killed has let go of the queue; the guard of the ranks ends them when this process is gone."""
    if starter := multiprocessing.parent_process():
        starter.join()
    os._exit(1)


Task = tuple[Submission, ClassSettings] | None
