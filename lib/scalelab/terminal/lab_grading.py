"""A class's labs on the terminal: who is being graded, a line for each who was, and the table at the end."""

import contextlib
from collections.abc import Iterator

from rich.console import Console
from rich.table import Table
from rich.text import Text

from scalelab.course.class_grading.grade_labs import Graded, LabRequest, grade_labs, students

MOST_NOTES = 4  # of one notebook, in the table


def grade_labs_on_screen(console: Console, request: LabRequest) -> bool:
    """Grade, show it, and say whether everybody could be graded."""
    everybody = students(request)
    status = console.status("") if console.is_terminal else None
    done: list[Graded] = []

    def begin(student: str) -> None:
        place = f"{student} ({len(done) + 1} of {len(everybody)})"
        if status:
            status.update(Text(f"grading {place}"))
        else:
            _print(console, f"grading {place}")

    with status or contextlib.nullcontext():
        for graded in grade_labs(request, begin):
            done.append(graded)
            _print(console, describe_lab(graded))
    console.print(table(request, done))
    if not request.sandbox:
        _print(console, "Graded without a sandbox: what they handed in could change whatever you can, scores included.")
    return not any(graded.failed for graded in done)


def describe_lab(graded: Graded) -> str:
    """One student's lab, in a line."""
    if graded.failed or not graded.record:
        return f"{graded.student}: could not be graded: {graded.failed}"
    points, most = (sum(getattr(one, name) for one in graded.notebooks) for name in ("points", "most"))
    waiting = sum(one.waiting for one in graded.notebooks)
    wait = f", {waiting} to be graded by a person" if waiting else ""
    how = f"after {graded.record.seconds:.0f} s" if graded.new else "as graded before"
    return f"{graded.student}: {points:g} of {most:g} points{wait}, {how}"


def table(request: LabRequest, everybody: list[Graded]) -> Table:
    """A row for each notebook of each student."""
    found = Table(title=f"{request.lab}{'' if request.sandbox else ' (without a sandbox)'}", show_lines=True)
    for heading in ("student", "notebook", "points", "for a person", "what went wrong"):
        found.add_column(heading, justify="right" if heading in ("points", "for a person") else "left")
    for graded in everybody:
        for cells in _rows(graded):
            found.add_row(*(Text(cell) for cell in cells))
    return found


def _rows(graded: Graded) -> Iterator[tuple[str, str, str, str, str]]:
    notes = graded.record.notes if graded.record else {}
    general = [f"not graded: {graded.failed}"] if graded.failed else []
    general += notes.get("", [])
    if graded.record and not graded.record.sandbox:
        general.append("graded without a sandbox")
    if general or not graded.notebooks:
        yield graded.student, "", "", "", "\n".join(general)
    for one in graded.notebooks:
        points, waiting = f"{one.points:g} of {one.most:g}", str(one.waiting or "")
        yield graded.student, one.notebook, points, waiting, _shortened(notes.get(one.notebook, []))


def _shortened(notes: list[str]) -> str:
    more = [f"... and {len(notes) - MOST_NOTES} more"] if len(notes) > MOST_NOTES else []
    return "\n".join([*notes[:MOST_NOTES], *more])


def _print(console: Console, text: str) -> None:
    console.print(text, highlight=False, markup=False, soft_wrap=True)
