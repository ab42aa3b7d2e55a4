"""PowerSGD: a gradient as the product of two thin matrices, which can be added up by an all-reduce.

Vogels, Karimireddy and Jaggi (2019), "PowerSGD: practical low-rank gradient compression for distributed optimization",
algorithm 1.
"""

from collections.abc import Sequence

import torch
from torch import Tensor

from scalelab.errors import ScaleLabError
from scalelab.parallel.compression.compressors import Compressed


class PowerSGD:
    """Call it with every worker's gradient, (n, m) each: the approximation of their mean, and the bytes that one worker
    gives to the two all-reduces, 4 r (n + m). What one call has found is where the next begins.

    Raises ScaleLabError for a rank below 1, or gradients that are no matrices of one shape.
    """

    def __init__(self, rank: int, seed: int = 0):
        if rank < 1:
            raise ScaleLabError(f"Expected a rank of 1 or more, got {rank}.")
        self.rank = rank
        self.generator = torch.Generator().manual_seed(seed)
        self.right: Tensor | None = None  # Q, (m, r)

    def __call__(self, gradients: Sequence[Tensor]) -> Compressed:
        shapes = {tuple(gradient.shape) for gradient in gradients}
        if len(shapes) != 1 or len(shape := next(iter(shapes))) != 2:
            raise ScaleLabError(f"Expected a matrix of each worker, all of one shape, got {sorted(shapes)}.")
        rows, columns = shape
        if self.right is None:
            start = torch.randn(columns, self.rank, generator=self.generator, dtype=torch.float64)
            self.right = start.to(gradients[0])
        left = _mean([gradient @ self.right for gradient in gradients])  # the first all-reduce
        left = torch.linalg.qr(left).Q
        self.right = _mean([gradient.T @ left for gradient in gradients])  # the second
        return Compressed(left @ self.right.T, 4 * (left.numel() + self.right.numel()))


def _mean(parts: Sequence[Tensor]) -> Tensor:
    return torch.stack(list(parts)).mean(dim=0)
