"""A grading, a run or a check on the terminal: steps, a bar against the budget, the verdict."""

from pathlib import Path
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar
from rich.table import Table
from rich.text import Text

from scalelab.check.report import Report, describe_report
from scalelab.grade.progress import ProgressEvent, RanksRunning, StepStarted
from scalelab.grade.result import Result
from scalelab.grade.run.activity import STARTING

SECONDS_BETWEEN_LINES = 10  # where the output is no terminal, so that a log shows life but stays short


class Screen:
    """The terminal as the listener of a grading; use it as a context, so that the bar is put away."""

    def __init__(self, console: Console):
        self.console = console
        description, now = (TextColumn(f"{{task.{name}}}", markup=False) for name in ("description", "fields[now]"))
        columns = (description, BarColumn(), TimeElapsedColumn(), now)
        self.bar = Bar(*columns, console=console, transient=True, disable=not console.is_terminal)
        self.task: TaskID | None = None
        self.latest, self.said_at = STARTING, 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_) -> None:
        self._put_bar_away()

    def on(self, event: ProgressEvent) -> None:
        """Print a step that has begun; move the bar while ranks run."""
        if isinstance(event, StepStarted):
            self._put_bar_away()
            self.said_at = 0.0  # of the next run, if there is one
            _print(self.console, event.text)
        elif isinstance(event, RanksRunning):
            self._follow(event)

    def _follow(self, event: RanksRunning) -> None:
        budget = event.budget_seconds
        self.latest = event.doing or self.latest
        for row in event.rows:
            self.latest = row.summary()
        if not self.console.is_terminal:
            self._print_line(event)
            return
        if self.task is None:
            self.bar.start()
            self.task = self.bar.add_task(f"budget {budget:.0f} s", total=budget, now="")
        self.bar.update(self.task, completed=min(event.seconds, budget), now=self.latest)

    def _print_line(self, event: RanksRunning) -> None:
        if event.seconds - self.said_at >= SECONDS_BETWEEN_LINES:
            self.said_at = event.seconds
            _print(self.console, f"{event.seconds:4.0f} of {event.budget_seconds:.0f} s  {self.latest}")

    def _put_bar_away(self) -> None:
        if self.task is not None:
            self.bar.stop()
            self.task = None


def show_verdict(console: Console, result: Result, out: Path) -> None:
    """The verdict as a small table, its reason, and where the feedback is."""
    table = Table(title=f"{'✓ passed' if result.passed else '✗ not passed'}: {result.score:g} of 100")
    for heading in ("checkpoint", "training", "test"):
        table.add_column(heading)
    for name, train, test in zip(result.checkpoints, result.train_accuracy, result.test_accuracy, strict=False):
        table.add_row(name, f"{train:.3f}", f"{test:.3f}")
    table.add_row("target", f"{result.train_target:.3f}", f"{result.test_target:.3f}")
    console.print(table)
    _print(console, result.reason)
    if result.seconds is not None:
        _print(console, f"After {result.seconds:.0f} s of {result.budget_seconds:.0f} s. {result.run}")
    if result.conversion:
        _print(console, describe_report(result.conversion))
        for finding in result.conversion.findings:
            _print(console, f"  {finding.id}{f' ({finding.where})' if finding.where else ''}: {finding.message}")
    _print(console, f"Feedback: {out / 'feedback.html'}")


def show_check(console: Console, report: Report) -> None:
    """The verdict on a conversion, then each finding: where, what, what to do."""
    verdict = "✓ converted" if report.converted else "✗ not converted"
    title = f"{verdict}: {report.workers} ranks, {report.steps} steps observed"
    if not report.findings:
        _print(console, f"{title}, nothing found.")
    else:
        console.print(_findings(title, report))
    for name, why in report.not_applicable.items():
        _print(console, f"{name}: {why}.")


def _findings(title: str, report: Report) -> Table:
    table = Table(title=title, show_lines=True)
    for heading in ("finding", "where", "what is the matter, and what to do"):
        table.add_column(heading)
    for finding in report.findings:
        rank = "" if finding.rank is None else f"rank {finding.rank}"
        where = "\n".join(part for part in (finding.where, rank) if part)
        text = f"{finding.message}\n{finding.hint}"
        table.add_row(*(Text(part) for part in (f"{finding.id}\n{finding.severity}", where, text)))
    return table


def _print(console: Console, text: str) -> None:
    """Print as it is: what a submission said may hold brackets, which rich would read as markup."""
    console.print(text, highlight=False, markup=False, soft_wrap=True)
