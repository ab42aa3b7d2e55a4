"""Ghost batch norm: the statistics of small parts of a batch (Hoffer et al. 2017, arXiv:1705.08741, algorithm 1)."""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import batch_norm

from scalelab.errors import ScaleLabError


class GhostBatchNorm2d(nn.BatchNorm2d):
    """Batch norm that normalises every `ghost_size` images of a batch (N, C, H, W) by themselves.

    What is noise to the network is then that of a small batch, whatever N. If N is no multiple of `ghost_size`, the
    images left over are a smaller ghost batch of their own. In evaluation it is ordinary batch norm, by running
    statistics to which every ghost batch has contributed in turn. Which images are together does not matter, since
    the batch is shuffled: ghost batch j has the images j, j + n, ... of n ghost batches, for which nothing is copied.
    Raises ScaleLabError for a `ghost_size` below 1.
    """

    running_mean: Tensor  # evaluation goes by them, so they are always there
    running_var: Tensor
    num_batches_tracked: Tensor

    def __init__(self, channels: int, ghost_size: int, **options: Any):
        super().__init__(channels, **options)
        if ghost_size < 1:
            raise ScaleLabError(f"Expected a ghost batch of 1 image or more but got {ghost_size}.")
        self.ghost_size = ghost_size

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, H, W), normalised in ghost batches while training; a rest that fills none is one of its own."""
        if not self.training or len(x) <= self.ghost_size:
            return super().forward(x)
        whole = len(x) - len(x) % self.ghost_size
        normed = self._normalise(x[:whole])
        return torch.cat([normed, super().forward(x[whole:])]) if whole < len(x) else normed

    def _normalise(self, x: Tensor) -> Tensor:
        """n ghost batches as n times as many channels of one batch."""
        count, channels = len(x) // self.ghost_size, x.shape[1]
        mean, var = torch.zeros(2, count * channels, device=x.device, dtype=self.running_mean.dtype)
        out = batch_norm(
            x.reshape(self.ghost_size, count * channels, *x.shape[2:]), mean, var,
            self.weight.repeat(count), self.bias.repeat(count), training=True, momentum=1.0, eps=self.eps,
        )  # fmt: skip
        self._remember(mean.view(count, channels), var.view(count, channels))
        return out.view_as(x)

    @torch.no_grad()
    def _remember(self, means: Tensor, variances: Tensor) -> None:
        """running = (1 - momentum) running + momentum new, for one ghost batch after the other: a weighted sum.

        Without a momentum, as for torch's batch norm, the plain mean of all ghost batches so far.
        """
        count = len(means)
        self.num_batches_tracked += count
        if self.momentum is None:
            parts = torch.full_like(means[:, 0], 1 / int(self.num_batches_tracked))
        else:
            parts = self.momentum * (1 - self.momentum) ** torch.arange(count - 1, -1, -1).to(means)
        for running, new in ((self.running_mean, means), (self.running_var, variances)):
            # No product of matrices: autocast would make it one of bfloat16.
            running.mul_(1 - parts.sum()).add_((parts[:, None] * new).sum(0))
