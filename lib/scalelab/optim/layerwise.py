"""What the layer-wise optimizers share: a step over many tensors at once."""

from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor
from torch.optim.optimizer import ParamsT

LOAD = 1 << 18  # numbers that are worked on together on a CPU


class LayerwiseOptimizer(torch.optim.Optimizer):
    """An optimizer whose `update` takes many tensors together, so that small ones do not wait for one another.

    Each tensor counts as a layer. In a group with `adapt=False` layers get no learning rate of their own: `exclude`
    makes such groups for biases and norms.
    """

    def __init__(self, params: ParamsT, **defaults: object):
        super().__init__(params, {"adapt": True, **defaults})

    @torch.no_grad()
    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """One update of all weights that have a gradient. `closure`, if given, computes the loss anew."""
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        for group in self.param_groups:
            self.start_group(group)
            for weights in chunks([weight for weight in group["params"] if weight.grad is not None]):
                self.update(group, weights, [weight.grad for weight in weights if weight.grad is not None])
        return loss

    def start_group(self, group: dict[str, Any]) -> None:
        """A step of the group begins."""

    def update(self, group: dict[str, Any], weights: list[Tensor], gradients: list[Tensor]) -> None:
        """Change `weights` in place, and nothing else but the state; the gradients stay as they are."""
        raise NotImplementedError

    def state_buffers(
        self, name: str, weights: list[Tensor], make: Callable[[Tensor], Tensor] = torch.zeros_like
    ) -> list[Tensor]:
        """The state `name` of each weight; at first what `make` gives for the weight."""
        for weight in weights:
            if name not in self.state[weight]:
                self.state[weight][name] = make(weight)
        return [self.state[weight][name] for weight in weights]


def chunks(weights: list[Tensor]) -> Iterator[list[Tensor]]:
    """The weights in portions: on a GPU, where every call costs, all in one; on a CPU as many as fit its cache.

    Gone through operation by operation, tensors that are larger than the cache together come from the memory each time.
    """
    if weights and weights[0].is_cuda:
        yield weights
        return
    load, count = [], 0
    for weight in weights:
        load.append(weight)
        count += weight.numel()
        if count >= LOAD:
            yield load
            load, count = [], 0
    if load:
        yield load


def norms(tensors: list[Tensor]) -> Tensor:
    """The Euclidean norm of each tensor: (len(tensors),)."""
    return torch.stack(list(torch._foreach_norm(tensors)))


def ratio(above: Tensor, below: Tensor) -> Tensor:
    """above / below for each layer, and 1 where either is 0: weights that are 0 must be able to leave it."""
    return torch.where((above > 0) & (below > 0), above / below, 1.0)
