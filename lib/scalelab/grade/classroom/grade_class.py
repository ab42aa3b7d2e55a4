"""Grades a class: keeps what is graded, grades the rest, and writes the rows."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from scalelab.data import load
from scalelab.errors import ScaleLabError
from scalelab.grade.classroom.attempt import Ended, forget, refuse, tidy
from scalelab.grade.classroom.daily_limit import too_often
from scalelab.grade.classroom.paths import ClassPaths
from scalelab.grade.classroom.publish import Publisher
from scalelab.grade.classroom.request import ClassRequest
from scalelab.grade.classroom.settings import ClassSettings, resolve_settings
from scalelab.grade.classroom.submissions import Submission, find_submissions
from scalelab.grade.classroom.table import GradedRow, Row, UngradedRow, row_of
from scalelab.grade.classroom.time_left import TimeLeft
from scalelab.grade.progress import ClassStarted, ProgressListener, StepStarted, SubmissionEnded
from scalelab.grade.run.budget import Budget
from scalelab.grade.run.handout import make_handout


class Engine(Protocol):
    """What grades: the slots of this machine, or a cluster's jobs."""

    at_once: int

    def measure(self) -> Budget:
        """The budget for everybody, as its slots or machines need it."""

    def grade(self, submissions: Sequence[Submission], settings: ClassSettings) -> Iterator[Ended]:
        """Grade all; each is given as it ends."""


class Register(Protocol):
    """Where rows go besides the table: a gradebook."""

    def record(self, row: GradedRow) -> str:
        """Write the row; returns what the instructor should know, or an empty string."""


def grade_class(
    request: ClassRequest,
    engine: AbstractContextManager[Engine],
    listener: ProgressListener,
    register: Register | None = None,
) -> list[Row]:
    """Grade every submission in the folder that has no result yet, and give a row for each.

    Raises ScaleLabError where the class cannot be graded at all, and at the end where a row could not be registered;
    what is wrong with one submission is in its row.
    """
    paths = ClassPaths(request.out)
    submissions = find_submissions(request.folder, request.out)
    _require_known(request.again, submissions)
    with (
        engine as at_work,
        resolve_settings(request, paths, _dataset(request), at_work.measure, listener) as settings,
    ):
        try:
            _grade(request, submissions, settings, at_work, listener, Registering(register, listener))
        finally:
            rows = [row_of(paths, submission, settings) for submission in submissions]
            Publisher(paths, settings, rows)
    return rows


def _grade(
    request: ClassRequest,
    submissions: Sequence[Submission],
    settings: ClassSettings,
    engine: Engine,
    listener: ProgressListener,
    registering: "Registering",
) -> None:
    paths = ClassPaths(request.out)
    by_name = {submission.student: submission for submission in submissions if not submission.refusal}
    for submission in by_name.values():
        tidy(paths, submission, settings)
    for student in request.again:
        forget(paths, by_name[student], settings)
    wait = {student for student in by_name if _must_wait(request, paths, by_name[student], settings)}
    rows = [row_of(paths, submission, settings) for submission in submissions]
    ungraded = (row.student for row in rows if isinstance(row, UngradedRow))
    todo = [by_name[student] for student in ungraded if student in by_name.keys() - wait]
    listener.on(_started(rows, len(todo), settings))
    for row in rows:
        registering.record(row)
    publisher = Publisher(paths, settings, rows)
    pace = TimeLeft(len(todo), engine.at_once, settings.budget_seconds)
    for ended in engine.grade(todo, settings) if todo else ():
        row = row_of(paths, by_name[ended.student], settings)
        publisher.put(row)
        registering.record(row)
        pace.one_more()
        listener.on(SubmissionEnded(row.student, row.sentence, pace.seconds_left()))
    registering.complain()


def _must_wait(request: ClassRequest, paths: ClassPaths, submission: Submission, settings: ClassSettings) -> bool:
    """Whether a student who would be graded now has used up the gradings of a day; that is kept for the row."""
    student = submission.student
    if not request.most_a_day or student in request.again:
        return False
    if isinstance(row_of(paths, submission, settings), GradedRow):
        return False
    if sentence := too_often(paths, student, request.most_a_day):
        refuse(paths, student, sentence)
    return bool(sentence)


def _require_known(again: Sequence[str], submissions: Sequence[Submission]) -> None:
    """Raise ScaleLabError where somebody is to be graded again who handed nothing in that can be."""
    there = {submission.student for submission in submissions if not submission.refusal}
    if unknown := sorted(set(again) - there):
        raise ScaleLabError(f"There is no submission of {', '.join(unknown)} that could be graded again.")


def _started(rows: Sequence[Row], todo: int, settings: ClassSettings) -> ClassStarted:
    return ClassStarted(
        submissions=len(rows),
        graded_before=sum(isinstance(row, GradedRow) for row in rows),
        todo=todo,
        workers=settings.workers,
        budget_seconds=settings.budget_seconds,
        seed=settings.seed,
        dataset=settings.dataset,
    )


class Registering:
    """Writes rows into the register, where there is one; a row that cannot be written does not stop the class."""

    def __init__(self, register: Register | None, listener: ProgressListener):
        self.register, self.listener = register, listener
        self.failed: list[str] = []

    def record(self, row: Row) -> None:
        """Write the row of a student who has a result."""
        if self.register is None or isinstance(row, UngradedRow):
            return
        try:
            remark = self.register.record(row)
        except (ScaleLabError, OSError) as error:
            remark = str(error)
            self.failed.append(row.student)
        except Exception as error:  # the class goes on
            remark = f"The row of {row.student} could not be written ({type(error).__name__}: {error})."
            self.failed.append(row.student)
        if remark:
            self.listener.on(StepStarted(remark))

    def complain(self) -> None:
        """Raise ScaleLabError where a row was not written."""
        if self.failed:
            names = ", ".join(self.failed)
            raise ScaleLabError(f"The gradebook lacks {names}: all is graded, and the next start writes what lacks.")


def _dataset(request: ClassRequest) -> str:
    """Name of the data that everybody is graded on; raises ScaleLabError where nobody can be graded on it."""
    handout = make_handout(load("cifar10", request.data), request.rubric.train_images)
    request.rubric.targets_for(handout.source)
    return handout.source
