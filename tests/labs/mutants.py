"""Small faults in a right answer: a term dropped, operands swapped, off by one, another function, another variable."""

import ast
import copy
from collections.abc import Callable, Iterator

TWINS = {"min": "max", "max": "min", "mean": "sum", "sum": "mean", "argmax": "argmin", "argmin": "argmax"}
OPPOSITES = {ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.Add: ast.Sub,
             ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.FloorDiv: ast.Div, ast.And: ast.Or,
             ast.Or: ast.And}  # fmt: skip
ORDERED = (ast.Sub, ast.Div, ast.FloorDiv, ast.Pow, ast.Mod)


def mutants(source: str) -> Iterator[tuple[str, str]]:
    """(what was changed, the answer with that change), for every place and kind."""
    tree = ast.parse(source)
    function = next(node for node in tree.body if isinstance(node, ast.FunctionDef))
    arguments = [argument.arg for argument in (*function.args.args, *function.args.kwonlyargs)]
    for place, node in enumerate(ast.walk(function)):
        for change in changes(node, arguments):
            mutant = copy.deepcopy(tree)
            other = next(one for one in mutant.body if isinstance(one, ast.FunctionDef))
            where = list(ast.walk(other))[place]
            before = ast.unparse(where)
            after = change(where)
            if after is not where:
                Put(where, after).visit(other)
            changed = ast.unparse(ast.fix_missing_locations(mutant))
            yield f"{before}  ->  {ast.unparse(after)}", changed


class Put(ast.NodeTransformer):
    """Puts one node in the place of another."""

    def __init__(self, old: ast.AST, new: ast.AST):
        self.old, self.new = old, new

    def visit(self, node: ast.AST) -> ast.AST:
        return self.new if node is self.old else super().generic_visit(node)


def changes(node: ast.AST, arguments: list[str]) -> Iterator[Callable[[ast.AST], ast.AST]]:
    """What can be done to a node: each takes the node and gives what is to stand in its place."""
    match node:
        case ast.BinOp(op=op):
            yield lambda one: one.left
            yield lambda one: one.right
            if isinstance(op, ORDERED):
                yield lambda one: ast.BinOp(one.right, one.op, one.left)
            if type(op) in OPPOSITES:
                yield lambda one: ast.BinOp(one.left, OPPOSITES[type(one.op)](), one.right)
        case ast.Compare(ops=[op]) if type(op) in OPPOSITES:
            yield lambda one: ast.Compare(one.left, [OPPOSITES[type(one.ops[0])]()], one.comparators)
        case ast.Constant(value=int(value)) if not isinstance(value, bool):
            yield lambda one: ast.Constant(one.value + 1)
            yield lambda one: ast.Constant(one.value - 1)
        case ast.Call(args=[_, _, *_], keywords=_):
            yield lambda one: ast.Call(one.func, [one.args[1], one.args[0], *one.args[2:]], one.keywords)
        case ast.Name(id=name, ctx=ast.Load()) if name in arguments:
            yield lambda one: ast.Constant(1)
            for other in arguments:
                if other != name:
                    yield lambda one, other=other: ast.Name(other, ast.Load())
        case ast.Name(id=name) | ast.Attribute(attr=name) if name in TWINS:
            yield _with_twin


def _with_twin(one: ast.AST) -> ast.AST:
    if isinstance(one, ast.Name):
        return ast.Name(TWINS[one.id], one.ctx)
    assert isinstance(one, ast.Attribute)
    return ast.Attribute(one.value, TWINS[one.attr], one.ctx)
