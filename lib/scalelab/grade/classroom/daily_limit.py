"""How often a day a student is graded: who may try as often as he likes searches by trying, and takes others' turns."""

from datetime import UTC, datetime, timedelta

from scalelab.grade.classroom.json_file import read
from scalelab.grade.classroom.marks import MARK, Mark, results_of
from scalelab.grade.classroom.paths import ClassPaths

DAY = timedelta(days=1)


def too_often(paths: ClassPaths, student: str, most: int, now: datetime | None = None) -> str:
    """Why the student has to wait, as a sentence; empty where there were fewer than `most` gradings within a day."""
    now = now or datetime.now(UTC)
    marks = [mark for folder in results_of(paths, student) if (mark := read(folder / MARK, Mark)) and mark.at]
    recent = sorted(at for mark in marks if now - (at := datetime.fromisoformat(mark.at)) < DAY)
    if len(recent) < most:
        return ""
    free = recent[-most] + DAY
    times = "once" if most == 1 else f"{most} times"
    return f"It was graded {times} within a day already; start again after {free:%Y-%m-%d %H:%M} UTC to grade it."
