"""Rows in nbgrader's gradebook, beside those of the labs: by nbgrader's own API, each in one transaction."""

import contextlib
import os
import random
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from nbgrader.api import Gradebook, InvalidEntry
from nbgrader.utils import parse_utc
from sqlalchemy.exc import SAWarning, SQLAlchemyError
from sqlalchemy.orm import scoped_session, sessionmaker

from scalelab.errors import ScaleLabError
from scalelab.grade.classroom.nbgrader.new_gradebook import ask_in_process
from scalelab.grade.classroom.nbgrader.notebook import MOST_POINTS, SCRIPT_CELL, VERDICT_CELL
from scalelab.grade.classroom.submissions import ASSIGNMENT

LOCK_SECONDS = 30  # that SQLite itself waits for another writer
GIVE_UP_SECONDS = 120


def read_scores(database: Path) -> dict[str, float | None]:
    """{student: score}, as the grader gave it; empty where there is no such gradebook yet."""
    if not database.exists():
        return {}
    with Gradebook(_url(database)) as book:
        submitted = book.notebook_submissions(ASSIGNMENT, ASSIGNMENT)
        return {
            notebook.student.id: grade.auto_score
            for notebook in submitted
            for grade in notebook.grades
            if grade.name == VERDICT_CELL
        }


def write_score(database: Path, student: str, score: float, handed_in: str | None = None) -> None:
    """Put the student's score in, and the student and the assignment where they are missing.

    `handed_in` is the time in nbgrader's timestamp.txt. A score or comment given by a person stays, and is marked to
    be looked at again. Others may write at the same time: waits its turn, and raises ScaleLabError where that does
    not come within two minutes.
    """
    deadline = time.monotonic() + GIVE_UP_SECONDS
    while True:
        try:
            _create(database)
            # nbgrader reads what it has not flushed yet, of which SQLAlchemy warns.
            with _transaction(database) as book, warnings.catch_warnings(action="ignore", category=SAWarning):
                _write(book, student, score, handed_in)
            return
        except (SQLAlchemyError, InvalidEntry) as error:
            if time.monotonic() > deadline:
                reason = str(error).splitlines()[0]
                raise ScaleLabError(f"The gradebook {database} takes no row for {student}: {reason}.") from None
            time.sleep(random.uniform(0.05, 0.5))


def _write(book: Gradebook, student: str, score: float, handed_in: str | None) -> None:
    book.update_or_create_assignment(ASSIGNMENT)
    book.update_or_create_notebook(ASSIGNMENT, ASSIGNMENT)
    book.update_or_create_solution_cell(SCRIPT_CELL, ASSIGNMENT, ASSIGNMENT)
    book.update_or_create_grade_cell(VERDICT_CELL, ASSIGNMENT, ASSIGNMENT, max_score=MOST_POINTS, cell_type="code")
    book.update_or_create_student(student)
    book.update_or_create_submission(ASSIGNMENT, student, timestamp=handed_in and parse_utc(handed_in))
    grade = book.find_grade(VERDICT_CELL, ASSIGNMENT, ASSIGNMENT, student)
    grade.auto_score = score
    grade.needs_manual_grade = grade.manual_score is not None
    book.db.flush()


@contextmanager
def _transaction(database: Path) -> Iterator[Gradebook]:
    """A gradebook whose every change comes together at the end, or not at all.

    nbgrader commits after each call; here its session lives in a transaction of a connection, which that does not end.
    It begins as a writer's: a reader that wants to become one is turned away by SQLite without waiting.
    """
    with Gradebook(_url(database)) as book, book.engine.connect() as connection:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        book.db.remove()
        book.db = scoped_session(sessionmaker(bind=connection, join_transaction_mode="rollback_only"))
        yield book
        connection.commit()


def _create(database: Path) -> None:
    """Make an empty gradebook that appears in one step: several writers may come first."""
    if database.exists():
        return
    ask_in_process()
    database.parent.mkdir(parents=True, exist_ok=True)
    unfinished = database.with_name(f".{database.name}.{os.uname().nodename}-{os.getpid()}")
    unfinished.unlink(missing_ok=True)
    try:
        Gradebook(f"sqlite:///{unfinished}").close()
        with contextlib.suppress(FileExistsError):
            database.hardlink_to(unfinished)
    finally:
        unfinished.unlink(missing_ok=True)


def _url(database: Path) -> str:
    return f"sqlite:///{database.absolute()}?timeout={LOCK_SECONDS}"
