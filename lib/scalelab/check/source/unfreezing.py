"""Whether a script's text unfreezes parameters."""

import ast
from functools import cache
from pathlib import Path

from scalelab.files.own_files import own_trees


@cache
def unfreezes(script: Path) -> bool:
    """`p.requires_grad = True`, or what may be; `requires_grad_()`. Not where it only freezes."""
    return any(_unfreezes(node) for tree in own_trees(script).values() for node in ast.walk(tree))


def _unfreezes(node: ast.AST) -> bool:
    if isinstance(node, ast.Assign):
        sets = any(isinstance(target, ast.Attribute) and target.attr == "requires_grad" for target in node.targets)
        return sets and not _is_false(node.value)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "requires_grad_":
        return not any(_is_false(given) for given in (*node.args, *(word.value for word in node.keywords)))
    return False


def _is_false(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and not node.value
