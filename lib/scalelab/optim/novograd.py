"""NovoGrad: momentum over gradients of length one (Ginsburg and others 2019, arXiv:1905.11286, algorithm 1)."""

from typing import Any

import torch
from torch import Tensor
from torch.optim.optimizer import ParamsT

from scalelab.optim.layerwise import LayerwiseOptimizer, norms


class NovoGrad(LayerwiseOptimizer):
    """SGD with momentum whose gradients are divided, in each layer, by their usual length.

    v = beta2 v + (1 - beta2) |g|^2 is one number a layer, at first |g|^2; m = beta1 m + (g / (sqrt(v) + eps) +
    weight_decay w); w = w - lr m. The division is the method: `adapt` changes nothing.
    """

    def __init__(
        self, params: ParamsT, lr: float = 0.01, betas: tuple[float, float] = (0.95, 0.98), eps: float = 1e-8,
        weight_decay: float = 0.0,
    ):  # fmt: skip
        super().__init__(params, lr=lr, betas=betas, eps=eps, weight_decay=weight_decay)

    def update(self, group: dict[str, Any], weights: list[Tensor], gradients: list[Tensor]) -> None:
        """One step by the mean of gradients, each divided by the length of its layer's (algorithm 1)."""
        mean = self.state_buffers("mean", weights)
        torch._foreach_mul_(mean, group["betas"][0])
        lengths = self.lengths(group, weights, gradients)
        torch._foreach_addcmul_(mean, gradients, (1 / (lengths + group["eps"])).unbind())
        torch._foreach_add_(mean, weights, alpha=group["weight_decay"])
        torch._foreach_add_(weights, mean, alpha=-group["lr"])

    def lengths(self, group: dict[str, Any], weights: list[Tensor], gradients: list[Tensor]) -> Tensor:
        """sqrt(v) of each layer after this gradient: (layers,)."""
        state_buffers = self.state_buffers("square", weights, make=lambda weight: weight.new_zeros(()))
        before, now, beta2 = torch.stack(state_buffers), norms(gradients) ** 2, group["betas"][1]
        square = torch.where(before == 0, now, beta2 * before + (1 - beta2) * now)
        torch._foreach_copy_(state_buffers, square.unbind())
        return square.sqrt()
