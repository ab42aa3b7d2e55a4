"""Tells of every optimizer step, and lets the ranks begin from slightly different weights.

A script that seeds all ranks alike begins alike without a broadcast, by luck; so the weights of all ranks but the
first are stretched a little when their optimizer is made, unless the script has already made them equal. The
broadcast of a converted script mends that before the first step.
"""

import sys
import time

import torch
from torch.optim.optimizer import register_optimizer_step_post_hook, register_optimizer_step_pre_hook

from scalelab.parallel.check.events import Step
from scalelab.parallel.check.observe.batches import Batches
from scalelab.parallel.check.observe.ending import perhaps_end
from scalelab.parallel.check.observe.fingerprint import fingerprint
from scalelab.parallel.check.observe.rank import Rank

STRETCH = 1e-3


def install(rank: Rank, batches: Batches) -> None:
    """Hook the making and the stepping of all optimizers."""
    watcher = Watcher(rank, batches)
    made = torch.optim.Optimizer.__init__

    def make(optimizer, *arguments, **options):
        made(optimizer, *arguments, **options)
        watcher.made(optimizer)

    torch.optim.Optimizer.__init__ = make
    load = torch.nn.Module.load_state_dict

    def load_state_dict(module, *arguments, **options):
        watcher.loaded = True
        return load(module, *arguments, **options)

    torch.nn.Module.load_state_dict = load_state_dict
    register_optimizer_step_pre_hook(lambda optimizer, *_: watcher.before(optimizer))
    register_optimizer_step_post_hook(lambda optimizer, *_: watcher.after(optimizer))


class Watcher:
    """Follows the optimizers of a rank; Horovod's wrapped optimizer steps within its step, which counts once."""

    def __init__(self, rank: Rank, batches: Batches):
        self.rank, self.batches = rank, batches
        self.loaded = False
        self.stretched: set[int] = set()
        self.depth = 0
        self.numbers: dict[int, int] = {}
        self.seen: tuple = ()

    def made(self, optimizer: torch.optim.Optimizer) -> None:
        parameters = trained(optimizer)
        new = [p for p in parameters if id(p) not in self.stretched]
        self.stretched |= {id(p) for p in new}
        equal = self.loaded or self.rank.received >= sum(p.numel() for p in parameters) / 2
        if equal or self.rank.rank == 0 or self.rank.step:
            return
        with torch.no_grad():
            for parameter in new:
                parameter.data.mul_(1 + STRETCH * self.rank.rank)

    def before(self, optimizer: torch.optim.Optimizer) -> None:
        self.depth += 1
        if self.depth > 1 or self.rank.quiet:
            return
        self.rank.began = self.rank.began or time.monotonic()
        self.batches.finish()
        if not self.rank.in_full:
            return
        self.seen = (
            fingerprint(trained(optimizer)),
            fingerprint(state(optimizer)),
            self.rank.where(sys._getframe(1)),
        )

    def after(self, optimizer: torch.optim.Optimizer) -> None:
        self.depth -= 1
        if self.depth or self.rank.quiet:
            return
        if self.rank.in_full:
            self._tell(optimizer)
        self.rank.step += 1
        perhaps_end(self.rank, self.batches)

    def _tell(self, optimizer: torch.optim.Optimizer) -> None:
        number = self.numbers.setdefault(id(optimizer), len(self.numbers))
        weights, held, where = self.seen
        gradients = fingerprint(p.grad for p in trained(optimizer))
        lr = float(optimizer.param_groups[0].get("lr", 0.0))
        self.rank.tell(Step(self.rank.step, where, number, lr, weights, gradients, held))


def trained(optimizer: torch.optim.Optimizer) -> list[torch.nn.Parameter]:
    """The optimizer's parameters that are not frozen."""
    return [p for group in optimizer.param_groups for p in group["params"] if p.requires_grad]


def state(optimizer: torch.optim.Optimizer) -> list[torch.Tensor]:
    """Momentum and the like, in the order of the parameters."""
    held = [optimizer.state[p] for p in trained(optimizer) if p in optimizer.state]
    return [one[name] for one in held for name in sorted(one, key=str) if isinstance(one[name], torch.Tensor)]
