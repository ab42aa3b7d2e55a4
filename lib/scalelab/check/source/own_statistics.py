"""Whether a script's text fits a statistic to a rank's own part of the data, and prepares the data by it."""

import ast

from scalelab.check.source.assignments import assigned
from scalelab.check.source.scopes import SCOPES, of_scope
from scalelab.check.source.taint import Source, carries, tainted
from scalelab.check.source.worker_calls import asks

STATISTICS = ("mean", "std", "var", "min", "max", "amin", "amax", "median", "quantile", "nanmean", "nanstd")
SCALES = ast.Sub | ast.Div


def own_statistics(trees: dict[str, ast.Module]) -> str | None:
    """Where, as "file, line N": `mean = part.mean(0)` of a part that was cut by the rank, and `part - mean`, or a
    function of the script that gets both.
    """
    every = [*trees.values()]
    rank = asks(every, "rank")
    by_rank = tainted(every, rank)
    for name, tree in trees.items():
        for scope in (node for node in ast.walk(tree) if isinstance(node, SCOPES)):
            nodes = [*of_scope(scope)]
            parts = {target for target, value in assigned(nodes) if _is_cut(value, by_rank, rank)}
            fitted = {target: value for target, value in assigned(nodes) if _is_statistic(value, parts)}
            for used in (_used_with(node, parts) for node in nodes):
                for word in used & fitted.keys():
                    return f"{name}, line {fitted[word].lineno}"
    return None


def _is_cut(value: ast.expr, by_rank: set[str], rank: Source) -> bool:
    """`data[...]` with the rank in the index; not what a function makes of it."""
    return isinstance(value, ast.Subscript) and carries(value.slice, by_rank, rank)


def _is_statistic(value: ast.expr, parts: set[str]) -> bool:
    """`part.mean(0)`, or anything added to it or the like, as against a deviation of zero."""
    if isinstance(value, ast.BinOp):
        return _is_statistic(value.left, parts)
    if not (isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute)):
        return False
    of = value.func.value
    if isinstance(of, ast.Name) and of.id in parts:
        return value.func.attr in STATISTICS
    return _is_statistic(of, parts)


def _used_with(node: ast.AST, parts: set[str]) -> set[str]:
    """The names that are subtracted from a part, divide it, or are handed to a function together with it."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, SCALES):
        together, words = node.left, node.right
        return _words(words) if _words(together) & parts else set()
    if isinstance(node, ast.Call):
        given = {argument.id for argument in node.args if isinstance(argument, ast.Name)}
        return given if given & parts else set()
    return set()


def _words(expression: ast.expr) -> set[str]:
    return {node.id for node in ast.walk(expression) if isinstance(node, ast.Name)}
