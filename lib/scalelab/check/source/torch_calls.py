"""What a script's text shows of torch.distributed that its ranks on one machine without GPUs need not show."""

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from scalelab.check.source.scopes import SCOPES, lies_within, of_scope
from scalelab.files.own_files import own_trees

WRAPPERS = ("DistributedDataParallel", "DDP")
MOVES = ("cuda", "to", "xpu")
DEVICES = ("device", "cuda", "rank", "gpu")


@dataclass(frozen=True)
class TorchCalls:
    """Each as "file, line N", None where there is none.

    moved: a model that is in DistributedDataParallel is moved to its device; not_awaited: a call with `async_op=True`
    whose handle nobody keeps. comm_hooks: functions of the script's (file, first line, last line) that average in the
    place of DistributedDataParallel, which was given them.
    """

    moved: str | None = None
    not_awaited: str | None = None
    comm_hooks: tuple[tuple[str, int, int], ...] = ()

    def in_comm_hook(self, where: str | None) -> bool:
        """Whether that line, as "file, line N", is in such a function."""
        return lies_within(where, self.comm_hooks)


NO_TORCH_CALLS = TorchCalls()


def read_torch_calls(script: Path) -> TorchCalls:
    """From the script and the modules beside it that it imports. A text that does not parse shows nothing."""
    trees = own_trees(script)
    hooks = tuple((name, *lines) for name, tree in trees.items() for lines in _comm_hooks(tree))
    return TorchCalls(_first(trees, _moved), _first(trees, _not_awaited), hooks)


def _first(trees: dict[str, ast.Module], find: Callable[[ast.Module], Iterator[ast.Call]]) -> str | None:
    lines = [(name, node.lineno) for name, tree in trees.items() for node in find(tree)]
    return f"{lines[0][0]}, line {lines[0][1]}" if lines else None


def _moved(tree: ast.Module) -> Iterator[ast.Call]:
    """`model.to(device)` below `model = DistributedDataParallel(model)`, in the same block or within it."""
    for scope in ast.walk(tree):
        if isinstance(scope, SCOPES):
            own = [*of_scope(scope)]
            wrapped = {name: node.lineno for node in own if isinstance(node, ast.Assign)
                       and _is_wrapper(node.value) for name in map(ast.unparse, node.targets)}  # fmt: skip
            for node in own:
                if isinstance(node, ast.Call) and node.lineno > wrapped.get(_moved_name(node), node.lineno):
                    yield node


def _is_wrapper(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in WRAPPERS


def _moved_name(node: ast.Call) -> str:
    """What is moved to a device by this call; empty where it does nothing of the kind."""
    if not (isinstance(node.func, ast.Attribute) and node.func.attr in MOVES):
        return ""
    given = " ".join(ast.unparse(argument) for argument in node.args).lower()
    return ast.unparse(node.func.value) if node.func.attr != "to" or any(word in given for word in DEVICES) else ""


def _comm_hooks(tree: ast.Module) -> Iterator[tuple[int, int]]:
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    given = [call.args[1:] for call in calls if getattr(call.func, "attr", "") == "register_comm_hook"]
    names = {ast.unparse(hook) for hooks in given for hook in hooks}
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and node.name in names:
            yield node.lineno, node.end_lineno or node.lineno


def _not_awaited(tree: ast.Module) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            words = {word.arg: word.value for word in node.value.keywords}
            if isinstance(given := words.get("async_op"), ast.Constant) and given.value is True:
                yield node.value
