"""Follows the steps of a script's optimizers: for the conversion check, and for exercises that leave all as it is."""

from collections.abc import Callable

import torch
from torch.optim.optimizer import register_optimizer_step_post_hook, register_optimizer_step_pre_hook

Watcher = Callable[[torch.optim.Optimizer], None]


class OptimizerSteps:
    """Calls `before` and `after` at each step, but not where `quiet` says so.

    Horovod's wrapped optimizer steps within its step, which counts once.
    """

    def __init__(self, before: Watcher, after: Watcher, quiet: Callable[[], bool]):
        self.before, self.after, self.quiet, self.depth = before, after, quiet, 0
        register_optimizer_step_pre_hook(lambda optimizer, *_: self._begin(optimizer))
        register_optimizer_step_post_hook(lambda optimizer, *_: self._end(optimizer))

    def _begin(self, optimizer: torch.optim.Optimizer) -> None:
        self.depth += 1
        if self.depth == 1 and not self.quiet():
            self.before(optimizer)

    def _end(self, optimizer: torch.optim.Optimizer) -> None:
        self.depth -= 1
        if self.depth == 0 and not self.quiet():
            self.after(optimizer)


def trained(optimizer: torch.optim.Optimizer) -> list[torch.nn.Parameter]:
    """The optimizer's parameters that are not frozen."""
    return [p for group in optimizer.param_groups for p in group["params"] if p.requires_grad]


def is_shard(tensor: torch.Tensor) -> bool:
    """Whether it holds a rank's own part of a larger tensor."""
    return type(tensor).__name__ in ("DTensor", "FlatParameter")


def keeps_part(optimizer: torch.optim.Optimizer) -> bool:
    """Whether each rank keeps another part of its state, as ZeRO does."""
    return type(optimizer).__name__ == "ZeroRedundancyOptimizer"


def state(optimizer: torch.optim.Optimizer) -> list[torch.Tensor]:
    """Momentum and the like, in the order of the parameters."""
    held = [optimizer.state[p] for p in trained(optimizer) if optimizer.state.get(p)]  # ZeRO has None of others' parts
    return [one[name] for one in held for name in sorted(one, key=str) if isinstance(one[name], torch.Tensor)]
