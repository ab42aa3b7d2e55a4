"""What lies beside a result: which submission and which terms it belongs to, when it was given, and why."""

from pathlib import Path

import msgspec

from scalelab.grade.classroom.json_file import read
from scalelab.grade.classroom.paths import ClassPaths

MARK = "graded.json"
FIRST, ASKED = "first grading", "asked for again"
CHANGED, OTHER_TERMS = "the submission has changed", "the terms have changed"


class Mark(msgspec.Struct, frozen=True, kw_only=True):
    """What a result belongs to: the SHA-256 of the submission, and of the terms; `seconds` is what grading took.

    `at` is when that was, in UTC; `why` one of the four reasons above.
    """

    submission: str
    settings: str
    seconds: float
    at: str = ""
    why: str = ""


def why_graded(paths: ClassPaths, student: str, submission: str, settings: str) -> str:
    """The reason for grading the student under these SHA-256 now, by what the latest result before belongs to."""
    before = [mark for folder in results_of(paths, student) if (mark := read(folder / MARK, Mark))]
    if not before:
        return FIRST
    if before[-1].submission != submission:
        return CHANGED
    return ASKED if before[-1].settings == settings else OTHER_TERMS


def results_of(paths: ClassPaths, student: str) -> list[Path]:
    """Folders of the student's results, the earliest first."""
    current = paths.result(student)
    earlier = [paths.earlier(student) / str(number) for number in earlier_numbers(paths, student)]
    return earlier + ([current] if current.is_dir() else [])


def earlier_numbers(paths: ClassPaths, student: str) -> list[int]:
    """By which the student's results that were set aside are called, the earliest first."""
    aside = paths.earlier(student)
    return sorted(int(path.name) for path in aside.iterdir() if path.name.isdecimal()) if aside.is_dir() else []
