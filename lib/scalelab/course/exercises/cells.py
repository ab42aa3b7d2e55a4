"""How an exercise's cells belong together: `gradient` is the answer's cell, `gradient-test` its tests."""

import ast
import builtins
from pathlib import Path

from nbformat import NotebookNode

TEST = "-test"


def grade_id(cell: NotebookNode) -> str | None:
    """The nbgrader id of a cell, where it has one."""
    return cell.metadata.get("nbgrader", {}).get("grade_id") or None


def is_test(cell: NotebookNode) -> bool:
    """A code cell that gives points by itself."""
    data = cell.metadata.get("nbgrader", {})
    return cell.cell_type == "code" and bool(data.get("grade")) and not data.get("solution")


def is_answer(cell: NotebookNode) -> bool:
    """A cell that the learner writes, code or text."""
    return bool(cell.metadata.get("nbgrader", {}).get("solution"))


def exercise(cell: NotebookNode) -> str:
    """The exercise that an answer's cell or a test cell belongs to."""
    return (grade_id(cell) or "").removesuffix(TEST)


def used_names(source: str) -> set[str]:
    """Names that a cell reads; none where it is no Python."""
    return {node.id for node in _nodes(source) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}


def free_names(source: str) -> set[str]:
    """Names that a cell reads but neither makes itself nor finds in Python: of a test cell, what it tests."""
    made = {node.id for node in _nodes(source) if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)}
    for node in _nodes(source):
        if isinstance(node, ast.Import | ast.ImportFrom):
            made |= {(alias.asname or alias.name).split(".")[0] for alias in node.names}
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            made.add(node.name)
        elif isinstance(node, ast.arg):
            made.add(node.arg)
    return used_names(source) - made - set(dir(builtins))


def function_in(script: Path, name: str) -> str | None:
    """The code of the function `name` of a script; None where it has none, or is no Python."""
    text = script.read_text(encoding="utf-8", errors="replace")
    found = (node for node in _nodes(text) if isinstance(node, ast.FunctionDef) and node.name == name)
    return next((ast.get_source_segment(text, node) for node in found), None)


def _nodes(source: str) -> list[ast.AST]:
    try:
        return list(ast.walk(ast.parse(source)))
    except (SyntaxError, ValueError, RecursionError):
        return []
