"""Which of the two engines starts a script's ranks: Horovod, or torch.distributed. It is read in the script's text."""

import ast
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal

from scalelab.files.own_files import own_trees

Engine = Literal["horovod", "ddp"]  # ddp: torch.distributed, whether DistributedDataParallel is used or not
ENGINES: tuple[Engine, ...] = ("horovod", "ddp")
OF_TORCH = ("torch.distributed", "torch.nn.parallel.distributed")
STARTERS = {"spawn": "nprocs", "Process": "target"}  # of torch.multiprocessing, and a keyword that they need
HOW_TO_BE_STARTED = "let it be one rank, which asks RANK and WORLD_SIZE who it is, as torchrun sets them"
WRAPPERS = ("DistributedDataParallel", "DDP", "FullyShardedDataParallel", "FSDP")


def recognise(script: Path) -> Engine:
    """Horovod where the script, or a module beside it that it imports, imports that; ddp where it names torch's own.

    A script that names neither is serial, and counts as one for Horovod, which the course is about.
    """
    names = {name for tree in own_trees(script).values() for name in _names(tree)}
    if any(name.partition(".")[0] == "horovod" for name in names):
        return "horovod"
    return "ddp" if any(name.startswith(OF_TORCH) or name.endswith(WRAPPERS) for name in names) else "horovod"


def starts_itself(script: Path, by: Sequence[str] = tuple(STARTERS)) -> str | None:
    """The line, as "file, line N", that starts the ranks from within the script: `spawn`, or a `Process` for each.

    A process that only writes or reads begins no process group.
    """
    trees = own_trees(script)
    for name, tree in trees.items():
        for call in _calls(tree):
            starter, given = _last_name(call.func), {word.arg: word.value for word in call.keywords}
            started = [given["target"]] if "target" in given else call.args[:1]
            by_this = starter in by and STARTERS[starter] in given
            if by_this and _begins_group({*map(_last_name, started)}, [*trees.values()]):
                return f"{name}, line {call.lineno}"
    return None


def _begins_group(functions: set[str], trees: list[ast.Module]) -> bool:
    """Whether one of these functions or methods of the script's begins a process group, or calls one that does."""
    reached: set[str] = set()
    while functions - reached:
        reached |= functions
        bodies = [node for tree in trees for node in ast.walk(tree)
                  if isinstance(node, ast.FunctionDef) and node.name in functions]  # fmt: skip
        functions = {_last_name(call.func) for body in bodies for call in _calls(body)}
    return "init_process_group" in reached


def _calls(tree: ast.AST) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def _last_name(expression: ast.expr) -> str:
    """As `run` of `self.worker.run`."""
    return ast.unparse(expression).rpartition(".")[2]


def _names(tree: ast.Module) -> Iterator[str]:
    """What is imported, and attributes of torch, in full."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Attribute) and (name := ast.unparse(node)).startswith(("torch.", "nn.parallel.")):
            yield name
