"""Cuts solutions out of notebooks and scripts, and puts stubs in their place."""

import ast
import re

from nbconvert.exporters.exporter import ResourcesDict
from nbformat import NotebookNode
from nbgrader.preprocessors import ClearSolutions

from scalelab.errors import ScaleLabError

WRITTEN = "*Your answer, in place of this line.*"
BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
_INDENT = re.compile(r"\s*")


def stub(name: str) -> str:
    """The line that says which exercise is still to be done, when it is run."""
    return f'raise NotImplementedError("Exercise `{name}`: put your answer in place of this line.")'


class NamedStubs(ClearSolutions):
    """nbgrader's ClearSolutions with a stub that names the exercise, which is the cell's grade id."""

    def preprocess_cell(
        self, cell: NotebookNode, resources: ResourcesDict, cell_index: int
    ) -> tuple[NotebookNode, ResourcesDict]:
        """Replace the solution regions of one cell."""
        self.code_stub = {"python": stub(cell.metadata.get("nbgrader", {}).get("grade_id", "?"))}
        self.text_stub = WRITTEN
        return super().preprocess_cell(cell, resources, cell_index)


def strip_script(text: str, name: str) -> str:
    """A script without its solution regions: a stub in place of each names the function around it.

    `name` is what stands in for the function's at the top of the file. Raises ScaleLabError where regions do not pair.
    """
    kept: list[str] = []
    inside = False
    for number, line in enumerate(text.splitlines(keepends=True), start=1):
        if BEGIN in line or END in line:
            if inside != (END in line):
                raise ScaleLabError(f"Line {number} of {name}: {BEGIN} and {END} have to come in turn.")
            if not inside:
                indent = line[: len(line) - len(line.lstrip())]
                kept.append(f"{indent}{stub(enclosing_function(text, number) or name)}\n")
            inside = not inside
        elif not inside:
            kept.append(line)
    if inside:
        raise ScaleLabError(f"The last {BEGIN} of {name} has no {END}.")
    return "".join(kept)


def has_solution(text: str) -> bool:
    """Whether a script is one that learners edit."""
    return BEGIN in text


def enclosing_function(text: str, line: int) -> str | None:
    """The innermost function around that line; None at the top of the file."""
    around = [
        node
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.lineno <= line <= (node.end_lineno or node.lineno)
    ]
    return max(around, key=lambda node: node.lineno).name if around else None
