"""LAMB: Adam's direction, and a length for every layer (You and others 2019, arXiv:1904.00962, algorithm 2)."""

from typing import Any

import torch
from torch import Tensor
from torch.optim.optimizer import ParamsT

from scalelab.optim.layerwise import LayerwiseOptimizer, norms, ratio


class LAMB(LayerwiseOptimizer):
    """Adam in which a layer's step is `lr` times as long as its weights.

    With Adam's moments m and v, each corrected for having begun at 0, u = m / (sqrt(v) + eps) + weight_decay w, and the
    step is w = w - lr (|w| / |u|) u; the ratio is 1 where |w| or |u| is 0. The paper's phi is the identity. A group
    with `adapt=False` takes w - lr u, the step of AdamW.
    """

    def __init__(
        self, params: ParamsT, lr: float = 1e-3, betas: tuple[float, float] = (0.9, 0.999), eps: float = 1e-6,
        weight_decay: float = 0.0,
    ):  # fmt: skip
        super().__init__(params, lr=lr, betas=betas, eps=eps, weight_decay=weight_decay, steps=0)

    def start_group(self, group: dict[str, Any]) -> None:
        """Count the step, which the bias correction needs."""
        group["steps"] += 1

    def update(self, group: dict[str, Any], weights: list[Tensor], gradients: list[Tensor]) -> None:
        """One step, each layer's length that of its weights times the learning rate (algorithm 2)."""
        step = self.direction(group, weights, gradients)
        if group["adapt"]:
            lengths = ratio(norms(weights), norms(step)) * -group["lr"]
            torch._foreach_addcmul_(weights, step, lengths.unbind())
        else:
            torch._foreach_add_(weights, step, alpha=-group["lr"])

    def direction(self, group: dict[str, Any], weights: list[Tensor], gradients: list[Tensor]) -> list[Tensor]:
        """u of every layer.

        Torch's kernel for Adam makes a step of learning rate -1 from 0 here, and so leaves m / (sqrt(v) + eps) in one
        pass. It goes through the memory as it lies, so all that it is given is laid out alike.
        """
        mean, square = self.state_buffers("mean", weights), self.state_buffers("square", weights)
        step = [torch.zeros_like(one) for one in mean]
        alike = [
            gradient if gradient.stride() == one.stride() else torch.empty_like(one).copy_(gradient)
            for gradient, one in zip(gradients, mean, strict=True)
        ]
        count = torch.tensor(float(group["steps"]), device=step[0].device)
        torch._fused_adam_(
            step, alike, mean, square, [], [count] * len(step), lr=-1.0, beta1=group["betas"][0],
            beta2=group["betas"][1], weight_decay=0.0, eps=group["eps"], amsgrad=False, maximize=False,
        )  # fmt: skip
        torch._foreach_add_(step, weights, alpha=group["weight_decay"])
        return step
