"""Tells of the script's calls of Horovod; what Horovod calls within them is counted, not told."""

import functools
import sys
import threading
from collections.abc import Callable

import torch

from scalelab.parallel.check.events import Call, Wrapped
from scalelab.parallel.check.observe.rank import Rank

NAMES = [
    "init", "shutdown", "rank", "local_rank", "size", "synchronize", "join", "barrier", "alltoall", "broadcast",
    "broadcast_", "broadcast_async", "broadcast_async_", "broadcast_parameters", "broadcast_optimizer_state",
    "broadcast_object", "allreduce", "allreduce_", "allreduce_async", "allreduce_async_", "grouped_allreduce",
    "grouped_allreduce_", "grouped_allreduce_async", "grouped_allreduce_async_", "sparse_allreduce_async",
    "allgather", "allgather_async", "allgather_object", "grouped_allgather", "grouped_allgather_async",
    "reducescatter", "reducescatter_async", "grouped_reducescatter", "grouped_reducescatter_async",
]
ASKED_OFTEN = {"rank", "local_rank", "size"}  # told the first time only
MOST_CALLS = 5000


def install(rank: Rank) -> None:
    """Put an observer around every call, in all of Horovod's modules, before the script imports them."""
    import horovod.torch as hvd

    for name in NAMES:
        _replace(getattr(hvd, name), _observed(rank, name, getattr(hvd, name)))
    _replace(hvd.DistributedOptimizer, _observed_wrapping(rank, hvd.DistributedOptimizer))


def _replace(old: Callable, new: Callable) -> None:
    for module in [m for name, m in sys.modules.items() if name.startswith("horovod.torch")]:
        for name, value in list(vars(module).items()):
            if value is old:
                setattr(module, name, new)


def _observed(rank: Rank, name: str, original: Callable) -> Callable:
    told: set[str] = set()

    @functools.wraps(original)
    def observed(*arguments, **options):
        if rank.quiet or threading.get_ident() != rank.main_thread:
            _count(rank, name, arguments)
            return original(*arguments, **options)
        if name in ASKED_OFTEN and name in told:
            return original(*arguments, **options)
        told.add(name)
        return _tell_and_call(rank, name, original, arguments, options)

    return observed


def _tell_and_call(rank: Rank, name: str, original: Callable, arguments: tuple, options: dict):
    caller = sys._getframe(2)
    wrapped = caller.f_globals.get("__name__", "").startswith("horovod.torch.optimizer")
    tensors = _tensors(arguments)
    tensor = options.get("name") or next((value for value in arguments if isinstance(value, str)), None)
    _count(rank, name, arguments)
    rank.calls += 1
    if rank.in_full or not wrapped:
        rank.told_calls += 1
        if rank.told_calls <= MOST_CALLS:
            elements = sum(t.numel() for t in tensors)
            rank.tell(Call(name, rank.step, rank.where(caller), tensor, elements, wrapped))
    before, rank.call = rank.call, (name, tensor, wrapped)
    rank.quiet += 1
    try:
        return original(*arguments, **options)
    finally:
        rank.quiet -= 1
        rank.call = before


def _observed_wrapping(rank: Rank, original: Callable) -> Callable:
    @functools.wraps(original)
    def wrap(optimizer, *arguments, **options):
        lost = id(optimizer) in rank.used and _has_state(optimizer)
        rank.tell(Wrapped(rank.step, rank.where(sys._getframe(1)), lost))
        rank.replaced.append(optimizer)
        rank.quiet += 1
        try:
            return original(optimizer, *arguments, **options)
        finally:
            rank.quiet -= 1

    return wrap


def _has_state(optimizer: torch.optim.Optimizer) -> bool:
    """Whether there is anything to lose but zeros."""
    held = [value for one in optimizer.state.values() for value in one.values() if isinstance(value, torch.Tensor)]
    return any(tensor.numel() > 1 and bool(tensor.any()) for tensor in held)


def _count(rank: Rank, name: str, arguments: tuple) -> None:
    """Add up what broadcasts and gatherings bring: a rank that got a model's worth has got a model."""
    if name.startswith(("broadcast", "allgather", "allreduce")):
        rank.received += sum(t.numel() * t.element_size() for t in _tensors(arguments)) / 4


def _tensors(arguments: tuple) -> list[torch.Tensor]:
    flat = [item for value in arguments for item in (value if isinstance(value, (list, tuple)) else [value])]
    return [item for item in flat if isinstance(item, torch.Tensor)]
