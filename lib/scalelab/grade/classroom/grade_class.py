"""A whole class: what is graded stays, the rest is graded now, and the rows are written."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from scalelab.data import load
from scalelab.errors import ScaleLabError
from scalelab.grade.classroom.attempt import Ended, tidy
from scalelab.grade.classroom.dashboard import write_page
from scalelab.grade.classroom.paths import Places
from scalelab.grade.classroom.request import ClassOrder
from scalelab.grade.classroom.settings import ClassTerms, agreed_terms
from scalelab.grade.classroom.submissions import Submission, find_submissions
from scalelab.grade.classroom.table import Row, row_of, write_csv
from scalelab.grade.classroom.time_left import Pace
from scalelab.grade.classroom.worker import Running, Said
from scalelab.grade.run.budget import Terms
from scalelab.grade.run.handout import make_handout


class Engine(Protocol):
    """What grades: the slots of this machine, or a cluster's jobs."""

    at_once: int

    def measure(self) -> Terms: ...

    def grade(self, submissions: Sequence[Submission], terms: ClassTerms) -> Iterator[Ended]: ...


class Register(Protocol):
    """Where rows go besides the table: a gradebook."""

    def record(self, row: Row) -> str:
        """Write the row; returns what the instructor should know, or an empty string."""


class Onlooker(Protocol):
    """Who is told how the class gets on."""

    def say(self, text: str) -> None:
        """A step has begun."""

    def begin(self, rows: Sequence[Row], todo: int, terms: ClassTerms) -> None:
        """All rows as they are now, and how many submissions will be graded."""

    def hear(self, student: str, report: Said | Running) -> None:
        """What the grader says of one submission, and how long its ranks have run."""

    def ended(self, row: Row, seconds_left: float) -> None:
        """A submission was graded, or could not be; an estimate of the time for the rest."""


def grade_class(
    order: ClassOrder,
    engine: AbstractContextManager[Engine],
    onlooker: Onlooker,
    register: Register | None = None,
) -> list[Row]:
    """Grade every submission in the folder that has no result yet, and give a row for each.

    Raises ScaleLabError where the class cannot be graded at all, and at the end where a row could not be registered;
    what is wrong with one submission is in its row.
    """
    places = Places(order.out)
    submissions = find_submissions(order.folder, order.out)
    with engine as at_work, agreed_terms(order, places, _dataset(order), at_work.measure, onlooker.say) as terms:
        try:
            _grade(order, submissions, terms, at_work, onlooker, Registering(register, onlooker.say))
        finally:
            rows = [row_of(places, submission, terms) for submission in submissions]
            write_csv(places, rows)
            write_page(places, rows, terms)
    return rows


def _grade(
    order: ClassOrder,
    submissions: Sequence[Submission],
    terms: ClassTerms,
    engine: Engine,
    onlooker: Onlooker,
    registering: "Registering",
) -> None:
    places = Places(order.out)
    by_name = {submission.student: submission for submission in submissions if not submission.refusal}
    for submission in by_name.values():
        tidy(places, submission, terms)
    rows = [row_of(places, submission, terms) for submission in submissions]
    todo = [by_name[row.student] for row in rows if row.result is None and row.student in by_name]
    onlooker.begin(rows, len(todo), terms)
    for row in rows:
        registering.record(row)
    pace = Pace(len(todo), engine.at_once, terms.budget_seconds)
    for ended in engine.grade(todo, terms) if todo else ():
        row = row_of(places, by_name[ended.student], terms)
        registering.record(row)
        pace.one_more()
        onlooker.ended(row, pace.seconds_left())
    registering.complain()


class Registering:
    """Writes rows into the register, where there is one; a row that cannot be written does not stop the class."""

    def __init__(self, register: Register | None, say: Callable[[str], None]):
        self.register, self.say = register, say
        self.failed: list[str] = []

    def record(self, row: Row) -> None:
        """Write the row of a student who has a result."""
        if self.register is None or row.result is None:
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
            self.say(remark)

    def complain(self) -> None:
        """Raise ScaleLabError where a row was not written."""
        if self.failed:
            names = ", ".join(self.failed)
            raise ScaleLabError(f"The gradebook lacks {names}: all is graded, and the next start writes what lacks.")


def _dataset(order: ClassOrder) -> str:
    """Name of the data that everybody is graded on; raises ScaleLabError where nobody can be graded on it."""
    handout = make_handout(load("cifar10", order.data), order.rubric.train_images)
    order.rubric.targets_for(handout.source)
    return handout.source
