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

    def begin(self, group: dict) -> None:
        group["steps"] += 1

    def update(self, group: dict, weights: list[Tensor], gradients: list[Tensor]) -> None:
        scale, step = self.direction(group, weights, gradients)
        if group["adapt"]:
            lengths = ratio(norms(weights), scale * norms(step)) * (-group["lr"] * scale)
            torch._foreach_addcmul_(weights, step, lengths.unbind())
        else:
            torch._foreach_add_(weights, step, alpha=-group["lr"] * scale)

    def direction(self, group: dict, weights: list[Tensor], gradients: list[Tensor]) -> tuple[float, list[Tensor]]:
        """u of every layer as a number and tensors: u = scale x (m / (sqrt(v) + eps') + weight_decay / scale x w).

        So drawn together, the corrections of both moments cost no pass over the tensors.
        """
        (beta1, beta2), steps = group["betas"], group["steps"]
        mean, square = self.kept("mean", weights), self.kept("square", weights)
        torch._foreach_lerp_(mean, gradients, 1 - beta1)
        torch._foreach_mul_(square, beta2)
        torch._foreach_addcmul_(square, gradients, gradients, 1 - beta2)
        root = (1 - beta2**steps) ** 0.5
        scale = root / (1 - beta1**steps)
        step = list(torch._foreach_sqrt(square))
        torch._foreach_add_(step, group["eps"] * root)
        torch._foreach_reciprocal_(step)
        torch._foreach_mul_(step, mean)
        torch._foreach_add_(step, weights, alpha=group["weight_decay"] / scale)
        return scale, step
