"""Says in a sentence why an exercise got no points, where the test's own message cannot know."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from nbformat import NotebookNode

from scalelab.course.autograde.restore_cells import is_missing
from scalelab.course.autograde.run_test_cell import overwritten
from scalelab.course.exercises.cells import exercise, function_in, grade_id, is_answer, is_test, used_names
from scalelab.course.kernel.kernel import Kernel
from scalelab.course.kernel.limits import Ran
from scalelab.course.kernel.outputs import error


def of_the_cell(ran: Ran) -> str:
    """Below a cell that made trouble itself."""
    return f"This cell {ran.trouble}. The cells below it were run without it."


def of_the_answer(cell: NotebookNode, ran: Ran) -> str:
    """Below a test cell that came to no end, because what it calls does not."""
    return f"Exercise `{exercise(cell)}` gets no points: running your answer, its test {ran.trouble}."


def explain(
    cell: NotebookNode, kernel: Kernel, before: Sequence[NotebookNode], troubles: Mapping[int, str]
) -> list[NotebookNode]:
    """For a test cell that failed: an output that names what broke it earlier, if that is known; else none."""
    name = exercise(cell)
    for index, other in enumerate(before):
        if not (is_answer(other) and grade_id(other) == name):
            continue
        if index in troubles:
            return _said(f"Exercise `{name}` was not graded because its cell {troubles[index]}.")
        if is_missing(other):
            return _said(f"Exercise `{name}` was not graded because its cell is not in the notebook.")
    if earlier := _failed_before(cell, before, kernel.folder):
        return _said(f"Exercise `{name}` uses `{earlier}`, whose own test has failed: mend that one first.")
    for changed, kind in overwritten(kernel, cell.source):
        return _said(f"`{changed}` is no function here but {kind}: another cell gave that name a new meaning.")
    if troubles and any(output.get("ename") == "NameError" for output in cell.outputs):
        first = before[min(troubles)].source.strip().splitlines()[0][:80]
        sentence = f"Something is missing here because an earlier cell (`{first}`) {troubles[min(troubles)]}."
        return _said(sentence)
    return []


def _failed_before(cell: NotebookNode, before: Sequence[NotebookNode], folder: Path) -> str | None:
    """The first exercise with a failed test whose function this one's test or answer uses."""
    name = exercise(cell)
    code = [cell.source, *(other.source for other in before if is_answer(other) and exercise(other) == name)]
    code += [function for path in sorted(folder.glob("*.py")) if (function := function_in(path, name))]
    used = set().union(*map(used_names, code)) - {name}
    for other in before:
        if is_test(other) and exercise(other) in used and any(o.output_type == "error" for o in other.outputs):
            return exercise(other)
    return None


def _said(sentence: str) -> list[NotebookNode]:
    return [error("NotGraded", sentence)]
