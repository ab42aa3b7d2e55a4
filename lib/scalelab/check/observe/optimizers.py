"""Tells of every optimizer step, and lets the ranks begin from slightly different weights.

A script that seeds all ranks alike begins alike without a broadcast, by luck; so the weights of all ranks but the
first are stretched a little when their optimizer is made, unless the script has already made them equal. The
broadcast of a converted script mends that before the first step. Scripts of torch.distributed keep theirs: to seed all
ranks alike is how its own tutorials begin.
"""

import sys
import time
from collections.abc import Iterable
from typing import Any

import torch

from scalelab.check.events import Call, LearningRate, Step
from scalelab.check.observe.backward import Backward
from scalelab.check.observe.ending import perhaps_end
from scalelab.check.observe.fingerprint import fingerprint
from scalelab.check.observe.hook import hook
from scalelab.check.observe.observer import Rank
from scalelab.check.observe.own_gradients import OwnGradients
from scalelab.check.observe.steps import OptimizerSteps, is_shard, keeps_part, state, trained

STRETCH = 1e-3
MOST_LRS = 500  # changes of the learning rate that are told
EXCHANGE = "allreduce"  # by whatever name a wrapped optimizer or model calls it


def install(rank: Rank, backward: Backward) -> None:
    """Hook the making and the stepping of all optimizers."""
    watcher = Watcher(rank, backward)
    made = torch.optim.Optimizer.__init__

    def make(optimizer: torch.optim.Optimizer, *arguments: Any, **options: Any) -> None:
        made(optimizer, *arguments, **options)
        watcher.made(optimizer)

    hook(torch.optim.Optimizer, "__init__", make)
    load = torch.nn.Module.load_state_dict

    def load_state_dict(module: torch.nn.Module, *arguments: Any, **options: Any) -> Any:
        watcher.loaded = True
        return load(module, *arguments, **options)

    hook(torch.nn.Module, "load_state_dict", load_state_dict)
    load_optimizer = torch.optim.Optimizer.load_state_dict

    def load_optimizer_state(optimizer: torch.optim.Optimizer, *arguments: Any, **options: Any) -> None:
        watcher.used(optimizer)
        return load_optimizer(optimizer, *arguments, **options)

    hook(torch.optim.Optimizer, "load_state_dict", load_optimizer_state)
    OptimizerSteps(watcher.before, watcher.after, quiet=lambda: bool(rank.quiet))


class Watcher:
    """Tells of the optimizers of a rank."""

    def __init__(self, rank: Rank, backward: Backward):
        self.rank, self.backward, self.own = rank, backward, OwnGradients(rank)
        self.loaded = False
        self.stretched: set[int] = set()
        self.numbers: dict[int, int] = {}
        self.lrs: dict[int, float] = {}  # the learning rate told last, by optimizer
        self.told_lrs = 0
        self.made_with: dict[int, float] = {}  # the learning rate at first, by the id of the optimizer
        self.seen: tuple[list[float], list[float], str | None] | None = None  # of a step that is told

    def made(self, optimizer: torch.optim.Optimizer) -> None:
        """Stretch the weights of a new optimizer on every rank but 0, unless a broadcast or a checkpoint made them
        equal.
        """
        self.made_with[id(optimizer)] = _lr(optimizer)
        parameters = trained(optimizer)
        self.rank.note_frozen(p for group in optimizer.param_groups for p in group["params"])
        self.own.follow(parameters)
        self.rank.trained |= {id(p) for p in parameters}
        new = [p for p in parameters if id(p) not in self.stretched]
        self.stretched |= {id(p) for p in new}
        equal = self.loaded or self.rank.received >= sum(p.numel() for p in parameters) / 2
        if equal or self.rank.rank == 0 or self.rank.step or self.rank.engine == "ddp":
            return
        with torch.no_grad():
            for parameter in new:
                parameter.data.mul_(1 + STRETCH * self.rank.rank)

    def used(self, optimizer: torch.optim.Optimizer) -> None:
        """Its state is the script's own from now on, not what `broadcast_optimizer_state` filled in."""
        if not self.rank.quiet:
            self.rank.used.add(id(optimizer))

    def before(self, optimizer: torch.optim.Optimizer) -> None:
        """A step of an optimizer begins."""
        self.rank.note_unfreezing()
        self.rank.began = self.rank.began or time.monotonic()
        self.used(optimizer)
        self.backward.step(sys._getframe(1))
        number = self._number(optimizer)
        first = number not in self.lrs
        self.seen = None
        if not (self.rank.tells(number) or first):
            return
        self.rank.sharded = self.rank.sharded or any(map(is_shard, trained(optimizer)))
        self.seen = (
            self._fingerprint(trained(optimizer)),
            self._fingerprint(state(optimizer)) if first and not keeps_part(optimizer) else [],
            self.rank.where(sys._getframe(1)),
        )

    def _fingerprint(self, tensors: Iterable[torch.Tensor | None]) -> list[float]:
        """Nothing where each rank holds another part."""
        return [] if self.rank.sharded or self._steps_copies() else fingerprint(tensors)

    def _steps_copies(self) -> bool:
        """Whether optimizers step what no model has that was called, as where each keeps a part of the weights."""
        return bool(self.rank.called) and not self.rank.called & self.rank.trained

    def after(self, optimizer: torch.optim.Optimizer) -> None:
        """A step of an optimizer has ended."""
        if self.seen:
            self._tell(optimizer, *self.seen)
            self._tell_exchange()
        self._tell_lr(optimizer)
        self.rank.stepped(self._number(optimizer), self._averaged(optimizer))
        self.rank.exchanged = self.rank.averaged = 0
        perhaps_end(self.rank, self.backward.batches)

    def _tell(
        self, optimizer: torch.optim.Optimizer, weights: list[float], held: list[float], where: str | None
    ) -> None:
        parameters = trained(optimizer)
        gradients = self._fingerprint(p.grad for p in parameters)
        lr, device = _lr(optimizer), _device(parameters)
        replaced = any(optimizer is one for one in self.rank.replaced)
        own, loss_weight, losses = self.own.taken(parameters if gradients else [])
        step = Step(
            self.rank.step,
            where,
            self._number(optimizer),
            lr,
            weights,
            gradients,
            held,
            device,
            replaced,
            own,
            loss_weight,
            losses,
            wrapped=hasattr(optimizer, "skip_synchronize") or any(id(p) in self.rank.covered for p in parameters),
            idle=all(p.grad is None for p in parameters),
            keeps_state=any(tensor.numel() > 1 for tensor in state(optimizer)),
        )
        self.rank.tell(step)

    def _tell_exchange(self) -> None:
        if self.rank.exchanged:
            self.rank.tell(Call(EXCHANGE, self.rank.step, None, elements=self.rank.exchanged, wrapped=True))

    def _averaged(self, optimizer: torch.optim.Optimizer) -> bool:
        """Whether the ranks have exchanged its gradients, and not only a metric, since the last step."""
        if self.rank.exchanged or not self.rank.averaged:
            return bool(self.rank.exchanged)
        return 2 * self.rank.averaged >= sum(p.numel() for p in trained(optimizer) if p.grad is not None)

    def _tell_lr(self, optimizer: torch.optim.Optimizer) -> None:
        number, lr = self._number(optimizer), _lr(optimizer)
        if self.lrs.get(number) != lr and self.told_lrs < MOST_LRS:
            self.lrs[number] = lr
            self.told_lrs += 1
            self.rank.tell(LearningRate(self.rank.step, number, lr, self.made_with.get(id(optimizer))))

    def _number(self, optimizer: torch.optim.Optimizer) -> int:
        return self.numbers.setdefault(id(optimizer), len(self.numbers))


def _lr(optimizer: torch.optim.Optimizer) -> float:
    return float(optimizer.param_groups[0].get("lr", 0.0))


def _device(parameters: list[torch.nn.Parameter]) -> str | None:
    """The GPU that holds the weights, by an id that no other GPU has."""
    if not parameters or parameters[0].device.type != "cuda":
        return None
    return str(torch.cuda.get_device_properties(parameters[0].device).uuid)
