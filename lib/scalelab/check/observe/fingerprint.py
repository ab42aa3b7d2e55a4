"""A few numbers that stand for many: equal tensors give equal numbers, on whatever rank."""

from collections.abc import Iterable
from functools import cache

import numpy as np
import torch


def fingerprint(tensors: Iterable[torch.Tensor | None]) -> list[float]:
    """Sum and sum of sizes of each tensor in turn, (2 * tensors,); None gives (0, 0).

    All are laid end to end and summed at once, in float64 and in memory that is kept: tensor by tensor, or in fresh
    memory, it took a tenth of a small network's step.
    """
    values = [_flat(tensor) for tensor in tensors]
    sums = np.zeros((len(values), 2))
    present = [place for place, value in enumerate(values) if value.numel()]
    if present:
        ends = np.cumsum([values[place].numel() for place in present])
        starts = np.concatenate([[0], ends[:-1]])
        room = _room(int(ends[-1]).bit_length())[: ends[-1]]
        numbers = torch.cat([values[place] for place in present], out=room).numpy()
        sums[present, 0] = np.add.reduceat(numbers, starts)
        sums[present, 1] = np.add.reduceat(np.abs(numbers, out=numbers), starts)
    return np.where(np.abs(sums) < 1e300, sums, 0.0).ravel().tolist()


@cache
def _room(bits: int) -> torch.Tensor:
    """Memory for any number of numbers below 2**bits."""
    return torch.empty(2**bits, dtype=torch.float64)


def _flat(tensor: torch.Tensor | None) -> torch.Tensor:
    """Its numbers on the CPU: (n,)."""
    if tensor is None:
        return torch.empty(0)
    values = tensor.detach()
    values = values.coalesce().values() if values.is_sparse else values
    values = torch.view_as_real(values.resolve_conj()) if values.is_complex() else values
    return values.reshape(-1).cpu()
