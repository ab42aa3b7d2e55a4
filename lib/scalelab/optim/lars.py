"""LARS: a learning rate for every layer (You, Gitman and Ginsburg 2017, arXiv:1708.03888)."""

from typing import Any

import torch
from torch import Tensor
from torch.optim.optimizer import ParamsT

from scalelab.optim.layerwise import LayerwiseOptimizer, norms, ratio


class LARS(LayerwiseOptimizer):
    """SGD with momentum in which a layer moves in proportion to the size of its weights, not of its gradient.

    With the weights w and the gradient g of a layer its local learning rate is (eq. 6)

        local = trust_coefficient |w| / (|g| + weight_decay |w|),    and 1 where |w| or |g| is 0.

    The step is v = momentum v + local (g + weight_decay w), w = w - lr v. In the paper `lr` stands within v; here it
    stands before it, as in torch.optim.SGD, so that a schedule acts on the whole step at once. While the learning rate
    is constant that is the same (Goyal et al. 2017, section 3). A group with `adapt=False` has local = 1.
    """

    def __init__(
        self, params: ParamsT, lr: float = 1.0, momentum: float = 0.9, weight_decay: float = 0.0,
        trust_coefficient: float = 0.001,
    ):  # fmt: skip
        adapted = {"weight_decay": weight_decay, "trust_coefficient": trust_coefficient}
        super().__init__(params, lr=lr, momentum=momentum, **adapted)

    def update(self, group: dict[str, Any], weights: list[Tensor], gradients: list[Tensor]) -> None:
        """One step of momentum, the gradient of each layer times its local learning rate."""
        velocity = self.state_buffers("momentum_buffer", weights)
        torch._foreach_mul_(velocity, group["momentum"])
        if group["adapt"]:
            local = self.local_rates(group, norms(weights), norms(gradients))
            torch._foreach_addcmul_(velocity, gradients, local.unbind())
            torch._foreach_addcmul_(velocity, weights, (group["weight_decay"] * local).unbind())
        else:
            torch._foreach_add_(velocity, gradients)
            torch._foreach_add_(velocity, weights, alpha=group["weight_decay"])
        torch._foreach_add_(weights, velocity, alpha=-group["lr"])

    def local_rates(self, group: dict[str, Any], weight: Tensor, gradient: Tensor) -> Tensor:
        """The local learning rate of each layer from the norms of its weights and of its gradient: (layers,)."""
        decayed = gradient + group["weight_decay"] * weight
        return ratio(group["trust_coefficient"] * weight, torch.where(gradient > 0, decayed, 0.0))
