"""The table and the page of a class: they grow while it is graded, so that who kills it loses neither."""

import contextlib
import time
from collections.abc import Sequence

from scalelab.grade.classroom.dashboard import write_page
from scalelab.grade.classroom.history import write_history
from scalelab.grade.classroom.paths import ClassPaths
from scalelab.grade.classroom.settings import ClassSettings
from scalelab.grade.classroom.table import Row, write_csv

MOST_OF_THE_TIME = 0.02  # that writing them may take of the grading


class Publisher:
    """Writes them now, whenever a row is new and enough time has passed, and once more when it is told to."""

    def __init__(self, paths: ClassPaths, settings: ClassSettings, rows: Sequence[Row]):
        self.paths, self.settings = paths, settings
        self.rows = {row.student: row for row in rows}
        self.write()

    def put(self, row: Row) -> None:
        """Take up a new row. What cannot be written now, say to a full disk, is written later, and stops nobody."""
        self.rows[row.student] = row
        if time.monotonic() >= self.due:
            with contextlib.suppress(OSError):
                self.write()

    def write(self) -> None:
        """All three files, each replaced in one step."""
        start = time.monotonic()
        rows = list(self.rows.values())
        try:
            write_csv(self.paths, rows)
            write_page(self.paths, rows, self.settings)
            write_history(self.paths, self.rows)
        finally:
            end = time.monotonic()
            self.due = end + (end - start) / MOST_OF_THE_TIME
