"""A process for every slot of this machine, kept busy and, where one dies, replaced."""

import contextlib
import multiprocessing
import time
from collections.abc import Callable, Iterator, Sequence
from multiprocessing.connection import wait
from typing import Self

from scalelab.errors import ScaleLabError
from scalelab.grade.classroom.attempt import Ended, refuse
from scalelab.grade.classroom.paths import Places
from scalelab.grade.classroom.request import ClassOrder
from scalelab.grade.classroom.settings import ClassTerms
from scalelab.grade.classroom.slots import Slot
from scalelab.grade.classroom.submissions import Submission
from scalelab.grade.classroom.worker import Ready, Running, Said, Task, serve
from scalelab.grade.run.budget import Terms

SECONDS_UNTIL_ASKED_AGAIN = 1.0
SECONDS_TO_END = 10.0
LOOK_SECONDS = 0.5

Hear = Callable[[str, Said | Running], None]


class Seat:
    """A slot's process and the submission it has in hand."""

    def __init__(self, order: ClassOrder, slot: Slot):
        self.order, self.slot = order, slot
        self.submission: Submission | None = None
        self.start()

    def start(self) -> None:
        """A new process, spawned: it inherits no lock and no thread."""
        context = multiprocessing.get_context("spawn")
        self.pipe, theirs = context.Pipe()
        self.process = context.Process(target=serve, args=(theirs, self.order, self.slot))
        self.process.start()
        theirs.close()
        self.ready = False

    def give(self, task: Task) -> None:
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

    `hear` is told what the grader says of a student's submission ("": of none), and how long its ranks have run.
    """

    def __init__(self, order: ClassOrder, slots: Sequence[Slot], hear: Hear = lambda student, report: None):
        self.order, self.slots, self.hear = order, slots, hear
        self.at_once = len(slots)
        self.seats: list[Seat] = []

    def __enter__(self) -> Self:
        """Raises ScaleLabError where nothing can be graded on this machine: no sandbox, no GPU."""
        self.order.of(self.order.folder, Places(self.order.out).work("nobody"), None).check()
        return self

    def __exit__(self, *_) -> None:
        for seat in self.seats:
            seat.process.terminate()
        for seat in self.seats:
            seat.end()

    def measure(self) -> Terms:
        """The budget, measured in all slots at once, as they will be used; the slowest is the measure for all."""
        self._fill()
        for seat in self.seats:
            seat.give(None)
        measured: list[Terms] = []
        while len(measured) < len(self.seats):
            for seat, answer in self._heard():
                self._require_alive(seat)
                measured += [answer] if isinstance(answer, Terms) else []
        return max(measured, key=lambda terms: terms.budget_seconds)

    def grade(self, submissions: Sequence[Submission], terms: ClassTerms) -> Iterator[Ended]:
        """Grade all; each is given as it ends, those that another grader has in hand once that has ended."""
        self._fill()
        due = [(0.0, submission) for submission in submissions]
        while due or any(seat.submission for seat in self.seats):
            self._hand_out(due, terms)
            for seat, answer in self._heard():
                if answer is None:
                    answer = self._mourn(seat)
                if not isinstance(answer, Ended):
                    continue
                submission, seat.submission = seat.submission, None
                if answer.how == "busy":
                    due.append((time.monotonic() + SECONDS_UNTIL_ASKED_AGAIN, submission))
                else:
                    self._hand_out(due, terms)  # before the row is written, which takes a while
                    yield answer

    def _fill(self) -> None:
        """Start a process for every slot, and wait until all are ready."""
        self.seats += [Seat(self.order, slot) for slot in self.slots[len(self.seats) :]]
        while not all(seat.ready for seat in self.seats):
            for seat, _ in self._heard():
                self._require_alive(seat)

    def _hand_out(self, due: list[tuple[float, Submission]], terms: ClassTerms) -> None:
        idle = [seat for seat in self.seats if seat.ready and not seat.submission]
        for seat in idle:
            if due and due[0][0] <= time.monotonic():
                seat.give((due.pop(0)[1], terms))

    def _heard(self) -> Iterator[tuple[Seat, object]]:
        """Answers of all seats, waiting a little for the first; None for the death of a process."""
        wait([seat.pipe for seat in self.seats], LOOK_SECONDS)
        for seat in self.seats:
            try:
                for answer in seat.answers():
                    if isinstance(answer, Said | Running):
                        self.hear(seat.submission.student if seat.submission else "", answer)
                    else:
                        yield seat, answer
            except (EOFError, OSError):
                yield seat, None

    def _mourn(self, seat: Seat) -> Ended | None:
        """Replace a dead process; the submission that it had in hand could not be graded."""
        submission, how = seat.submission, _death(seat)
        if not seat.ready:
            raise ScaleLabError(f"A grading process {how} before it had begun.")
        seat.start()
        if submission is None:
            return None
        reason = f"The process that graded it {how}; it is tried again at the next start."
        return refuse(Places(self.order.out), submission.student, reason)

    def _require_alive(self, seat: Seat) -> None:
        if not seat.process.is_alive():
            raise ScaleLabError(f"A grading process {_death(seat)} before it had begun.")


def _death(seat: Seat) -> str:
    seat.end()
    code = seat.process.exitcode
    return f"was killed by signal {-code}" if code < 0 else f"ended with exit code {code}"
