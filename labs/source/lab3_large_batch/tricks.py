"""Three tricks for large batches, which you write: `cifar10.py --own` trains with them.

The notebook 02_large_batch_tricks.ipynb says what each should do, and checks it:
1. `warmup_factor`: how the learning rate rises in the first steps    (option --warmup)
2. `ghost_normalise`: batch norm that sees small batches              (option --ghost-size)
3. `local_rate`: a learning rate for every layer                      (option --optimizer lars)
"""

from collections.abc import Callable, Iterable

import torch
from torch import Tensor, nn


def warmup_factor(step: int, warmup_steps: int, k: float) -> float:
    """By what the learning rate is multiplied in step `step`, counted from 0.

    1 / k in step 0, in a straight line up to 1 in step `warmup_steps`, and 1 from there on. `k` is by how many
    times the learning rate we are heading for exceeds that of the small batch. With `warmup_steps` 0 there is none.
    """
    ### BEGIN SOLUTION
    if step >= warmup_steps:
        return 1.0
    return 1 / k + (1 - 1 / k) * step / warmup_steps
    ### END SOLUTION


def ghost_normalise(x: Tensor, ghost_size: int, eps: float = 1e-5) -> Tensor:
    """x with mean 0 and variance 1 in each channel of each ghost batch: (N, C, H, W).

    The first `ghost_size` images are a ghost batch, the next `ghost_size` another; the last may be smaller. Each is
    normalised by its own mean and its own variance (that of torch.var with correction=0) plus `eps`. Gradients go
    through both.
    """
    ### BEGIN SOLUTION
    parts = []
    for ghost in x.split(ghost_size):
        var, mean = torch.var_mean(ghost, dim=(0, 2, 3), correction=0, keepdim=True)
        parts.append((ghost - mean) / torch.sqrt(var + eps))
    return torch.cat(parts)
    ### END SOLUTION


def local_rate(weight: Tensor, gradient: Tensor, weight_decay: float, trust_coefficient: float) -> float | Tensor:
    """The learning rate of one layer (You et al. 2017, eq. 6):

    trust_coefficient |w| / (|g| + weight_decay |w|), and 1 where |w| or |g| is 0, of which the paper does not speak.

    |w| and |g| are the Euclidean norms of the layer's weights and of their gradient.
    """
    ### BEGIN SOLUTION
    w, g = weight.norm(), gradient.norm()
    if w == 0 or g == 0:
        return 1.0
    return trust_coefficient * w / (g + weight_decay * w)
    ### END SOLUTION


class LearnerGhostBatchNorm(nn.BatchNorm2d):
    """Batch norm by your `ghost_normalise`; in evaluation it is ordinary batch norm, by running statistics."""

    def __init__(self, channels: int, ghost_size: int):
        super().__init__(channels)
        self.ghost_size = ghost_size

    def forward(self, x: Tensor) -> Tensor:
        if not self.training:
            return super().forward(x)
        with torch.no_grad():
            for running, new in ((self.running_mean, x.mean((0, 2, 3))), (self.running_var, x.var((0, 2, 3)))):
                running.lerp_(new, self.momentum)
        return ghost_normalise(x, self.ghost_size) * self.weight[:, None, None] + self.bias[:, None, None]


class LearnerLARS(torch.optim.Optimizer):
    """SGD with momentum in which every layer has your `local_rate`; biases and norms, which are excluded, have 1."""

    def __init__(self, params: Iterable, lr: float = 1.0, momentum: float = 0.9, trust_coefficient: float = 0.001):
        fixed = {"weight_decay": 0.0, "adapt": True}
        super().__init__(params, {"lr": lr, "momentum": momentum, "trust_coefficient": trust_coefficient, **fixed})

    @torch.no_grad()
    def step(self, closure: Callable[[], Tensor] | None = None) -> None:
        for group in self.param_groups:
            for weight in group["params"]:
                self._update(group, weight)

    def _update(self, group: dict, weight: Tensor) -> None:
        decay = group["weight_decay"]
        rate = local_rate(weight, weight.grad, decay, group["trust_coefficient"]) if group["adapt"] else 1.0
        velocity = self.state[weight].setdefault("velocity", torch.zeros_like(weight))
        velocity.mul_(group["momentum"]).add_(rate * (weight.grad + decay * weight))
        weight.sub_(group["lr"] * velocity)
