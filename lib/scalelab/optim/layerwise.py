"""What the layer-wise optimizers share: a step over all tensors of a group at once."""

from collections.abc import Callable

import torch
from torch import Tensor


class LayerwiseOptimizer(torch.optim.Optimizer):
    """An optimizer whose `update` takes all tensors of a group together, so that none is handled one by one.

    Each tensor counts as a layer. In a group with `adapt=False` layers get no rate of their own: `exclude` makes such
    groups for biases and norms.
    """

    def __init__(self, params, **defaults: object):
        super().__init__(params, {"adapt": True, **defaults})

    @torch.no_grad()
    def step(self, closure: Callable[[], Tensor] | None = None) -> Tensor | None:
        """One update of all weights that have a gradient. `closure`, if given, computes the loss anew."""
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        for group in self.param_groups:
            weights = [weight for weight in group["params"] if weight.grad is not None]
            if weights:
                self.update(group, weights, [weight.grad for weight in weights])
        return loss

    def update(self, group: dict, weights: list[Tensor], gradients: list[Tensor]) -> None:
        """Change `weights` in place, and nothing else but the state; the gradients stay as they are."""
        raise NotImplementedError

    def kept(
        self, name: str, weights: list[Tensor], make: Callable[[Tensor], Tensor] = torch.zeros_like
    ) -> list[Tensor]:
        """The state `name` of each weight; at first what `make` gives for the weight."""
        for weight in weights:
            if name not in self.state[weight]:
                self.state[weight][name] = make(weight)
        return [self.state[weight][name] for weight in weights]


def norms(tensors: list[Tensor]) -> Tensor:
    """The Euclidean norm of each tensor: (len(tensors),)."""
    return torch.stack(list(torch._foreach_norm(tensors)))


def ratio(above: Tensor, below: Tensor) -> Tensor:
    """above / below for each layer, and 1 where either is 0: weights that are 0 must be able to leave it."""
    return torch.where((above > 0) & (below > 0), above / below, 1.0)
