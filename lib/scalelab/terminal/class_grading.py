"""A class being graded on the terminal: a bar with the time that is left, what runs now, and the table at the end."""

import shutil
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar
from rich.table import Table
from rich.text import Text

from scalelab.grade.classroom.engines import choose_engine, open_register
from scalelab.grade.classroom.grade_class import grade_class
from scalelab.grade.classroom.paths import Places
from scalelab.grade.classroom.request import ClassOrder
from scalelab.grade.classroom.settings import ClassTerms
from scalelab.grade.classroom.table import Row
from scalelab.grade.classroom.worker import Running, Said

LOOKS_PER_SECOND = 2  # the drawing takes time from the cores that are graded on
SECONDS_BETWEEN_SIGNS = 60  # where the output is no terminal, so that a log shows life but stays short


def grade_on_screen(
    order: ClassOrder, cluster: tuple[str, Sequence[str]], gradebook: Path | None, table: Path | None
) -> bool:
    """Grade the class and show progress on the terminal; returns whether everything could be graded.

    `cluster` is "none", "local" or "slurm", and submitit's settings as KEY=VALUE; `table` a second place for the table.
    """
    console, order, (kind, settings) = Console(), order.absolute(), cluster
    with ClassScreen(console) as screen:
        engine = choose_engine(order, kind, settings, screen.hear)
        rows = grade_class(order, engine, screen, open_register(gradebook, order))
    show_class(console, rows)
    _print(console, f"The class: {Places(order.out).page}, table: {Places(order.out).table}")
    if table:
        table.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(Places(order.out).table, table)
    return all(row.result for row in rows)


class ClassScreen:
    """The terminal as the onlooker of a class; use it as a context, so that the bar is put away."""

    def __init__(self, console: Console):
        self.console = console
        what, left = (TextColumn(f"{{task.{name}}}", markup=False) for name in ("description", "fields[left]"))
        columns = (what, BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), left)
        live = console.is_terminal
        self.bar = Bar(*columns, console=console, transient=True, disable=not live, refresh_per_second=LOOKS_PER_SECOND)
        self.todo, self.done, self.budget_seconds, self.said_at = 0, 0, 0.0, time.monotonic()
        self.task, self.now = None, {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_) -> None:
        self.bar.stop()

    def say(self, text: str) -> None:
        """A step has begun."""
        _print(self.console, text)

    def begin(self, rows: Sequence[Row], todo: int, terms: ClassTerms) -> None:
        """Tell what there is to do, and start the bar."""
        self.todo, self.budget_seconds = todo, terms.budget_seconds
        ready = sum(row.result is not None for row in rows)
        self.say(f"{len(rows)} submissions, {ready} of them graded before. Data: {terms.dataset}")
        self.say(f"Everybody gets {terms.workers} ranks, {terms.budget_seconds:.0f} s and seed {terms.seed}")
        if todo:
            self.bar.start()
            self.task = self.bar.add_task("grading", total=todo, left="")

    def hear(self, student: str, report: Said | Running) -> None:
        """Show what is in hand."""
        if isinstance(report, Said):
            self.now[student] = report.text
            if not student:
                self.say(report.text)
        else:
            self.now[student] = f"{report.seconds:.0f} of {self.budget_seconds:.0f} s"
        if self.task is not None:
            self.bar.update(self.task, description=self._in_hand())
        if not self.console.is_terminal and time.monotonic() - self.said_at > SECONDS_BETWEEN_SIGNS:
            self._sign(self._in_hand())

    def ended(self, row: Row, seconds_left: float) -> None:
        """A line for the submission that has ended, and the time that is left."""
        self.done += 1
        self.now.pop(row.student, None)
        left = f"about {in_words(seconds_left)} left" if self.done < self.todo else "all done"
        line = f"{row.student}: {row.word}{_score(row)}. {row.reason}"
        if self.console.is_terminal:
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
    for heading in ("student", "verdict", "score", "training", "held-out", "reason"):
        table.add_column(heading, justify="right" if heading in ("score", "training", "held-out") else "left")
    for row in rows:
        accuracies = ["" if accuracy is None else f"{accuracy:.3f}" for accuracy in row.accuracies]
        score = f"{row.result.score:g}" if row.result else ""
        verdict = {"passed": "✓ passed", "not passed": "✗ not passed"}.get(row.word, "? not graded")
        table.add_row(*map(Text, (row.student, verdict, score, *accuracies, row.reason)))
    console.print(table)


def in_words(seconds: float) -> str:
    """A length of time, to the minute where it is long."""
    minutes, hours = round(seconds / 60), round(seconds / 3600, 1)
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{minutes} min" if minutes < 100 else f"{hours:g} h"


def _score(row: Row) -> str:
    return f", {row.result.score:g} of 100" if row.result else ""


def _print(console: Console, text: str) -> None:
    """As it is: what a submission said may hold brackets, which rich would read as markup."""
    console.print(text, highlight=False, markup=False, soft_wrap=True)
