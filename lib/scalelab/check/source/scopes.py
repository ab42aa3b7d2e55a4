"""Scopes of names in a script's text."""

import ast
from collections.abc import Iterator

SCOPES = ast.Module | ast.FunctionDef | ast.AsyncFunctionDef


def of_scope(scope: ast.AST) -> Iterator[ast.AST]:
    """What belongs to a function or module itself: a name in another function is another variable."""
    for node in ast.iter_child_nodes(scope):
        yield node
        if not isinstance(node, SCOPES):
            yield from of_scope(node)
