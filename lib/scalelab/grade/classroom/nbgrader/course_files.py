"""A graded class in an nbgrader course: the gradebook's rows, and the files that Formgrader shows beside them."""

import os
from pathlib import Path

from scalelab.files.atomic import write_file
from scalelab.grade.classroom.attempt import SUBMITTED
from scalelab.grade.classroom.nbgrader.gradebook import read_scores, write_score
from scalelab.grade.classroom.nbgrader.notebook import graded_notebook
from scalelab.grade.classroom.nbgrader.timestamp import TIMESTAMP, read_time
from scalelab.grade.classroom.paths import ClassPaths
from scalelab.grade.classroom.submissions import ASSIGNMENT, SCRIPT
from scalelab.grade.classroom.table import GradedRow


class CourseFiles:
    """Where rows go besides the table. The course is the folder in which the gradebook lies."""

    def __init__(self, gradebook: Path, out: Path):
        self.gradebook, self.course, self.paths = gradebook.absolute(), gradebook.absolute().parent, ClassPaths(out)
        self.scores = read_scores(self.gradebook)

    def record(self, row: GradedRow) -> str:
        """Write the student's files, then the row; nothing where both are there already.

        Returns what the instructor should know, or an empty string. Raises ScaleLabError where the gradebook cannot be
        written, and OSError where the folder cannot.
        """
        feedback = (self.paths.result(row.student) / "feedback.html").read_bytes()
        page = self._folder("feedback", row.student) / f"{ASSIGNMENT}.html"
        same_page = page.is_file() and page.read_bytes() == feedback
        if same_page and self.scores.get(row.student) == row.result.score:
            return ""
        self._write_files(row)
        handed_in, remark = self._handed_in(row.student)
        write_score(self.gradebook, row.student, row.result.score, handed_in)
        write_file(page, feedback)
        self.scores[row.student] = row.result.score
        return remark

    def _write_files(self, row: GradedRow) -> None:
        """Formgrader lists an assignment that has a folder in source/, and students that have one in submitted/."""
        script = (self.paths.result(row.student) / SUBMITTED).read_bytes()
        (self.course / "source" / ASSIGNMENT).mkdir(parents=True, exist_ok=True)
        handed_in = self._folder("submitted", row.student) / SCRIPT
        if not handed_in.exists():  # what was collected there stays
            write_file(handed_in, script)
        notebook = graded_notebook(row.student, script.decode("utf-8", "replace"), row.result)
        write_file(self._folder("autograded", row.student) / f"{ASSIGNMENT}.ipynb", notebook)

    def _handed_in(self, student: str) -> tuple[str | None, str]:
        """When, as nbgrader noted it on collecting, or what is wrong with the note.

        Without the time, Formgrader would take the row for one out of date.
        """
        stamp = self._folder("submitted", student) / TIMESTAMP
        time = read_time(stamp)
        if time or not os.path.lexists(stamp):
            return time, ""
        return None, f"{stamp} holds no time, so it was ignored; remove it, for Formgrader cannot read it either."

    def _folder(self, kind: str, student: str) -> Path:
        return self.course / kind / student / ASSIGNMENT
