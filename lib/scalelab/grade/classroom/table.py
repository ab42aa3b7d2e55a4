"""The table of a class: a row for every student, and class.csv."""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass

from scalelab.errors import ScaleLabError
from scalelab.files.atomic import write_file
from scalelab.grade.classroom.attempt import Refusal, digest, result_that_holds
from scalelab.grade.classroom.json_file import read
from scalelab.grade.classroom.paths import ClassPaths
from scalelab.grade.classroom.settings import ClassSettings
from scalelab.grade.classroom.submissions import Submission
from scalelab.grade.result import Result

FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet computes, if a cell begins with it
NOT_YET = "It was not graded yet; start again to grade it."
HEADINGS = ("student", "passed", "score", "train_accuracy", "test_accuracy", "seconds", "reason", "submission_sha256")


@dataclass(frozen=True)
class GradedRow:
    """A student's result; `sha` is that of the submission it belongs to."""

    student: str
    result: Result
    sha: str = ""

    @property
    def word(self) -> str:
        """The verdict."""
        return "passed" if self.result.passed else "not passed"

    @property
    def reason(self) -> str:
        """Why it is that."""
        return self.result.reason

    @property
    def sentence(self) -> str:
        """The verdict, the score and the reason."""
        return f"{self.word}, {self.result.score:g} of 100. {self.reason}"

    @property
    def accuracies(self) -> tuple[float, float] | None:
        """Training and test accuracy, each of the worse of the judged checkpoints, by which the verdict is given."""
        if not self.result.test_accuracy:
            return None
        return min(self.result.train_accuracy), min(self.result.test_accuracy)


@dataclass(frozen=True)
class UngradedRow:
    """The reason why a student has no result; `sha` is that of the submission, where it can be read."""

    student: str
    reason: str
    sha: str = ""
    word = "not graded"
    accuracies = None

    @property
    def sentence(self) -> str:
        """That there is none, and the reason."""
        return f"{self.word}. {self.reason}"


Row = GradedRow | UngradedRow


def row_of(paths: ClassPaths, submission: Submission, settings: ClassSettings) -> Row:
    """The row of one student, from what lies on the disk, whoever graded it."""
    if submission.refusal:
        return UngradedRow(submission.student, submission.refusal)
    try:
        if held := result_that_holds(paths, submission, settings):
            return GradedRow(submission.student, held[0], held[1].submission)
        refusal = read(paths.refusal(submission.student), Refusal)
        return UngradedRow(submission.student, refusal.reason if refusal else NOT_YET, digest(submission.file))
    except ScaleLabError as error:
        return UngradedRow(submission.student, str(error))


def write_csv(paths: ClassPaths, rows: Iterable[Row]) -> None:
    """Replace class.csv in one step. `seconds` is when the last judged checkpoint was complete."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(HEADINGS)
    table.writerows([as_text(cell) for cell in _cells(row)] for row in rows)
    write_file(paths.table, text.getvalue().encode("utf-8"))


def as_text(cell: str) -> str:
    """The cell with an apostrophe before what a spreadsheet would compute or follow (OWASP, "CSV injection")."""
    return f"'{cell}" if cell.startswith(FORMULA) else cell


def _cells(row: Row) -> list[str]:
    if isinstance(row, UngradedRow):
        return [row.student, "", "", "", "", "", row.reason, row.sha]
    train, test = ("", "") if row.accuracies is None else (f"{accuracy:.4f}" for accuracy in row.accuracies)
    seconds = "" if row.result.seconds is None else f"{row.result.seconds:.1f}"
    passed = "yes" if row.result.passed else "no"
    return [row.student, passed, f"{row.result.score:g}", train, test, seconds, row.reason, row.sha]
