"""Which names a script's text gives which values."""

import ast
from collections.abc import Iterable, Iterator


def assigned(nodes: Iterable[ast.AST]) -> Iterator[tuple[str, ast.expr]]:
    """Name and value of each assignment: `a = x`, and both of `a, b = x, y`."""
    for node in (node for node in nodes if isinstance(node, ast.Assign)):
        for target in node.targets:
            if isinstance(target, ast.Name):
                yield target.id, node.value
            elif isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
                pairs = zip(target.elts, node.value.elts, strict=False)
                yield from ((one.id, value) for one, value in pairs if isinstance(one, ast.Name))
