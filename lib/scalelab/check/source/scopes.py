"""Scopes of names in a script's text."""

import ast
from collections.abc import Iterator, Sequence

SCOPES = ast.Module | ast.FunctionDef | ast.AsyncFunctionDef


def of_scope(scope: ast.AST) -> Iterator[ast.AST]:
    """What belongs to a function or module itself: a name in another function is another variable."""
    for node in ast.iter_child_nodes(scope):
        yield node
        if not isinstance(node, SCOPES):
            yield from of_scope(node)


def lies_within(where: str | None, parts: Sequence[tuple[str, int, int]]) -> bool:
    """Whether a line, as "file, line N", is in one of these parts of files: (file, first line, last line)."""
    file, _, line = (where or "").partition(", line ")
    return any(name == file and first <= int(line) <= last for name, first, last in parts)
