"""Whether one rank alone loads the optimizer's state, and nobody sends it to the others."""

import ast
from collections.abc import Iterator

from scalelab.check.source.taint import Source, carries, tainted
from scalelab.check.source.worker_calls import asks

OBJECTS = ("broadcast_object", "broadcast_object_list")


def loaded_alone(trees: dict[str, ast.Module]) -> str | None:
    """Where, as "file, line N": `optimizer.load_state_dict` under a condition on the rank, and no broadcast of it."""
    every = [*trees.values()]
    if any(_sends_state(node) for tree in every for node in ast.walk(tree)):
        return None
    source = asks(every, "rank")
    found = tainted(every, source)
    for name, tree in trees.items():
        for call in _under_rank(tree, found, source):
            if _loads_optimizer(call):
                return f"{name}, line {call.lineno}"
    return None


def _under_rank(tree: ast.Module, found: set[str], source: Source) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and carries(node.test, found, source):
            yield from (part for statement in node.body for part in ast.walk(statement) if isinstance(part, ast.Call))


def _loads_optimizer(call: ast.Call) -> bool:
    if not (isinstance(call.func, ast.Attribute) and call.func.attr == "load_state_dict"):
        return False
    return "opt" in ast.unparse(call.func.value).rpartition(".")[2].lower()


def _sends_state(node: ast.AST) -> bool:
    """A broadcast of an optimizer's state, or of a whole object that may hold it: not of a number by its own name."""
    if not isinstance(node, ast.Call):
        return False
    name = ast.unparse(node.func).rpartition(".")[2]
    if name == "broadcast_optimizer_state":
        return True
    words = " ".join(ast.unparse(argument) for argument in node.args[:1]).lower()
    return name in OBJECTS and any(word in words for word in ("opt", "state", "checkpoint", "ckpt"))
