"""Tells of the script's calls of torch.distributed, and of its models in DistributedDataParallel."""

import functools
import os
import sys
from collections.abc import Callable
from typing import Any

import torch
import torch.distributed as dist
from torch.distributed.algorithms.join import Join
from torch.nn.parallel import DistributedDataParallel

from scalelab.check.events import AVERAGING, Alive, Call, Wrapped
from scalelab.check.observe.hook import around, hook
from scalelab.check.observe.observer import Rank

# In the script's own name; what torch calls by itself, say within ZeroRedundancyOptimizer, is its own business.
NAMES = [
    "init_process_group", "destroy_process_group", "get_rank", "get_world_size", "barrier", "monitored_barrier",
    "broadcast", "broadcast_object_list", "all_reduce", "all_reduce_coalesced", "reduce", "all_gather",
    "all_gather_into_tensor", "all_gather_object", "gather", "gather_object", "scatter", "scatter_object_list",
    "reduce_scatter", "reduce_scatter_tensor", "all_to_all", "all_to_all_single", "send", "recv", "isend", "irecv",
    "batch_isend_irecv",
]  # fmt: skip
ASKED_OFTEN = {"get_rank", "get_world_size"}  # told the first time only
BRINGING = ("broadcast", "all_gather", "all_reduce", "scatter", "recv", "irecv")
MOST_CALLS = 5000
Function = Callable[..., Any]


def install(rank: Rank) -> None:
    """Put an observer around every call, before the script imports them."""
    for name in NAMES:
        original = getattr(dist, name)
        observer = _observed(rank, name, original)
        hook(dist, name, observer)
        hook(dist.distributed_c10d, name, observer)
    around(Join, "__exit__", functools.partial(_note, rank, "join"))  # it has run out, and lets the others go on
    around(DistributedDataParallel, "no_sync", functools.partial(_note, rank, "no_sync"))
    around(DistributedDataParallel, "__init__", functools.partial(_wrap, rank))
    around(DistributedDataParallel, "forward", functools.partial(_forward, rank))
    if rank.engine == "ddp":
        hook(torch.multiprocessing, "spawn", functools.partial(_spawn, rank))


def _observed(rank: Rank, name: str, original: Function) -> Function:
    noted = False

    @functools.wraps(original)
    def observed(*arguments: Any, **options: Any) -> Any:
        nonlocal noted
        tensors = _tensors((*arguments, *options.values()))
        if name.startswith(BRINGING):
            rank.received += sum(tensor.numel() for tensor in tensors)
        own_doing = sys._getframe(1).f_globals.get("__name__", "").startswith("torch.")
        if (rank.quiet or own_doing) and name != "init_process_group":
            return original(*arguments, **options)
        if not (noted and name in ASKED_OFTEN) and rank.calls_of_script < MOST_CALLS:
            noted = True
            rank.calls_of_script += 1
            rank.tell(Call(name, rank.step, rank.where(), elements=sum(tensor.numel() for tensor in tensors[:1])))
        rank.calls += 1
        rank.averaged += sum(tensor.numel() for tensor in tensors[:1]) if name.startswith(AVERAGING) else 0
        _tell_place(rank, name)
        rank.quiet += 1
        try:
            return original(*arguments, **options)
        finally:
            rank.quiet -= 1

    return observed


def _tell_place(rank: Rank, name: str) -> None:
    """Where the rank is, the first time that it calls from there: gloo ends one whose call meets another at once."""
    place = f"{name} at {rank.where()}"
    if rank.step and place not in rank.noted:
        rank.noted.add(place)
        rank.tell(Alive(rank.step, rank.where(), name, calls=rank.calls, **rank.surroundings(rank.stack())))


def _note(rank: Rank, name: str, original: Function, *arguments: Any, **options: Any) -> Any:
    """Tell that this was called, the first time."""
    if name not in rank.noted:
        rank.noted.add(name)
        rank.tell(Call(name, rank.step, rank.where()))
    return original(*arguments, **options)


def _wrap(rank: Rank, original: Function, model: DistributedDataParallel, *arguments: Any, **options: Any) -> None:
    """A model is wrapped, which makes its weights those of rank 0."""
    rank.tell(Wrapped(rank.step, rank.where(), state=False))
    rank.quiet += 1
    try:
        original(model, *arguments, **options)
    finally:
        rank.quiet -= 1
    rank.note_frozen(model.parameters())
    rank.covered |= {id(parameter) for parameter in model.parameters()}
    rank.received += sum(parameter.numel() for parameter in model.parameters())


def _forward(rank: Rank, original: Function, model: DistributedDataParallel, *arguments: Any, **options: Any) -> Any:
    output = _note(rank, "forward", original, model, *arguments, **options)
    if torch.is_grad_enabled() and model.require_backward_grad_sync:
        rank.awaited[id(model)] = sum(p.numel() for p in model.parameters() if p.requires_grad)
    return output


def _spawn(rank: Rank, function: Function, args: tuple[Any, ...] = (), nprocs: int = 1, *_: Any, **__: Any) -> None:
    """The ranks are there already: this one does what the process of its number would have done."""
    if nprocs != rank.size:
        raise SystemExit(f"torch.multiprocessing.spawn was asked for {nprocs} processes, and {rank.size} ranks run.")
    os.environ.pop("TORCHELASTIC_USE_AGENT_STORE", None)  # the script names a meeting place of its own
    function(rank.rank, *args)


def _tensors(arguments: tuple[Any, ...]) -> list[torch.Tensor]:
    flat = [item for value in arguments for item in (value if isinstance(value, list | tuple) else [value])]
    return [item for item in flat if isinstance(item, torch.Tensor)]
