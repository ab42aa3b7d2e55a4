"""Calls in a script's text that explain what was seen of its ranks, or that leave nothing to be seen on one machine."""

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from scalelab.check.source.gathered import Mismatch, mismatch
from scalelab.check.source.own_statistics import own_statistics
from scalelab.check.source.schedule_length import long_schedule
from scalelab.check.source.scopes import SCOPES, lies_within, of_scope
from scalelab.check.source.state_loading import loaded_alone
from scalelab.check.source.taint import Source, carries, tainted
from scalelab.check.source.torch_calls import NO_TORCH_CALLS, TorchCalls, read_torch_calls
from scalelab.check.source.worker_calls import asks
from scalelab.files.own_files import own_trees

CLIPS = ("clip_grad_norm_", "clip_grad_norm", "clip_grad_value_")
# What these give back is all that they do: their argument stays as it was.
RETURNING = (
    "allreduce",
    "grouped_allreduce",
    "allgather",
    "broadcast",
    "broadcast_object",
    "reducescatter",
    "alltoall",
)
COUNTING = ("range", "islice", "count", "cycle", "repeat", "trange")
TAKES_RANK = ("DistributedSampler", "partition")  # their arguments (data, number of ranks, rank), (count, rank, ...)


@dataclass(frozen=True)
class ScriptCalls:
    """Each as "file, line N", None where there is no such call.

    A call that stands under a condition may never be made, and counts for nothing but what is marked with a star, which
    only explains what was seen or keeps a finding back.

    clips: gradients are clipped; may_clip*: or may be; synchronizes: the wrapped optimizer's `synchronize()`; waits*:
    anything's, but a GPU's; skips*: the optimizer's `skip_synchronize()`; scales*: a GradScaler; torch_sync_batch_norm:
    torch's own, which asks torch.distributed, and uses_torch_distributed*: which was begun; dropped: a collective call
    of which nobody takes the result, and its name; local_rank_as_rank: the local rank decides which part of the data a
    rank gets; cuts_by_rank*: a slice begins at the rank; data_loops: loops (file, first line, last line) with a step in
    them that end when the data do;
    state_loaded_alone: one rank loads the optimizer's state, and nobody sends it; long_schedule: a schedule counts the
    batches of all the data; mismatch: what was gathered is paired with what does not belong to it; own_statistics: the
    data are prepared by a statistic of a rank's own part; process_set: gradients are averaged among some of the ranks
    only; hashes_by_size: a hash is taken modulo the number of workers; torch: what it shows of torch.distributed.
    """

    clips: str | None = None
    may_clip: str | None = None
    synchronizes: str | None = None
    waits: str | None = None
    skips: str | None = None
    scales: str | None = None
    torch_sync_batch_norm: str | None = None
    uses_torch_distributed: str | None = None
    dropped: tuple[str, str] | None = None
    local_rank_as_rank: str | None = None
    cuts_by_rank: str | None = None
    data_loops: tuple[tuple[str, int, int], ...] = ()
    state_loaded_alone: str | None = None
    long_schedule: str | None = None
    mismatch: Mismatch | None = None
    own_statistics: str | None = None
    process_set: str | None = None
    hashes_by_size: str | None = None
    torch: TorchCalls = NO_TORCH_CALLS

    def ends_with_data(self, where: str | None) -> bool:
        """Whether that line, as "file, line N", is in such a loop."""
        return lies_within(where, self.data_loops)


NO_CALLS = ScriptCalls()


def read_calls(script: Path) -> ScriptCalls:
    """From the script and the modules beside it that it imports. A text that does not parse shows nothing."""
    trees = own_trees(script)
    wrapped = asks([*trees.values()], "DistributedOptimizer")
    optimizers = tainted([*trees.values()], wrapped)
    certain = _certain(trees)
    dropped = _dropped(trees, certain)
    return ScriptCalls(
        clips=_where(_first(trees, _is_call(*CLIPS), certain)),
        may_clip=_where(_first(trees, _is_call(*CLIPS))),
        synchronizes=_where(_first(trees, lambda node: _synchronizes(node, optimizers, wrapped), certain)),
        waits=_where(_first(trees, lambda node: _is_call("synchronize")(node) and "cuda" not in ast.unparse(node))),
        skips=_where(_first(trees, _is_call("skip_synchronize"))),
        scales=_where(_first(trees, _is_call("GradScaler"))),
        torch_sync_batch_norm=_where(_first(trees, _is_torch_sync_batch_norm, certain)),
        uses_torch_distributed=_where(_first(trees, _is_call("init_process_group"))),
        dropped=(_where(dropped) or "", _name(dropped[1].func)) if dropped else None,
        local_rank_as_rank=_where(_local_rank_as_rank(trees, certain)),
        cuts_by_rank=_where(_cut_by_rank(trees)),
        state_loaded_alone=loaded_alone(trees),
        long_schedule=long_schedule(trees),
        mismatch=mismatch(trees),
        own_statistics=own_statistics(trees),
        process_set=_where(_first(trees, _averages_in_set)),
        hashes_by_size=_where(_hash_by_size(trees)),
        torch=read_torch_calls(script),
        data_loops=tuple((name, *lines) for name, tree in trees.items() for lines in _data_loops(tree)),
    )


Found = tuple[str, ast.expr]


def _first(
    trees: dict[str, ast.Module], wanted: Callable[[ast.AST], bool], among: set[int] | None = None
) -> Found | None:
    nodes = ((name, node) for name, tree in trees.items() for node in ast.walk(tree) if isinstance(node, ast.expr))
    found = (one for one in nodes if wanted(one[1]) and (among is None or id(one[1]) in among))
    return min(found, key=lambda one: one[1].lineno, default=None)


def _cut_by_rank(trees: dict[str, ast.Module]) -> Found | None:
    source = asks([*trees.values()], "rank")
    found = tainted([*trees.values()], source)

    def begins_at_rank(node: ast.AST) -> bool:
        return isinstance(node, ast.Slice) and node.lower is not None and carries(node.lower, found, source)

    return _first(trees, begins_at_rank)


def _certain(trees: dict[str, ast.Module]) -> set[int]:
    """Ids of what stands under no condition; under that of being the main program it does stand."""
    found: set[int] = set()
    waiting: list[ast.AST] = [*trees.values()]
    while waiting:
        node = waiting.pop()
        found.add(id(node))
        if not (isinstance(node, ast.If | ast.IfExp) and "__main__" not in ast.unparse(node.test)):
            waiting += ast.iter_child_nodes(node)
    return found


def _where(found: Found | None) -> str | None:
    return f"{found[0]}, line {found[1].lineno}" if found else None


def _is_call(*names: str) -> Callable[[ast.AST], bool]:
    return lambda node: isinstance(node, ast.Call) and _name(node.func) in names


def _name(function: ast.expr) -> str:
    """The last part of what is called."""
    return function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")


def _synchronizes(node: ast.AST, optimizers: set[str], wrapped: Source) -> bool:
    """`optimizer.synchronize()` of a wrapped one; not `hvd.synchronize(handle)`, nor a GPU's."""
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "synchronize"):
        return False
    return carries(node.func.value, optimizers, wrapped)


def _hash_by_size(trees: dict[str, ast.Module]) -> Found | None:
    source = asks([*trees.values()], "size")
    found = tainted([*trees.values()], source)

    def takes_modulo(node: ast.AST) -> bool:
        if not (isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod)):
            return False
        hashes = any(_is_call("hash")(part) for part in ast.walk(node.left))
        return hashes and carries(node.right, found, source)

    return _first(trees, takes_modulo)


def _averages_in_set(node: ast.AST) -> bool:
    """`DistributedOptimizer(..., process_set=some)`; the global one is that of all ranks."""
    if not (isinstance(node, ast.Call) and _name(node.func) == "DistributedOptimizer"):
        return False
    return any(word.arg == "process_set" and "global" not in ast.unparse(word.value) for word in node.keywords)


def _is_torch_sync_batch_norm(node: ast.AST) -> bool:
    if isinstance(node, ast.Call) and _name(node.func) == "convert_sync_batchnorm":
        return True
    called = ast.unparse(node.func) if isinstance(node, ast.Call) else ""
    return called.endswith("SyncBatchNorm") and ("nn." in called or called == "SyncBatchNorm")


def _dropped(trees: dict[str, ast.Module], certain: set[int]) -> tuple[str, ast.Call] | None:
    """A statement that is nothing but such a call, of a variable that is read after it as if it had been changed."""
    of_horovod = asks([*trees.values()], *RETURNING)
    scopes = [(name, node) for name, tree in trees.items() for node in ast.walk(tree) if isinstance(node, SCOPES)]
    found = [(name, call) for name, scope in scopes for call in _bare_calls(scope, of_horovod) if id(call) in certain]
    return min(found, key=lambda one: one[1].lineno, default=None)


def _bare_calls(scope: ast.AST, of_horovod: Source) -> Iterator[ast.Call]:
    own = [*of_scope(scope)]
    reads = [node for node in own if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)]
    for node in own:
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) and of_horovod(node.value):
            first = next(iter(node.value.args), None)
            if isinstance(first, ast.Name) and any(read.id == first.id and read.lineno > node.lineno for read in reads):
                yield node.value


def _local_rank_as_rank(trees: dict[str, ast.Module], certain: set[int]) -> Found | None:
    source = asks([*trees.values()], "local_rank")
    found = tainted([*trees.values()], source)
    rank = asks([*trees.values()], "rank")
    return _first(trees, lambda node: any(_only(part, found, source, rank) for part in _parts_by_rank(node)), certain)


def _only(part: ast.expr, found: set[str], local: Source, rank: Source) -> bool:
    """Whether a value comes of the local rank, and not of the rank as well."""
    return carries(part, found, local) and not any(rank(node) for node in ast.walk(part))


def _parts_by_rank(node: ast.AST) -> Iterator[ast.expr]:
    """What decides which part of the data is taken: a sampler's rank, where a slice begins that skips."""
    if isinstance(node, ast.Call) and _name(node.func) in TAKES_RANK:
        place = 2 if _name(node.func) == "DistributedSampler" else 1
        yield from node.args[place : place + 1]
        yield from (word.value for word in node.keywords if word.arg == "rank")
    elif isinstance(node, ast.Call) and _name(node.func) == "shard":  # of a data set: shard(number, index)
        yield from node.args[1:2]
        yield from (word.value for word in node.keywords if word.arg == "index")
    elif isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Slice) and node.slice.step and node.slice.lower:
        yield node.slice.lower


def _data_loops(tree: ast.Module) -> Iterator[tuple[int, int]]:
    """The innermost `for` around a call of `step`, where nothing counts its rounds and no `break` ends it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.For) and _is_innermost_around_step(node):
            words = {_name(call.func) for call in ast.walk(node.iter) if isinstance(call, ast.Call)}
            ends = any(isinstance(part, ast.Break | ast.Return) for part in ast.walk(node))
            if not (words & {*COUNTING} or ends):
                yield node.lineno, node.end_lineno or node.lineno


def _is_innermost_around_step(loop: ast.For) -> bool:
    inside = [node for node in ast.walk(loop) if node is not loop]
    nested = {id(part) for node in inside if isinstance(node, ast.For | ast.While) for part in ast.walk(node)}
    return any(_is_call("step")(node) and id(node) not in nested for node in inside)
