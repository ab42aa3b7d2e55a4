"""Keeps a process for every slot busy, and replaces those that die."""

import contextlib
import multiprocessing
import time
from collections.abc import Iterator, Sequence
from multiprocessing.connection import wait
from typing import Self

from scalelab.errors import ScaleLabError
from scalelab.grade.classroom.attempt import Ended, refuse
from scalelab.grade.classroom.paths import ClassPaths
from scalelab.grade.classroom.request import ClassRequest
from scalelab.grade.classroom.settings import ClassSettings
from scalelab.grade.classroom.slots import Slot
from scalelab.grade.classroom.submissions import Submission
from scalelab.grade.classroom.worker import Ready, Task, serve
from scalelab.grade.progress import InSubmission, ProgressListener, RanksRunning, StepStarted
from scalelab.grade.run.budget import Budget

SECONDS_UNTIL_ASKED_AGAIN = 1.0
SECONDS_TO_END = 10.0
LOOK_SECONDS = 0.5


class WorkerHandle:
    """A slot's process and the submission it has in hand."""

    def __init__(self, request: ClassRequest, slot: Slot):
        self.request, self.slot = request, slot
        self.submission: Submission | None = None
        self.start()

    def start(self) -> None:
        """A new process, spawned: it inherits no lock and no thread."""
        context = multiprocessing.get_context("spawn")
        self.pipe, theirs = context.Pipe()
        self.process = context.Process(target=serve, args=(theirs, self.request, self.slot))
        self.process.start()
        theirs.close()
        self.ready = False

    def submit(self, task: Task) -> None:
        """Give it something to do."""
        self.submission = task[0] if task else None
        with contextlib.suppress(OSError):  # it has died: heard of at the next look
            self.pipe.send(task)

    def answers(self) -> Iterator[object]:
        """What it has said since the last look; raises EOFError once it is dead and all was heard."""
        while self.pipe.poll():
            answer = self.pipe.recv()
            self.ready = self.ready or isinstance(answer, Ready)
            yield answer

    def end(self) -> None:
        """End the process, and with it the ranks that it runs."""
        self.process.join(SECONDS_TO_END)
        if self.process.is_alive():
            self.process.kill()
            self.process.join()
        self.pipe.close()


class Pool:
    """Grades on this machine. Use it as a context: at its end, however that comes, no process is left.

    `listener` is told what the grader tells of each student's submission.
    """

    def __init__(self, request: ClassRequest, slots: Sequence[Slot], listener: ProgressListener):
        self.request, self.slots, self.listener = request, slots, listener
        self.at_once = len(slots)
        self.workers: list[WorkerHandle] = []

    def __enter__(self) -> Self:
        """Raises ScaleLabError where nothing can be graded on this machine: no sandbox, no GPU."""
        self.request.of(self.request.folder, ClassPaths(self.request.out).work("nobody"), None).check()
        return self

    def __exit__(self, *_) -> None:
        for worker in self.workers:
            worker.process.terminate()
        for worker in self.workers:
            worker.end()

    def measure(self) -> Budget:
        """The budget, measured in all slots at once, as they will be used; the slowest is the measure for all."""
        self._fill()
        for worker in self.workers:
            worker.submit(None)
        measured: list[Budget] = []
        while len(measured) < len(self.workers):
            for worker, answer in self._messages():
                self._require_alive(worker)
                measured += [answer] if isinstance(answer, Budget) else []
        return max(measured, key=lambda budget: budget.seconds)

    def grade(self, submissions: Sequence[Submission], settings: ClassSettings) -> Iterator[Ended]:
        """Grade all; each is given as it ends, those that another grader has in hand once that has ended."""
        self._fill()
        due = [(0.0, submission) for submission in submissions]
        while due or any(worker.submission for worker in self.workers):
            self._hand_out(due, settings)
            for worker, answer in self._messages():
                if answer is None:
                    answer = self._replace_dead(worker)
                if not isinstance(answer, Ended):
                    continue
                submission, worker.submission = worker.submission, None
                if submission and answer.how == "busy":
                    due.append((time.monotonic() + SECONDS_UNTIL_ASKED_AGAIN, submission))
                else:
                    self._hand_out(due, settings)  # before the row is written, which takes a while
                    yield answer

    def _fill(self) -> None:
        """Start a process for every slot, and wait until all are ready."""
        self.workers += [WorkerHandle(self.request, slot) for slot in self.slots[len(self.workers) :]]
        while not all(worker.ready for worker in self.workers):
            for worker, _ in self._messages():
                self._require_alive(worker)

    def _hand_out(self, due: list[tuple[float, Submission]], settings: ClassSettings) -> None:
        idle = [worker for worker in self.workers if worker.ready and not worker.submission]
        for worker in idle:
            if due and due[0][0] <= time.monotonic():
                worker.submit((due.pop(0)[1], settings))

    def _messages(self) -> Iterator[tuple[WorkerHandle, object]]:
        """Answers of all workers, waiting a little for the first; None for the death of a process."""
        wait([worker.pipe for worker in self.workers], LOOK_SECONDS)
        for worker in self.workers:
            try:
                for answer in worker.answers():
                    if isinstance(answer, StepStarted | RanksRunning):
                        self.listener.on(InSubmission(worker.submission.student if worker.submission else "", answer))
                    else:
                        yield worker, answer
            except (EOFError, OSError):
                yield worker, None

    def _replace_dead(self, worker: WorkerHandle) -> Ended | None:
        """Replace a dead process; the submission that it had in hand could not be graded."""
        submission, how = worker.submission, _death(worker)
        if not worker.ready:
            raise ScaleLabError(f"A grading process {how} before it had begun.")
        worker.start()
        if submission is None:
            return None
        reason = f"The process that graded it {how}; it is tried again at the next start."
        return refuse(ClassPaths(self.request.out), submission.student, reason)

    def _require_alive(self, worker: WorkerHandle) -> None:
        if not worker.process.is_alive():
            raise ScaleLabError(f"A grading process {_death(worker)} before it had begun.")


def _death(worker: WorkerHandle) -> str:
    worker.end()
    code = worker.process.exitcode or 0
    return f"was killed by signal {-code}" if code < 0 else f"ended with exit code {code}"
