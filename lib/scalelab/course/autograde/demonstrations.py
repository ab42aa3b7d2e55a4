"""Long demonstrations that no exercise needs: a grader may leave them out.

A code cell of the course that is tagged "demonstration" is left out where it is as released, and no cell that does run
reads a name that it makes. What else it leaves behind, files say, its author answers for.
"""

import ast
from collections.abc import Sequence
from pathlib import Path

import nbformat
from IPython.core.inputtransformer2 import TransformerManager
from nbformat import NotebookNode

from scalelab.course.exercises.cells import free_names, grade_id

TAG = "demonstration"


def demonstrations(notebook: Path) -> set[str]:
    """The sources of the cells with that tag."""
    cells = nbformat.read(notebook, 4).cells
    return {cell.source.strip() for cell in cells if TAG in cell.metadata.get("tags", ())}


def left_out(cells: Sequence[NotebookNode], released: set[str]) -> set[int]:
    """The places of the cells that need not run; `released` are the sources of the course's demonstrations.

    Where a cell that is to run is no Python, nothing is left out: nobody knows what it reads.
    """
    code = {place: as_python(cell.source) for place, cell in enumerate(cells) if cell.cell_type == "code"}
    left = {place for place in code if cells[place].source.strip() in released and not grade_id(cells[place])}
    while needed := {place for place in left if made_names(code[place]) & _read(code, left)}:
        left -= needed
    return left if all(is_python(code[place]) for place in code.keys() - left) else set()


def made_names(source: str) -> set[str]:
    """Names that a cell gives a value at its top level or deeper, by assignment, import or definition."""
    made = set()
    for node in ast.walk(ast.parse(source)) if is_python(source) else ():
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            made.add(node.id)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            made |= {(alias.asname or alias.name).split(".")[0] for alias in node.names}
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            made.add(node.name)
    return made


def as_python(source: str) -> str:
    """The cell without IPython's own signs, as IPython runs it."""
    return TransformerManager().transform_cell(source)


def is_python(source: str) -> bool:
    """Whether it can be compiled."""
    try:
        ast.parse(source)
    except (SyntaxError, ValueError, RecursionError):
        return False
    return True


def _read(code: dict[int, str], left: set[int]) -> set[str]:
    return set().union(*(free_names(code[place]) for place in code.keys() - left))
