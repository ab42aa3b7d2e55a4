"""Tells of the script's calls of Horovod; what Horovod calls within them is counted, not told."""

import contextlib
import functools
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any

import torch

from scalelab.check.events import AVERAGING, Call, Wrapped
from scalelab.check.observe.observer import Rank
from scalelab.check.observe.summed_losses import watch_summed

NAMES = [
    "init", "shutdown", "rank", "local_rank", "size", "synchronize", "join", "barrier", "alltoall", "broadcast",
    "broadcast_", "broadcast_async", "broadcast_async_", "broadcast_parameters", "broadcast_optimizer_state",
    "broadcast_object", "allreduce", "allreduce_", "allreduce_async", "allreduce_async_", "grouped_allreduce",
    "grouped_allreduce_", "grouped_allreduce_async", "grouped_allreduce_async_", "sparse_allreduce_async",
    "allgather", "allgather_async", "allgather_object", "grouped_allgather", "grouped_allgather_async",
    "reducescatter", "reducescatter_async", "grouped_reducescatter", "grouped_reducescatter_async",
]  # fmt: skip
ASKED_OFTEN = {"rank", "local_rank", "size"}  # told the first time only
MOST_CALLS = 5000
Function = Callable[..., Any]


def install(rank: Rank) -> None:
    """Put an observer around every call, in all of Horovod's modules, before the script imports them."""
    import horovod.torch as hvd

    for name in NAMES:
        _replace(getattr(hvd, name), _observed(rank, name, getattr(hvd, name)))
    _replace(hvd.DistributedOptimizer, _observed_wrapping(rank, hvd.DistributedOptimizer))


def _replace(old: Function, new: Function) -> None:
    for module in [m for name, m in sys.modules.items() if name.startswith("horovod.torch")]:
        for name, value in list(vars(module).items()):
            if value is old:
                setattr(module, name, new)


def _observed(rank: Rank, name: str, original: Function) -> Function:
    noted: set[str] = set()

    @functools.wraps(original)
    def observed(*arguments: Any, **options: Any) -> Any:
        elements = _count(rank, name, arguments)
        if rank.quiet:
            return original(*arguments, **options)
        caller = sys._getframe(1)
        wrapped = caller.f_globals.get("__name__", "").startswith("horovod.torch.optimizer")
        if wrapped:
            rank.exchanged += elements  # told with the step: there may be hundreds of such calls in each
        elif name.startswith(AVERAGING):
            rank.averaged += elements
        if threading.get_ident() != rank.main_thread:  # the backward of a GPU's tensors has threads of its own
            return original(*arguments, **options)
        if name in ASKED_OFTEN and name in noted:
            return original(*arguments, **options)
        noted.add(name)
        tensor = options.get("name") or next((value for value in arguments if isinstance(value, str)), None)
        if not wrapped and rank.calls_of_script < MOST_CALLS:
            rank.calls_of_script += 1
            through = torch.is_grad_enabled() and any(t.requires_grad for t in _tensors(arguments))
            rank.tell(Call(name, rank.step, rank.where(caller), tensor, elements, differentiable=through))
        with _under_way(rank, (name, tensor, wrapped)):
            result = original(*arguments, **options)
        if name == "allreduce" and _sums(*arguments, **options):
            watch_summed(rank, result, rank.where(caller))
        return result

    return observed


@contextlib.contextmanager
def _under_way(rank: Rank, call: tuple[str, str | None, bool]) -> Iterator[None]:
    """The signs of life tell of this call; what Horovod calls within it is its own business."""
    before, rank.call = rank.call, call
    rank.calls += 1
    rank.quiet += 1
    try:
        yield
    finally:
        rank.quiet -= 1
        rank.call = before


def _sums(tensor: object, average: bool | None = None, *_: object, op: object = None, **__: object) -> bool:
    import horovod.torch as hvd

    return op == hvd.Sum if average is None else not average


def _observed_wrapping(rank: Rank, original: Function) -> Function:
    @functools.wraps(original)
    def wrap(optimizer: torch.optim.Optimizer, *arguments: Any, **options: Any) -> Any:
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


def _count(rank: Rank, name: str, arguments: tuple[Any, ...]) -> int:
    """Elements of the call's tensors; adds up what calls bring: a rank that got a model's worth has got a model."""
    tensors = _tensors(arguments)
    if name.startswith(("broadcast", "allgather", "allreduce")):
        rank.received += sum(t.numel() * t.element_size() for t in tensors) / 4
    return sum(t.numel() for t in tensors)


def _tensors(arguments: tuple[Any, ...]) -> list[torch.Tensor]:
    flat = [item for value in arguments for item in (value if isinstance(value, (list, tuple)) else [value])]
    return [item for item in flat if isinstance(item, torch.Tensor)]
