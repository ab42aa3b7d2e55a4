"""What a class has come to: a row for every student, and the table as a CSV file."""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass

from scalelab.errors import ScaleLabError
from scalelab.files.atomic import write_file
from scalelab.grade.classroom.attempt import Refusal, digest, is_done, result_of
from scalelab.grade.classroom.json_file import read
from scalelab.grade.classroom.paths import ClassPaths
from scalelab.grade.classroom.settings import ClassSettings
from scalelab.grade.classroom.submissions import Submission
from scalelab.grade.result import Result

NOT_YET = "It was not graded yet; start again to grade it."
HEADINGS = ("student", "passed", "score", "train_accuracy", "test_accuracy", "seconds", "reason", "submission_sha256")


@dataclass(frozen=True)
class Row:
    """A student's result, or the reason why there is none; `sha` is that of the submission it belongs to."""

    student: str
    result: Result | None
    reason: str
    sha: str = ""

    @property
    def word(self) -> str:
        if self.result is None:
            return "not graded"
        return "passed" if self.result.passed else "not passed"

    @property
    def sentence(self) -> str:
        """The verdict, the score and the reason."""
        score = f", {self.result.score:g} of 100" if self.result else ""
        return f"{self.word}{score}. {self.reason}"

    @property
    def accuracies(self) -> tuple[float | None, float | None]:
        """Training and held-out, each of the worse of the judged checkpoints, by which the verdict is given."""
        if self.result is None:
            return None, None
        return min(self.result.train_accuracy, default=None), min(self.result.test_accuracy, default=None)


def row_of(paths: ClassPaths, submission: Submission, settings: ClassSettings) -> Row:
    """The row of one student, from what lies on the disk, whoever graded it."""
    if submission.refusal:
        return Row(submission.student, None, submission.refusal)
    try:
        if is_done(paths, submission, settings):
            result, mark = result_of(paths, submission.student)
            return Row(submission.student, result, result.reason, mark.submission)
        refusal = read(paths.refusal(submission.student), Refusal)
        return Row(submission.student, None, refusal.reason if refusal else NOT_YET, digest(submission.file))
    except ScaleLabError as error:
        return Row(submission.student, None, str(error))


def write_csv(paths: ClassPaths, rows: Iterable[Row]) -> None:
    """Replace class.csv in one step. `seconds` is when the last judged checkpoint was complete."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(HEADINGS)
    table.writerows(map(_cells, rows))
    write_file(paths.table, text.getvalue().encode("utf-8"))


def _cells(row: Row) -> list[str]:
    if row.result is None:
        return [row.student, "", "", "", "", "", row.reason, row.sha]
    train, test = ("" if accuracy is None else f"{accuracy:.4f}" for accuracy in row.accuracies)
    seconds = "" if row.result.seconds is None else f"{row.result.seconds:.1f}"
    passed = "yes" if row.result.passed else "no"
    return [row.student, passed, f"{row.result.score:g}", train, test, seconds, row.reason, row.sha]
