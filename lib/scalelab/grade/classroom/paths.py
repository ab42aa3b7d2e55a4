"""Where everything of a class lies in its output folder."""

from dataclasses import dataclass
from pathlib import Path

TABLE, PAGE, TERMS, HISTORY = OF_THE_CLASS = "class.csv", "class.html", "class.json", "history.csv"


@dataclass(frozen=True)
class ClassPaths:
    """`out` holds a folder for each student, the table, the page and the terms of the class; the queue's own is hidden.

    Everything below `out` may lie on a disk that several machines share.
    """

    out: Path

    @property
    def table(self) -> Path:
        """The table, as CSV."""
        return self.out / TABLE

    @property
    def page(self) -> Path:
        """The page of the class."""
        return self.out / PAGE

    @property
    def history(self) -> Path:
        """Who got what when, and why, as CSV."""
        return self.out / HISTORY

    @property
    def settings(self) -> Path:
        """The settings that all submissions share."""
        return self.out / TERMS

    def lock(self, name: str) -> Path:
        """A lock of the queue itself."""
        return self.out / ".queue" / name

    def result(self, student: str) -> Path:
        """What a student gets: there as a whole or not at all."""
        return self.out / student

    def earlier(self, student: str) -> Path:
        """Results of submissions, or under terms, that hold no more: folders 1, 2, ..."""
        return self.out / ".earlier" / student

    def work(self, student: str) -> Path:
        """A folder for each attempt at grading the student."""
        return self.out / ".queue" / "work" / student

    def student_lock(self, student: str) -> Path:
        """Held by who grades the student."""
        return self.out / ".queue" / "students" / student

    def refusal(self, student: str) -> Path:
        """Why the student could not be graded the last time."""
        return self.out / ".queue" / "refused" / student

    @property
    def jobs(self) -> Path:
        """Logs of a cluster's jobs."""
        return self.out / ".queue" / "jobs"
