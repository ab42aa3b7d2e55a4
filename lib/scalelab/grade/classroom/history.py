"""Who got what when, and why it was graded: from the marks beside the results, those set aside included."""

import csv
import io
from collections.abc import Iterable

from scalelab.files.atomic import write_file
from scalelab.grade.classroom.json_file import read
from scalelab.grade.classroom.marks import MARK, Mark, results_of
from scalelab.grade.classroom.paths import ClassPaths
from scalelab.grade.classroom.table import as_text
from scalelab.grade.result import Result

HEADINGS = ("student", "graded", "passed", "score", "why", "submission_sha256", "terms_sha256")


def write_history(paths: ClassPaths, students: Iterable[str]) -> None:
    """Replace history.csv in one step: a line for each result of each student, the earliest first."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(HEADINGS)
    for student in students:
        for folder in results_of(paths, student):
            mark, result = read(folder / MARK, Mark), read(folder / "result.json", Result)
            if mark and result:
                table.writerow(as_text(cell) for cell in _cells(student, mark, result))
    write_file(paths.history, text.getvalue().encode("utf-8"))


def _cells(student: str, mark: Mark, result: Result) -> list[str]:
    passed = "yes" if result.passed else "no"
    return [student, mark.at, passed, f"{result.score:g}", mark.why, mark.submission, mark.settings]
