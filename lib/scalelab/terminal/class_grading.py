"""A class being graded on the terminal: a bar with the time that is left, what runs now, and the table at the end."""

import shutil
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar
from rich.table import Table
from rich.text import Text

from scalelab.grade.classroom.engines import choose_engine, open_register
from scalelab.grade.classroom.grade_class import grade_class
from scalelab.grade.classroom.paths import ClassPaths
from scalelab.grade.classroom.request import ClassRequest
from scalelab.grade.classroom.table import GradedRow, Row
from scalelab.grade.progress import ClassStarted, InSubmission, ProgressEvent, StepStarted, SubmissionEnded

LOOKS_PER_SECOND = 2  # the drawing takes time from the cores that are graded on
SECONDS_BETWEEN_SIGNS = 60  # where the output is no terminal, so that a log shows life but stays short


def grade_on_screen(
    request: ClassRequest, cluster: tuple[str, Sequence[str]], gradebook: Path | None, table: Path | None
) -> bool:
    """Grade the class and show progress on the terminal; returns whether everything could be graded.

    `cluster` is "none", "local" or "slurm", and submitit's settings as KEY=VALUE; `table` a second place for the table.
    """
    console, request, (kind, settings) = Console(), request.absolute(), cluster
    with ClassScreen(console) as screen:
        engine = choose_engine(request, kind, settings, screen)
        rows = grade_class(request, engine, screen, open_register(gradebook, request))
    show_class(console, rows)
    _print(console, f"The class: {ClassPaths(request.out).page}, table: {ClassPaths(request.out).table}")
    if table:
        table.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ClassPaths(request.out).table, table)
    return all(isinstance(row, GradedRow) for row in rows)


class ClassScreen:
    """The terminal as the listener of a class; use it as a context, so that the bar is put away."""

    def __init__(self, console: Console):
        self.console = console
        what, left = (TextColumn(f"{{task.{name}}}", markup=False) for name in ("description", "fields[left]"))
        columns = (what, BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), left)
        live = console.is_terminal
        self.bar = Bar(*columns, console=console, transient=True, disable=not live, refresh_per_second=LOOKS_PER_SECOND)
        self.todo, self.done, self.said_at = 0, 0, time.monotonic()
        self.task: TaskID | None = None
        self.now: dict[str, str] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_) -> None:
        self.bar.stop()

    def on(self, event: ProgressEvent) -> None:
        """Show it."""
        match event:
            case StepStarted():
                _print(self.console, event.text)
            case ClassStarted():
                self._begin(event)
            case InSubmission():
                self._in_submission(event)
            case SubmissionEnded():
                self._ended(event)

    def _begin(self, started: ClassStarted) -> None:
        """Tell what there is to do, and start the bar."""
        self.todo, seconds = started.todo, started.budget_seconds
        before = f"{started.submissions} submissions, {started.graded_before} of them graded before."
        _print(self.console, f"{before} Data: {started.dataset}")
        _print(self.console, f"Everybody gets {started.workers} ranks, {seconds:.0f} s and seed {started.seed}")
        if started.todo:
            self.bar.start()
            self.task = self.bar.add_task("grading", total=started.todo, left="")

    def _in_submission(self, inside: InSubmission) -> None:
        """Show what is in hand."""
        student, event = inside.student, inside.event
        if isinstance(event, StepStarted):
            self.now[student] = event.text
            if not student:
                _print(self.console, event.text)
        else:
            self.now[student] = f"{event.seconds:.0f} of {event.budget_seconds:.0f} s"
        if self.task is not None:
            self.bar.update(self.task, description=self._in_hand())
        if not self.console.is_terminal and time.monotonic() - self.said_at > SECONDS_BETWEEN_SIGNS:
            self._sign(self._in_hand())

    def _ended(self, ended: SubmissionEnded) -> None:
        """A line for the submission that has ended, and the time that is left."""
        self.done += 1
        self.now.pop(ended.student, None)
        left = f"about {duration(ended.seconds_left)} left" if self.done < self.todo else "all done"
        line = f"{ended.student}: {ended.row}"
        if self.task is not None and self.console.is_terminal:
            self.bar.update(self.task, advance=1, description=self._in_hand(), left=left)
            _print(self.console, line)
        else:
            self._sign(f"{self.done} of {self.todo}, {left}. {line}")

    def _in_hand(self) -> str:
        return ", ".join(f"{student} ({what})" for student, what in sorted(self.now.items()) if student) or "grading"

    def _sign(self, text: str) -> None:
        self.said_at = time.monotonic()
        _print(self.console, text)


def show_class(console: Console, rows: Sequence[Row]) -> None:
    """The table of a class, and how many passed."""
    words = [row.word for row in rows]
    counts = [f"{words.count(word)} {word}" for word in ("passed", "not passed", "not graded") if word in words]
    table = Table(title=f"{len(rows)} submissions: {', '.join(counts)}")
    for heading in ("student", "verdict", "score", "training", "test", "reason"):
        table.add_column(heading, justify="right" if heading in ("score", "training", "test") else "left")
    for row in rows:
        accuracies = [f"{accuracy:.3f}" for accuracy in row.accuracies] if row.accuracies else ["", ""]
        score = f"{row.result.score:g}" if isinstance(row, GradedRow) else ""
        verdict = {"passed": "✓ passed", "not passed": "✗ not passed"}.get(row.word, "? not graded")
        table.add_row(*map(Text, (row.student, verdict, score, *accuracies, row.reason)))
    console.print(table)


def duration(seconds: float) -> str:
    """A length of time, to the minute where it is long."""
    minutes, hours = round(seconds / 60), round(seconds / 3600, 1)
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{minutes} min" if minutes < 100 else f"{hours:g} h"


def _print(console: Console, text: str) -> None:
    """As it is: what a submission said may hold brackets, which rich would read as markup."""
    console.print(text, highlight=False, markup=False, soft_wrap=True)
