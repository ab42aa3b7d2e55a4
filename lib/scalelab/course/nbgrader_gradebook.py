"""What nbgrader's gradebook says of one student, and what must not stand there unsaid."""

from dataclasses import dataclass
from pathlib import Path

from nbgrader.api import Gradebook, MissingEntry, SubmittedNotebook

FILE = "gradebook.db"


@dataclass(frozen=True)
class Points:
    """Of one student's notebook, corrections by a person included; `waiting` is how many cells wait for one."""

    notebook: str
    points: float
    most: float
    waiting: int


def auto_scores(course: Path, lab: str, student: str) -> dict[str, dict[str, float | None]]:
    """{notebook: {grade id: points}} as graded without a person; None: waits for one (a written answer)."""
    with _open(course) as gradebook:
        submission = gradebook.find_submission(lab, student)
        return {
            notebook.name: {grade.name: grade.auto_score for grade in notebook.grades}
            for notebook in submission.notebooks
        }


def points(course: Path, lab: str, student: str) -> list[Points]:
    """By notebook's name; empty where the gradebook does not know this submission."""
    with _open(course) as gradebook:
        try:
            notebooks = gradebook.find_submission(lab, student).notebooks
        except MissingEntry:
            return []
        found = (
            Points(one.name, one.score, one.max_score, sum(grade.needs_manual_grade for grade in one.grades))
            for one in notebooks
        )
        return sorted(found, key=lambda one: one.notebook)


def most_points(course: Path, lab: str) -> dict[str, dict[str, float]]:
    """{notebook: {grade id: points}}: what can be had, written answers included; empty for a lab that is not known."""
    if not (course / FILE).is_file():
        return {}
    with _open(course) as gradebook:
        try:
            notebooks = gradebook.find_assignment(lab).notebooks
        except MissingEntry:
            return {}
        return {notebook.name: {cell.name: cell.max_score for cell in notebook.grade_cells} for notebook in notebooks}


def settle_scores(notebook: SubmittedNotebook) -> list[str]:
    """Leave no score open in silence: a test without one gets 0, anything else waits for a person.

    Returns a sentence for each test. The session is the caller's to commit.
    """
    written = {cell.name for cell in notebook.notebook.solution_cells}
    sentences = []
    for grade in notebook.grades:
        if grade.auto_score is not None or grade.manual_score is not None:
            continue
        if grade.cell.cell_type == "code" and grade.name not in written:
            grade.auto_score, grade.needs_manual_grade = 0, False
            sentences.append(f"Test `{grade.name}` of {notebook.name} came to no score, so it gives no points.")
        else:
            grade.needs_manual_grade = True
    return sentences


def settle_all_scores(course: Path, lab: str, student: str, by_hand: bool = False) -> list[str]:
    """`settle` every notebook of a submission; with `by_hand`, all of it waits for a person."""
    with _open(course) as gradebook:
        submission = gradebook.find_submission(lab, student)
        sentences = [sentence for notebook in submission.notebooks for sentence in settle_scores(notebook)]
        for grade in (grade for notebook in submission.notebooks for grade in notebook.grades if by_hand):
            grade.needs_manual_grade = True
        gradebook.db.commit()
        return sentences


def _open(course: Path) -> Gradebook:
    return Gradebook(f"sqlite:///{course / FILE}")
