"""Whether a script's text scales its learning rate with the number of workers, or its batch against it, or warms up."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from scalelab.check.source.taint import Source, carries, tainted
from scalelab.check.source.worker_calls import asks
from scalelab.files.own_files import own_files

LR_NAMES = ("lr", "learning_rate", "max_lr", "base_lr")
BATCHES = ("batch_size",)
DIVISIONS = ast.Div | ast.FloorDiv


@dataclass(frozen=True)
class LRScaling:
    """What the text shows: the number of workers reaches the learning rate; the batch size; a warmup is spoken of.

    `lr_divided`: a learning rate is divided by the number of workers; `loss_multiplied`: a loss is multiplied by it.
    `scaled_again`: an optimizer is made with the scaled learning rate, and the factors of its schedule are scaled, too.
    `unscaled_group`: where a group of parameters gets a learning rate of its own that is not scaled, though others are;
    as "file, line N".
    """

    scaled: bool = False
    batch_divided: bool = False
    speaks_of_warmup: bool = False
    lr_divided: bool = False
    loss_multiplied: bool = False
    scaled_again: bool = False
    unscaled_group: str | None = None


NO_SCALING = LRScaling()


def read_lr_scaling(script: Path) -> LRScaling:
    """From the script and the modules beside it that it imports. A text that does not parse shows nothing."""
    files = own_files(script)
    try:
        trees = [ast.parse(file.read_bytes()) for file in files]
    except (OSError, SyntaxError, ValueError):
        return LRScaling()
    source = asks(trees, "size")
    found = tainted(trees, source)
    nodes = [node for tree in trees for node in ast.walk(tree)]
    return LRScaling(
        any(carries(value, found, source) for value in _given(nodes, LR_NAMES, optimizers=True)),
        any(_divides(value, found, source) for value in _given(nodes, BATCHES)),
        any("warm" in file.read_text(errors="replace").lower() for file in files),
        any(_divides_lr(node, found, source) for node in nodes)
        or any(_holds_division(value, found, source) for value in _given(nodes, LR_NAMES, optimizers=True)),
        any(_multiplies_loss(node, found, source) for node in nodes),
        all(
            any(carries(value, found, source) for value in values)
            for values in (_given_to_optimizers(nodes), _factors(nodes))
        ),
        _unscaled_group(dict(zip((file.name for file in files), trees, strict=True)), found, source),
    )


def _unscaled_group(trees: dict[str, ast.Module], found: set[str], source: Source) -> str | None:
    """Where a group's learning rate does not hold the number of workers, nor any factor that may multiply it."""
    factors = [value for tree in trees.values() for value in _factors([*ast.walk(tree)])]
    if any(_may_multiply(value, found, source) for value in factors):
        return None
    return next(
        (
            f"{name}, line {value.lineno}"
            for name, tree in trees.items()
            for value in _of_groups([*ast.walk(tree)])
            if not carries(value, found, source)
        ),
        None,
    )


def _may_multiply(factor: ast.expr, found: set[str], source: Source) -> bool:
    """Whether the number of workers is in a factor, and not only in what that is divided by: the batches of a rank."""
    divisors = [
        node.right for node in ast.walk(factor) if isinstance(node, ast.BinOp) and isinstance(node.op, DIVISIONS)
    ]
    below = {id(part) for divisor in divisors for part in ast.walk(divisor)}
    above = [node for node in ast.walk(factor) if id(node) not in below]
    named = any(isinstance(node, ast.Name) and f"{node.id}()" in found for node in above)  # a function of the script
    return named or any(source(node) or (isinstance(node, ast.Name | ast.Attribute) and carries(node, found, source))
                        for node in above)  # fmt: skip


def _of_groups(nodes: list[ast.AST]) -> Iterator[ast.expr]:
    """Learning rates of groups: {"params": ..., "lr": ...}."""
    for node in nodes:
        if isinstance(node, ast.Dict):
            given = {key.value: value for key, value in zip(node.keys, node.values, strict=True)
                     if isinstance(key, ast.Constant)}  # fmt: skip
            if "params" in given and "lr" in given:
                yield given["lr"]


def _given(nodes: list[ast.AST], names: tuple[str, ...], optimizers: bool = False) -> Iterator[ast.expr]:
    """Expressions that become such a value: keywords, assignments, `group["lr"]`, an optimizer's second argument."""
    for node in nodes:
        if isinstance(node, ast.keyword) and node.arg in names:
            yield node.value
        elif isinstance(node, ast.Assign | ast.AugAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if any(_is_called(target, names) for target in targets):
                yield node.value
        elif optimizers and isinstance(node, ast.Call) and _is_optimizer(node.func):
            yield from node.args[1:2]
        elif not optimizers and isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "split":
            yield from node.args


def _given_to_optimizers(nodes: list[ast.AST]) -> Iterator[ast.expr]:
    """Learning rates by which optimizers are made."""
    for node in nodes:
        if isinstance(node, ast.Call) and _is_optimizer(node.func) and not ast.unparse(node.func).endswith("LR"):
            yield from node.args[1:2]
            yield from (word.value for word in node.keywords if word.arg in LR_NAMES)


def _factors(nodes: list[ast.AST]) -> Iterator[ast.expr]:
    """What schedules multiply learning rates by, and what is assigned to a group's learning rate."""
    for node in nodes:
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(("LambdaLR", "MultiplicativeLR")):
            yield from (*node.args[1:2], *(word.value for word in node.keywords if word.arg == "lr_lambda"))
        elif isinstance(node, ast.Assign | ast.AugAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if any(isinstance(target, ast.Subscript) and _is_called(target, LR_NAMES) for target in targets):
                yield node.value


def _divides(value: ast.expr, found: set[str], source: Source) -> bool:
    """Whether the value is something divided by the number of workers, here or where it was computed."""
    divides = any(isinstance(node, ast.BinOp) and isinstance(node.op, DIVISIONS) for node in ast.walk(value))
    return _holds_division(value, found, source) or (not divides and carries(value, found, source))


def _holds_division(value: ast.expr, found: set[str], source: Source) -> bool:
    """Whether something is divided by the number of workers within this very expression."""
    parts = [node for node in ast.walk(value) if isinstance(node, ast.BinOp) and isinstance(node.op, DIVISIONS)]
    return any(carries(node.right, found, source) for node in parts)


def _multiplies_loss(node: ast.AST, found: set[str], source: Source) -> bool:
    """Whether this is a loss multiplied by the number of workers, in either order: `loss * size`, `loss *= size`."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
        pairs = [(node.left, node.right), (node.right, node.left)]
    elif isinstance(node, ast.AugAssign) and isinstance(node.op, ast.Mult):
        pairs = [(node.target, node.value)]
    else:
        return False
    return any(carries(by, found, source) and any("loss" in word for word in _words(one)) for one, by in pairs)


def _words(expression: ast.AST) -> list[str]:
    """The names and attributes within."""
    return [getattr(node, "id", getattr(node, "attr", "")) for node in ast.walk(expression)]


def _divides_lr(node: ast.AST, found: set[str], source: Source) -> bool:
    """Whether this is a learning rate divided by the number of workers: `lr / size`, `lr /= size`."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, DIVISIONS):
        divided, by = node.left, node.right
    elif isinstance(node, ast.AugAssign) and isinstance(node.op, DIVISIONS):
        divided, by = node.target, node.value
    else:
        return False
    named = any(_is_called(part, LR_NAMES) for part in ast.walk(divided) if isinstance(part, ast.expr))
    return named and carries(by, found, source)


def _is_called(target: ast.expr, names: tuple[str, ...]) -> bool:
    if isinstance(target, ast.Subscript):
        return isinstance(target.slice, ast.Constant) and target.slice.value in names
    return getattr(target, "id", getattr(target, "attr", None)) in names


def _is_optimizer(function: ast.expr) -> bool:
    """torch.optim.SGD(parameters, lr), or a schedule over an optimizer, LambdaLR(optimizer, function)."""
    name = ast.unparse(function)
    return "optim." in name or "SGD" in name or "Adam" in name or name.endswith("LR")
