"""Batch norm over the batches of all ranks, by two sums that are exchanged; Horovod's own needs a GPU."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

Sum = Callable[[Tensor], Tensor]


class RankBatchNorm2d(nn.BatchNorm2d):
    """Normalises (N, C, H, W) by the statistics of the images of all ranks; ranks may have different N.

    `sum_over_ranks` adds a tensor up over the ranks and lets gradients through, as
    `lambda x: hvd.allreduce(x, op=hvd.Sum, name=f"norm.{len(x)}")` does: its gradient is the sum of the ranks'
    gradients. (Give a name: without one Horovod makes a new one in each step and keeps them all.) All ranks have to
    come here equally often. In evaluation nothing is exchanged.
    """

    running_mean: Tensor  # evaluation goes by them, so they are always there
    running_var: Tensor
    num_batches_tracked: Tensor

    def __init__(self, channels: int, sum_over_ranks: Sum, **options: Any):
        super().__init__(channels, **options)
        self.sum_over_ranks = sum_over_ranks

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, H, W), normalised while training by the statistics of all ranks' batches together."""
        if not self.training:
            return super().forward(x)
        mean, var, count = self._over_ranks(x)
        self._remember(mean.detach(), (var * count / (count - 1)).detach())
        scale = self.weight * torch.rsqrt(var + self.eps)
        return x * scale[:, None, None] + (self.bias - mean * scale)[:, None, None]

    def _over_ranks(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Mean and variance of every channel, (C,) each, and the count of numbers in a channel, (1,).

        In float64, because the variance is a difference of large numbers where the mean is large.
        """
        var, mean = torch.var_mean(x, (0, 2, 3), correction=0)
        mean, var = mean.double(), var.double()
        count = mean.new_full((1,), x.numel() / x.shape[1])
        sums = self.sum_over_ranks(torch.cat([count * mean, count * (var + mean * mean), count]))
        total, squares, count = sums.split([x.shape[1], x.shape[1], 1])
        mean = total / count
        return mean.to(x), (squares / count - mean * mean).clamp(min=0).to(x), count.to(x)

    @torch.no_grad()
    def _remember(self, mean: Tensor, var: Tensor) -> None:
        self.num_batches_tracked += 1
        part = 1 / int(self.num_batches_tracked) if self.momentum is None else self.momentum
        self.running_mean.lerp_(mean, part)
        self.running_var.lerp_(var, part)
