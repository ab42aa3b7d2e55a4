"""LAMB: Adam's direction, and a length for every layer (You and others 2019, arXiv:1904.00962, algorithm 2)."""

import torch
from torch import Tensor

from scalelab.optim.layerwise import LayerwiseOptimizer, norms, ratio


class LAMB(LayerwiseOptimizer):
    """Adam in which a layer's step is `lr` times as long as its weights.

    With Adam's moments m and v, each corrected for having begun at 0, u = m / (sqrt(v) + eps) + weight_decay w, and the
    step is w = w - lr (|w| / |u|) u; the ratio is 1 where |w| or |u| is 0. The paper's phi is the identity. A group
    with `adapt=False` takes w - lr u, the step of AdamW.
    """

    def __init__(
        self, params, lr: float = 1e-3, betas: tuple[float, float] = (0.9, 0.999), eps: float = 1e-6,
        weight_decay: float = 0.0,
    ):  # fmt: skip
        super().__init__(params, lr=lr, betas=betas, eps=eps, weight_decay=weight_decay, steps=0)

    def update(self, group: dict, weights: list[Tensor], gradients: list[Tensor]) -> None:
        step = self.direction(group, weights, gradients)
        if group["adapt"]:
            lengths = ratio(norms(weights), norms(step)) * -group["lr"]
            torch._foreach_addcmul_(weights, step, lengths.unbind())
        else:
            torch._foreach_add_(weights, step, alpha=-group["lr"])

    def direction(self, group: dict, weights: list[Tensor], gradients: list[Tensor]) -> list[Tensor]:
        """u of every layer. Both moments' corrections become one number for all: r = c m / (sqrt(v) + c' eps)."""
        beta1, beta2 = group["betas"]
        mean, square = self.kept("mean", weights), self.kept("square", weights)
        group["steps"] += 1
        root_correction = (1 - beta2 ** group["steps"]) ** 0.5
        torch._foreach_lerp_(mean, gradients, 1 - beta1)
        torch._foreach_mul_(square, beta2)
        torch._foreach_addcmul_(square, gradients, gradients, 1 - beta2)
        below = torch._foreach_sqrt(square)
        torch._foreach_add_(below, group["eps"] * root_correction)
        step = torch._foreach_mul(weights, group["weight_decay"])
        torch._foreach_addcdiv_(step, mean, below, root_correction / (1 - beta1 ** group["steps"]))
        return list(step)
