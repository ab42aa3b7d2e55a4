"""LARC: LARS whose layers are never faster than SGD (NVIDIA's apex, `apex.parallel.LARC` with `clip=True`)."""

from typing import Any

from torch import Tensor
from torch.optim.optimizer import ParamsT

from scalelab.optim.lars import LARS


class LARC(LARS):
    """LARS in which `lr` is the bound of a layer's rate, no factor of it: the rate is min(local, lr).

    A layer whose gradient is small beside its weights moves as in SGD; one whose gradient is large, as at the beginning
    of a training with large batches, is slowed down. `trust_coefficient` is apex's own default: with LARS's, twenty
    times lower, every layer would be slowed down for ever.
    """

    def __init__(
        self, params: ParamsT, lr: float = 0.1, momentum: float = 0.9, weight_decay: float = 0.0,
        trust_coefficient: float = 0.02,
    ):  # fmt: skip
        super().__init__(params, lr, momentum, weight_decay, trust_coefficient)

    def local_rates(self, group: dict[str, Any], weight: Tensor, gradient: Tensor) -> Tensor:
        """LARS's, but never above the learning rate itself: (layers,)."""
        return (super().local_rates(group, weight, gradient) / group["lr"]).clamp(max=1.0)
