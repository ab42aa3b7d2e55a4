"""Whether a schedule of the learning rate counts the batches of all the data, though a rank takes only its part."""

import ast
from collections.abc import Iterator

from scalelab.check.source.taint import carries, tainted
from scalelab.check.source.worker_calls import asks

LENGTHS = ("total_steps", "steps_per_epoch", "T_max", "num_training_steps")


def long_schedule(trees: dict[str, ast.Module]) -> str | None:
    """Where such a length is given, as "file, line N": the length of what a DistributedSampler divides goes into it,
    and the number of workers does not.
    """
    every = [*trees.values()]
    divided = {ast.unparse(call.args[0]) for tree in every for call in _calls(tree, "DistributedSampler") if call.args}

    def is_whole(node: ast.AST) -> bool:
        if not (isinstance(node, ast.Call) and ast.unparse(node.func) == "len"):
            return False
        return any(ast.unparse(argument) in divided for argument in node.args)

    whole, workers = tainted(every, is_whole), asks(every, "size")
    by_workers = tainted(every, workers)
    for name, tree in trees.items():
        for value in _lengths(tree):
            if carries(value, whole, is_whole) and not carries(value, by_workers, workers):
                return f"{name}, line {value.lineno}"
    return None


def _calls(tree: ast.Module, name: str) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] == name:
            yield node


def _lengths(tree: ast.Module) -> Iterator[ast.expr]:
    """What is given to a schedule as the length of the whole training."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(("LR", "_schedule_with_warmup")):
            yield from (word.value for word in node.keywords if word.arg in LENGTHS)
            if ast.unparse(node.func).endswith("CosineAnnealingLR"):
                yield from node.args[1:2]
            if ast.unparse(node.func).endswith("LambdaLR"):
                given = (*node.args[1:2], *(word.value for word in node.keywords if word.arg == "lr_lambda"))
                yield from (divisor for function in given for divisor in _divisors(function, tree))


def _divisors(function: ast.expr, tree: ast.Module) -> Iterator[ast.expr]:
    """What the function of a schedule, a lambda or one of the script's, divides its steps by."""
    named = function.id if isinstance(function, ast.Name) else None
    own = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name == named]
    bodies: list[ast.AST] = [*own] or [function]
    for node in (node for body in bodies for node in ast.walk(body)):
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
            yield node.right
