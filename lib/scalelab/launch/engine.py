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
    """The line, as "file, line N", that starts the ranks from within the script: `spawn`, or a `Process` for each."""
    for name, tree in own_trees(script).items():
        calls = {
            node: ast.unparse(node.func).rpartition(".")[2] for node in ast.walk(tree) if isinstance(node, ast.Call)
        }
        if "init_process_group" in calls.values():
            for call, called in calls.items():
                if called in by and STARTERS[called] in {word.arg for word in call.keywords}:
                    return f"{name}, line {call.lineno}"
    return None


def _names(tree: ast.Module) -> Iterator[str]:
    """What is imported, and attributes of torch, in full."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Attribute) and (name := ast.unparse(node)).startswith(("torch.", "nn.parallel.")):
            yield name
