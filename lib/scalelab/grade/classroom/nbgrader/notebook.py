"""A submission as the notebook that nbgrader's Formgrader shows: the script, and what the grader found."""

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from scalelab.grade.result import Result

SCRIPT_CELL, VERDICT_CELL = "script", "verdict"
MOST_POINTS = 100


def graded_notebook(student: str, script: str, result: Result) -> bytes:
    """The notebook, with nbgrader's metadata: a cell to comment on, and a cell that is worth all points."""
    verdict = new_output("stream", name="stdout", text="\n".join(_in_words(result)) + "\n")
    title = f"# Assessment of {student}\n\nThe script as it was handed in, and how it was graded."
    cells = [
        new_markdown_cell(title, id="title"),
        _cell(SCRIPT_CELL, script, solution=True),
        _cell(VERDICT_CELL, "# Graded by running the script and measuring its weights.", grade=True, output=verdict),
    ]
    notebook = new_notebook(cells=cells)
    notebook.metadata.kernelspec = {"display_name": "Python 3", "language": "python", "name": "python3"}
    nbformat.validate(notebook)
    return nbformat.writes(notebook).encode("utf-8")


def _cell(name: str, source: str, *, grade: bool = False, solution: bool = False, output=None):
    nbgrader = {"grade": grade, "solution": solution, "locked": grade, "task": False, "grade_id": name}
    nbgrader |= {"schema_version": 3, "cell_type": "code"} | ({"points": MOST_POINTS} if grade else {})
    outputs = [output] if output else []
    return new_code_cell(source, id=name, outputs=outputs, metadata={"nbgrader": nbgrader})


def _in_words(result: Result) -> list[str]:
    lines = [f"{'Passed' if result.passed else 'Not passed'}: {result.score:g} of {MOST_POINTS}.", result.reason]
    for name, train, test in zip(result.checkpoints, result.train_accuracy, result.test_accuracy, strict=False):
        lines.append(f"{name}: training accuracy {train:.3f}, test accuracy {test:.3f}")
    lines.append(f"targets: training accuracy {result.train_target:.3f}, test accuracy {result.test_target:.3f}")
    if result.seconds is not None:
        lines.append(f"last checkpoint after {result.seconds:.1f} s of {result.budget_seconds:.1f} s")
    return lines
