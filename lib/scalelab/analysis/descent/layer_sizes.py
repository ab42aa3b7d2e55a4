"""How large each layer's weights and gradient are while a network learns: what layer-wise learning rates go by."""

from collections.abc import Collection
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from scalelab.data import batches
from scalelab.data.randomness import generator


@dataclass(frozen=True)
class LayerSize:
    """One tensor of weights: its name, how many numbers it holds, and the lengths |w| and |g| (Euclidean norms)."""

    name: str
    count: int
    dimensions: int
    weight: float
    gradient: float

    @property
    def excluded(self) -> bool:
        """Whether it is a bias or the scale of a norm, which layer-wise rates leave out (`scalelab.optim.exclude`)."""
        return self.dimensions <= 1

    @property
    def ratio(self) -> float:
        """|w| / |g|."""
        return self.weight / self.gradient


def layer_sizes(model: nn.Module) -> list[LayerSize]:
    """Of all weights that have a gradient, in the network's order."""
    return [
        LayerSize(name, weight.numel(), weight.ndim, weight.norm().item(), weight.grad.norm().item())
        for name, weight in model.named_parameters()
        if weight.grad is not None
    ]


def sizes_on_the_way(
    model: nn.Module, X: Tensor, y: Tensor, *, lr: float, batch_size: int, at: Collection[int], seed: int = 0
) -> dict[int, list[LayerSize]]:
    """Train `model` by SGD with momentum 0.9 on images (N, C, H, W); {step: sizes before its update} for steps `at`."""
    optimizer = torch.optim.SGD(model.parameters(), lr, momentum=0.9)
    found, step, epoch = {}, 0, 0
    while step <= max(at):
        order = torch.randperm(len(y), generator=generator("layer sizes", seed, epoch))
        for batch in batches(order, batch_size):
            optimizer.zero_grad()
            cross_entropy(model(X[batch]), y[batch]).backward()
            if step in at:
                found[step] = layer_sizes(model)
            optimizer.step()
            step += 1
        epoch += 1
    return found
