"""Follows gradients from the backward that makes them to the step that uses them."""

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

import torch

from scalelab.check.events import Zeroed
from scalelab.check.observe.batches import Batches
from scalelab.check.observe.hook import hook
from scalelab.check.observe.observer import FULL_STEPS, Rank
from scalelab.check.source.control_flow import Loop, common, loops


class Backward:
    """Whether gradients wait to be used, and where in the script the backward was called."""

    def __init__(self, rank: Rank, batches: Batches):
        self.rank, self.batches = rank, batches
        self.unused = False
        self.loops: list[Loop] = []

    def ran(self, frame: FrameType) -> None:
        """A backward has been called from this frame."""
        if self.rank.batch_loop is None:
            self.loops = loops(self.rank.stack(frame))
        self.unused = True
        self.rank.exchanged += sum(self.rank.awaited.values())
        self.rank.awaited.clear()
        self.batches.finish()

    def step(self, frame: FrameType) -> None:
        """An optimizer steps: the innermost loop that holds both calls is the one over batches."""
        if self.rank.batch_loop is None:
            self.rank.batch_loop = common(self.loops, loops(self.rank.stack(frame)))
        self.unused = False

    def zeroed(self, frame: FrameType) -> None:
        """Gradients are reset."""
        if self.unused and self.rank.step < FULL_STEPS and not self.rank.quiet:
            self.rank.tell(Zeroed(self.rank.step, self.rank.where(frame)))


def install(rank: Rank, batches: Batches) -> Backward:
    """Hook the backward and both ways to reset gradients."""
    backward = Backward(rank, batches)
    run = torch.autograd.backward

    def observed(*arguments: Any, **options: Any) -> None:
        run(*arguments, **options)
        backward.ran(sys._getframe(1))

    hook(torch.autograd, "backward", observed)
    for owner in (torch.optim.Optimizer, torch.nn.Module):
        hook(owner, "zero_grad", _observed_reset(backward, owner.zero_grad))
    return backward


def _observed_reset(backward: Backward, original: Callable[..., Any]) -> Callable[..., Any]:
    def zero_grad(*arguments: Any, **options: Any) -> Any:
        backward.zeroed(sys._getframe(1))
        return original(*arguments, **options)

    return zero_grad
