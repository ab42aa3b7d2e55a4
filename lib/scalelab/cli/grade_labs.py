"""Grading a class's labs."""

import sys
from pathlib import Path

import click

from scalelab.cli.options import COULD_NOT, folder
from scalelab.places import COURSE


@click.command("grade-labs")
@click.argument("lab")
@click.option("--course", type=folder, default=COURSE, help="The nbgrader course; by default labs/.")
@click.option("--student", "students", multiple=True, metavar="ID", help="Only this one; may be given several times.")
@click.option("--again", is_flag=True, help="Grade also whoever was graded with the same submission.")
@click.option("--unsafe-no-sandbox", "unsafe", is_flag=True, help="Run all as yourself: only if you have read them.")
def grade_labs(lab: str, course: Path, students: tuple[str, ...], again: bool, unsafe: bool) -> None:
    """Grade the notebooks of LAB that lie in COURSE/submitted, and make the feedback pages.

    Start it again after whatever happened: who is graded stays, the others are graded.
    Exit code 0: all are graded. 2: somebody could not be, through no fault of theirs, and why.
    """
    from rich.console import Console

    from scalelab.course.class_grading.grade_labs import LabRequest
    from scalelab.terminal.lab_grading import grade_labs_on_screen

    request = LabRequest(lab, course.resolve(), students, again, sandbox=not unsafe)
    sys.exit(0 if grade_labs_on_screen(Console(), request) else COULD_NOT)
