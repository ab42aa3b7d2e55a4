"""What nbgrader's gradebook says of one student."""

from pathlib import Path

from nbgrader.api import Gradebook

FILE = "gradebook.db"


def auto_scores(course: Path, lab: str, student: str) -> dict[str, dict[str, float | None]]:
    """{notebook: {grade id: points}} as graded without a person; None: waits for one (a written answer)."""
    with Gradebook(f"sqlite:///{course / FILE}") as gradebook:
        submission = gradebook.find_submission(lab, student)
        return {
            notebook.name: {grade.name: grade.auto_score for grade in notebook.grades}
            for notebook in submission.notebooks
        }


def most_points(course: Path, lab: str) -> dict[str, dict[str, float]]:
    """{notebook: {grade id: points}}: what can be had, written answers included."""
    with Gradebook(f"sqlite:///{course / FILE}") as gradebook:
        return {
            notebook.name: {cell.name: cell.max_score for cell in notebook.grade_cells}
            for notebook in gradebook.find_assignment(lab).notebooks
        }
