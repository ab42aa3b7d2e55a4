"""Tells what a rank's own backward makes of each gradient, before any exchange, and how its loss was weighted."""

from collections.abc import Iterable
from functools import partial

import torch

from scalelab.check.observe.losses import watch_losses
from scalelab.check.observe.observer import Rank


class OwnGradients:
    """Follows parameters and losses while steps are told in full."""

    def __init__(self, rank: Rank):
        self.rank = rank
        self.followed: set[int] = set()
        self.sums: dict[int, float] = {}
        self.loss_weight, self.losses = 0.0, 0
        watch_losses(self.loss)

    def follow(self, parameters: Iterable[torch.nn.Parameter]) -> None:
        """Note their gradients from now on."""
        for parameter in parameters:
            if id(parameter) not in self.followed:
                self.followed.add(id(parameter))
                parameter.register_hook(partial(self.made, parameter))

    def made(self, parameter: torch.nn.Parameter, gradient: torch.Tensor) -> None:
        """A backward adds this to the parameter's gradient, which is None or zero after a reset."""
        if not self.rank.in_full or gradient.is_complex():
            return
        reset = parameter.grad is None or not _sum(parameter.grad.abs())
        before = 0.0 if reset else self.sums.get(id(parameter), 0.0)
        self.sums[id(parameter)] = before + _sum(gradient)

    def loss(self, _output: torch.Tensor, target: torch.Tensor, loss: torch.Tensor, summed: bool) -> None:
        """A loss was computed; a sum over the batch weighs as many times a mean as there are examples."""
        if self.rank.in_full and loss.requires_grad:
            loss.register_hook(partial(self._weigh, len(target) if summed and target.ndim else 1))

    def _weigh(self, examples: int, gradient: torch.Tensor) -> None:
        self.loss_weight += examples * _sum(gradient)
        self.losses += 1

    def taken(self, parameters: list[torch.nn.Parameter]) -> tuple[list[float], float, int]:
        """The sums of these parameters' gradients, if all are known, and the weight of how many losses.

        They are then forgotten.
        """
        known = all(id(p) in self.sums for p in parameters if p.grad is not None)
        sums = [self.sums.pop(id(p), 0.0) for p in parameters] if known else []
        weight, losses = self.loss_weight, self.losses
        self.loss_weight, self.losses = 0.0, 0
        return sums, weight, losses


def _sum(tensor: torch.Tensor) -> float:
    values = tensor.detach()
    values = values.coalesce().values() if values.is_sparse else values
    return float(values.sum(dtype=torch.float64))
