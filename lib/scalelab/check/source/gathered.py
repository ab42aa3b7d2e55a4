"""What a script's text pairs wrongly with what it has gathered, which stands one rank's part after another."""

import ast
from collections.abc import Iterator
from typing import Literal, NamedTuple

from scalelab.check.source.assignments import assigned
from scalelab.check.source.taint import Source, carries, tainted
from scalelab.check.source.worker_calls import asks

GATHERS = ("allgather", "grouped_allgather", "all_gather", "all_gather_into_tensor")
INTO_FIRST = ("all_gather", "all_gather_into_tensor")  # what they gather lies in their first argument
PRODUCTS = ("matmul", "mm", "einsum", "cosine_similarity", "cdist")
TURNING = ("transpose", "permute", "swapaxes", "stack", "zip", "scatter", "scatter_", "index_copy", "index_copy_")
SHAPING = ("reshape", "view")
NUMBERING = ("arange", "argsort", "range")


class Mismatch(NamedTuple):
    """Where, as "file, line N", and what is paired with what was gathered: labels as the data set has them, which a
    sampler has dealt out in turn; or numbers from 0 as the targets of a rank's own part, without the rank's offset.
    """

    where: str
    paired: Literal["labels", "targets"]


def mismatch(trees: dict[str, ast.Module]) -> Mismatch | None:
    """The first one."""
    every = [*trees.values()]
    gathers = _gathers(every)
    gathered = tainted(every, gathers)
    if not gathered:
        return None
    labels = set() if _reorders(every, gathered, gathers) else _labels(every)
    targets = _targets(every, gathered, gathers)
    for name, tree in trees.items():
        for node in ast.walk(tree):
            for one, other in _pairs(node):
                if carries(one, gathered, gathers) and _root(other) in labels - gathered:
                    return Mismatch(f"{name}, line {one.lineno}", "labels")
            if isinstance(node, ast.Call) and targets(node):
                return Mismatch(f"{name}, line {node.lineno}", "targets")
    return None


def _gathers(trees: list[ast.Module]) -> Source:
    """A test for calls that gather, and for the names that they gather into."""
    calls = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call)]
    into = [call.args[0] for call in calls if _name(call) in INTO_FIRST and len(call.args) > 1]
    names = {target.id for target in into if isinstance(target, ast.Name)}

    def is_gathered(node: ast.AST) -> bool:
        if isinstance(node, ast.Name):
            return node.id in names
        return isinstance(node, ast.Call) and _name(node) in GATHERS

    return is_gathered


def _reorders(trees: list[ast.Module], gathered: set[str], gathers: Source) -> bool:
    """Whether what was gathered may be put back in order: by a turn of its axes, by an index that is gathered with it,
    or by one that comes from elsewhere.
    """
    nodes = [node for tree in trees for node in ast.walk(tree)]
    if sum(isinstance(node, ast.Call) and gathers(node) for node in nodes) > 1:
        return True

    def numbers(node: ast.AST) -> bool:
        return isinstance(node, ast.Call) and _name(node) in NUMBERING and not carries(node, gathered, gathers)

    numbered = tainted(trees, numbers)
    return any(
        _turns(node, gathered, gathers)
        or (isinstance(node, ast.Subscript) and carries(node.value, gathered, gathers)
            and carries(node.slice, numbered, numbers))
        for node in nodes
    )  # fmt: skip


def _turns(node: ast.AST, gathered: set[str], gathers: Source) -> bool:
    if isinstance(node, ast.Call):
        shaped = _name(node) in SHAPING and len(node.args) > 1
        return (_name(node) in TURNING or shaped) and carries(node, gathered, gathers)
    return isinstance(node, ast.Attribute) and node.attr in ("T", "mT") and carries(node.value, gathered, gathers)


def _labels(trees: list[ast.Module]) -> set[str]:
    """Names of the data sets that a DistributedSampler deals out, of what they are made of, and of their parts."""
    calls = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call)]
    dealt = {_root(call.args[0]) for call in calls if _name(call) == "DistributedSampler" and call.args} - {None}
    made = [*assigned(node for tree in trees for node in ast.walk(tree))]
    found = {name for name in dealt if name}
    for target, value in made:
        if target in dealt and isinstance(value, ast.Call):
            found |= {argument.id for argument in value.args if isinstance(argument, ast.Name)}
    while more := {target for target, value in made if _root(value) in found} - found:
        found |= more
    return found


def _targets(trees: list[ast.Module], gathered: set[str], gathers: Source) -> Source:
    """A test for losses of a product of a rank's own part with the gathered whole, with targets 0, 1, 2, ..."""

    def is_half(node: ast.AST) -> bool:
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult):
            sides = [node.left, node.right]
        elif isinstance(node, ast.Call) and _name(node) in PRODUCTS:
            sides = [one for one in node.args if not isinstance(one, ast.Constant)]
        else:
            return False
        return len({carries(side, gathered, gathers) for side in sides}) == 2

    def counts(node: ast.AST) -> bool:
        return isinstance(node, ast.Call) and _name(node) == "arange"

    halves, counted = tainted(trees, is_half), tainted(trees, counts)
    rank = asks(trees, "rank")
    by_rank = tainted(trees, rank)

    def mistakes(node: ast.AST) -> bool:
        if not (isinstance(node, ast.Call) and len(node.args) > 1 and "ross" in ast.unparse(node.func)):
            return False
        scores, target = node.args[:2]
        counting = carries(target, counted, counts) and not carries(target, by_rank, rank)
        return carries(scores, halves, is_half) and counting

    return mistakes


def _pairs(node: ast.AST) -> Iterator[tuple[ast.expr, ast.expr]]:
    """What a call, a comparison or a difference puts beside one another, in both orders."""
    if isinstance(node, ast.Call):
        parts = node.args
    elif isinstance(node, ast.Compare):
        parts = [node.left, *node.comparators]
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub):
        parts = [node.left, node.right]
    else:
        return
    yield from ((one, other) for one in parts for other in parts if one is not other)


def _root(expression: ast.expr) -> str | None:
    """The name that an expression is a part of: `valid` of `valid.tensors[2].numpy()`."""
    while not isinstance(expression, ast.Name):
        if isinstance(expression, ast.Attribute | ast.Subscript):
            expression = expression.value
        elif isinstance(expression, ast.Call) and isinstance(expression.func, ast.Attribute):
            expression = expression.func.value
        else:
            return None
    return expression.id


def _name(call: ast.Call) -> str:
    """The last part of what is called."""
    return call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
