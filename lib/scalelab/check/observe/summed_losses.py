"""Tells of losses that are added up over the ranks before the backward, whose gradients then count once a rank."""

import functools
from typing import Any

import torch
import torch.distributed.nn.functional as differentiable

from scalelab.check.events import SummedLoss
from scalelab.check.observe.hook import hook
from scalelab.check.observe.observer import Rank


def watch_summed(rank: Rank, loss: torch.Tensor, where: str | None) -> None:
    """Tell of this one number, a sum over the ranks, when a backward passes through it."""
    if rank.in_full and loss.numel() == 1 and loss.requires_grad:
        loss.register_hook(lambda gradient: rank.tell(SummedLoss(rank.step, where, float(gradient))))


def install(rank: Rank) -> None:
    """Watch torch.distributed's all_reduce that gradients pass through; Horovod's is watched with its other calls."""
    original = differentiable.all_reduce

    @functools.wraps(original)
    def observed(tensor: torch.Tensor, op: Any = torch.distributed.ReduceOp.SUM, *more: Any, **options: Any) -> Any:
        total = original(tensor, op, *more, **options)
        if op == torch.distributed.ReduceOp.SUM:
            watch_summed(rank, total, rank.where())
        return total

    for module in (differentiable, torch.distributed.nn):
        hook(module, "all_reduce", observed)
